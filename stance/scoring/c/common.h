/* What every file here needs: Python's headers, growing arrays, differences of compilers. */

#ifndef STANCE_COMMON_H
#define STANCE_COMMON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* PREFETCH asks the processor to load an address into its cache while other work goes on. It never
   faults, whatever the address. */
#ifdef __GNUC__
#define PREFETCH(address) __builtin_prefetch(address)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define PREFETCH(address) ((void)(address))
#define ALWAYS_INLINE inline
#endif

#ifdef WORDS_BIGENDIAN
#define IS_LITTLE_ENDIAN 0
#else
#define IS_LITTLE_ENDIAN 1
#endif

/* Make room for `wanted` items in an array that has room for `capacity`; both are updated. Return 0
   if there is no memory, and leave the array as it was. */
#define RESERVE(items, capacity, wanted) \
    ((wanted) <= (capacity) || grow_array(&(items), &(capacity), (wanted), sizeof *(items)))

/* `items` is the address of a pointer of any type. The capacity doubles, so that n items added one
   by one cost O(n) copies. */
static int grow_array(void *items, size_t *capacity, size_t wanted, size_t item_size)
{
    size_t new_capacity = *capacity ? *capacity : 64;
    while (new_capacity < wanted)
        new_capacity *= 2;
    if (new_capacity > PTRDIFF_MAX / item_size)
        return 0;
    void *array;
    memcpy(&array, items, sizeof array);
    array = realloc(array, new_capacity * item_size);
    if (!array)
        return 0;
    memcpy(items, &array, sizeof array);
    *capacity = new_capacity;
    return 1;
}

#endif

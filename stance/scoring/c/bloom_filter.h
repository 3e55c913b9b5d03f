/* A Bloom filter with one hash: says "certainly not in the table" without touching the table.

   Two in five pairs of neighbouring words in news are no feature, nor are most runs of characters
   of a word in another script. The filter takes 4 bits per slot of the hash table it stands before,
   whose slots take 16 bytes (trie.h): 32 KB before 1 MB for the characters of the shipped model. So
   it stays in the cache, and most look-ups of unknown n-grams end there. A table has 1.5 to 3 slots
   per key, hence the filter 6 to 12 bits: of the keys that are not in the table, 1 - exp(-1/12),
   8%, to 1 - exp(-1/6), 15%, pass and are looked up in vain. */

#ifndef STANCE_BLOOM_FILTER_H
#define STANCE_BLOOM_FILTER_H

#include "common.h"

typedef struct {
    uint8_t *bits;
    size_t n_bits; /* a power of two */
} BloomFilter;

/* Make the filter of a hash table with at least 4 slots. Return 0 if there is no memory. */
static int make_filter(BloomFilter *filter, size_t n_slots)
{
    filter->n_bits = 4 * n_slots;
    filter->bits = calloc(filter->n_bits / 8, 1);
    return filter->bits != NULL;
}

/* The table takes the lowest bits of a hash as its index; the filter takes others, so that keys
   that share a slot rarely share a bit. */
static ALWAYS_INLINE size_t bit_of_hash(const BloomFilter *filter, uint64_t hash)
{
    return hash >> 16 & (filter->n_bits - 1);
}

static ALWAYS_INLINE int may_contain(const BloomFilter *filter, uint64_t hash)
{
    size_t bit = bit_of_hash(filter, hash);
    return filter->bits[bit / 8] >> bit % 8 & 1;
}

static ALWAYS_INLINE void add_to_filter(BloomFilter *filter, uint64_t hash)
{
    size_t bit = bit_of_hash(filter, hash);
    filter->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
}

#endif

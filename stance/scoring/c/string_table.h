/* A table that numbers distinct strings 0, 1, 2, ... in the order in which they are added.

   Stems, words as written and words of names are each turned into numbers once, so that all later
   work compares and indexes integers. The table is a hash table with linear probing. A look-up
   compares the whole string in the end, so that a collision of hashes can cost time but never
   change a result. Hashes are keyed (sip_hash.h), so that nobody can choose words that collide. */

#ifndef STANCE_STRING_TABLE_H
#define STANCE_STRING_TABLE_H

#include "common.h"
#include "sip_hash.h"

/* What scoring needs to know of a word. It is kept for words as written only, inside their entries,
   so that a look-up brings string and token into the cache together. */
typedef struct {
    int32_t stem;   /* in Scorer.stems; -1 if no feature and no familiar word has it */
    uint32_t flags; /* of the enum below */
    size_t ngrams;  /* where its character n-grams begin in the pool of the words */
} Token;

enum {
    IS_PLAIN = 1,         /* counts for familiarity (not a number, not marks only) */
    IS_FAMILIAR = 2,      /* its stem is among the familiar ones */
    IS_SHORT = 4,         /* has so few characters that a full stop may abbreviate it */
    MAY_BEGIN_NAME = 8,   /* some name of a side begins with it */
    BEGINS_SENTENCE = 16, /* of a token in a paragraph: a sentence ends right before it */
    IS_MET = 32,          /* was met since words were last forgotten */
    IS_MET_AGAIN = 64,    /* ... at least twice: it is not rare */
    CLASS_SHIFT = 8,      /* flags >> CLASS_SHIFT is the number of its class as a cue */
};

/* Python numbers the classes of cue words, from 1 to less than MAX_CLASSES. */
#define NO_CLASS 0
#define MAX_CLASSES 64

/* Threads that score read and note flags at once, without a lock. Each access is atomic, and orders
   nothing else. Other compilers than GCC and Clang have no such built-ins; there an aligned
   volatile access of 32 bits is one instruction. */
#if defined(__GNUC__) || defined(__clang__)
#define LOAD_RELAXED(value) __atomic_load_n(&(value), __ATOMIC_RELAXED)
#define STORE_RELAXED(value, new) __atomic_store_n(&(value), (new), __ATOMIC_RELAXED)
#else
#define LOAD_RELAXED(value) (*(const volatile uint32_t *)&(value))
#define STORE_RELAXED(value, new) (*(volatile uint32_t *)&(value) = (new))
#endif

/* Note that a word of a text was met, and return its flags. What one thread misses because another
   notes the same is made up for at the next meeting, and two meetings later nothing is written any
   more. */
static ALWAYS_INLINE uint32_t note_meeting(Token *token)
{
    uint32_t flags = LOAD_RELAXED(token->flags);
    if (!(flags & IS_MET_AGAIN))
        STORE_RELAXED(token->flags, flags | (flags & IS_MET ? IS_MET_AGAIN : IS_MET));
    return flags;
}

/* 32 bytes: two entries share a cache line of 64. */
typedef struct {
    uint32_t start, length; /* in StringTable.bytes */
    uint64_t prefix;        /* the first 8 bytes, padded with zeros: decides most comparisons */
    Token token;
} StringEntry;

typedef struct {
    uint32_t tag;   /* upper half of the hash */
    int32_t number; /* -1 if the slot is free */
} StringSlot;

typedef struct {
    char *bytes; /* all strings, one after the other */
    size_t n_bytes, bytes_capacity;
    StringEntry *entries; /* by number */
    size_t n, capacity;
    StringSlot *slots;
    size_t n_slots; /* a power of two, at least 2 * n */
} StringTable;

/* A string to look up. */
typedef struct {
    const char *bytes;
    size_t length;
    uint64_t hash, prefix;
} StringKey;

/* Make the key of a string; `n_readable` bytes may be read from its start. */
static ALWAYS_INLINE StringKey make_key(const char *bytes, size_t length, size_t n_readable)
{
    uint64_t hash = sip_hash(bytes, length, n_readable, hash_secret);
    return (StringKey){bytes, length, hash, load_bytes(bytes, length, n_readable)};
}

/* What a slot keeps of a hash. It says where the string belongs, so that slots can be moved without
   its bytes, and tells nearly all other strings there from it. */
static ALWAYS_INLINE uint32_t tag_of(const StringKey *key)
{
    return (uint32_t)(key->hash >> 32);
}

static ALWAYS_INLINE void prefetch_slot(const StringTable *table, const StringKey *key)
{
    if (table->n_slots)
        PREFETCH(table->slots + (tag_of(key) & (table->n_slots - 1)));
}

/* Return the number of a string, or -1. */
static ALWAYS_INLINE int32_t find_key(const StringTable *table, const StringKey *key)
{
    if (!table->n_slots)
        return -1;
    size_t mask = table->n_slots - 1;
    for (size_t i = tag_of(key) & mask;; i = (i + 1) & mask) {
        StringSlot slot = table->slots[i];
        if (slot.number < 0)
            return -1;
        if (slot.tag != tag_of(key))
            continue;
        const StringEntry *entry = &table->entries[slot.number];
        if (entry->prefix == key->prefix && entry->length == key->length &&
            (key->length <= 8 || !memcmp(table->bytes + entry->start, key->bytes, key->length)))
            return slot.number;
    }
}

static int32_t find_string(const StringTable *table, const char *bytes, size_t length)
{
    StringKey key = make_key(bytes, length, length);
    return find_key(table, &key);
}

static void fill_slot(StringTable *table, StringSlot slot)
{
    size_t i = slot.tag & (table->n_slots - 1);
    while (table->slots[i].number >= 0)
        i = (i + 1) & (table->n_slots - 1);
    table->slots[i] = slot;
}

/* Free all slots. */
static void clear_slots(StringTable *table)
{
    memset(table->slots, -1, table->n_slots * sizeof *table->slots);
}

/* Forget all strings, and keep the memory. */
static void empty_strings(StringTable *table)
{
    table->n = table->n_bytes = 0;
    if (table->slots)
        clear_slots(table);
}

/* Fill all slots anew, after entries have moved. */
static void refill_slots(StringTable *table)
{
    clear_slots(table);
    for (size_t number = 0; number < table->n; number++) {
        const StringEntry *entry = &table->entries[number];
        StringKey key = make_key(table->bytes + entry->start, entry->length,
                                 table->n_bytes - entry->start);
        fill_slot(table, (StringSlot){tag_of(&key), (int32_t)number});
    }
}

/* Keep at least two slots per string, so that probing ends soon. Return 0 if there is no memory. */
static int reserve_slots(StringTable *table, size_t n_strings)
{
    if (2 * n_strings <= table->n_slots)
        return 1;
    StringTable old = *table;
    size_t n_slots = old.n_slots ? 2 * old.n_slots : 64;
    StringSlot *slots = malloc(n_slots * sizeof *slots);
    if (!slots)
        return 0;
    table->slots = slots;
    table->n_slots = n_slots;
    clear_slots(table);
    for (size_t i = 0; i < old.n_slots; i++)
        if (old.slots[i].number >= 0)
            fill_slot(table, old.slots[i]);
    free(old.slots);
    return 1;
}

/* Add a string that is not there. Return its number, or -1 if there is no memory. */
static int32_t add_new_key(StringTable *table, const StringKey *key)
{
    size_t length = key->length;
    if (table->n >= INT32_MAX / 2 || length > UINT32_MAX - table->n_bytes)
        return -1;
    if (!RESERVE(table->entries, table->capacity, table->n + 1) ||
        !RESERVE(table->bytes, table->bytes_capacity, table->n_bytes + length) ||
        !reserve_slots(table, table->n + 1))
        return -1;
    int32_t number = (int32_t)table->n++;
    memcpy(table->bytes + table->n_bytes, key->bytes, length);
    table->entries[number] =
        (StringEntry){(uint32_t)table->n_bytes, (uint32_t)length, key->prefix, {-1, 0, 0}};
    table->n_bytes += length;
    fill_slot(table, (StringSlot){tag_of(key), number});
    return number;
}

/* Add a string unless it is there. Return its number, or -1 if there is no memory. */
static int32_t add_key(StringTable *table, const StringKey *key)
{
    int32_t number = find_key(table, key);
    return number >= 0 ? number : add_new_key(table, key);
}

static int32_t add_string(StringTable *table, const char *bytes, size_t length)
{
    StringKey key = make_key(bytes, length, length);
    return add_key(table, &key);
}

static void free_strings(StringTable *table)
{
    free(table->bytes);
    free(table->entries);
    free(table->slots);
    memset(table, 0, sizeof *table);
}

#endif

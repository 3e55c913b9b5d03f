/* Score paragraphs straight from their UTF-8: words, names of sides, n-grams, TF-IDF, logits.

   The rules of the text live in tokens.py and features.py. What a word is there (its stem, its folded form, whether it counts
   for familiarity) is asked of Python once for each word as written, by `learn`, and kept; here are only the bounds of words,
   the joints of names, and arithmetic. Every look-up compares whole strings or whole keys, so that no collision of hashes can
   change a result. `run` releases the GIL; its caller sees to it that no `learn` or `forget` runs beside it (compiled.py). */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define MOST_BLOCKS 64
#define MOST_OUTPUTS 4096 /* as in scoring.py, all three */
#define LONGEST 64
#define COUNTED 256 /* counts whose sublinear weight is taken from a table */
#define AHEAD 12    /* rows that are asked of memory before their turn */
#define SIDE 0      /* the number of a masked name */
#define MANY 16384  /* grams from which sums that count each of them would no longer be exact enough */

#ifdef __GNUC__
#define PREFETCH(address) __builtin_prefetch(address)
#define INLINE inline __attribute__((always_inline))
#else
#define PREFETCH(address) ((void)(address))
#define INLINE inline
#endif
#ifdef WORDS_BIGENDIAN
#define LITTLE 0
#else
#define LITTLE 1
#endif

enum { PLAIN = 1, KNOWN = 2, SHORT = 4, LEADS = 8 }; /* flags of a word: counts for familiarity, is familiar, has under 3
                                                        characters, may begin a name */

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

/* Room for `wanted` items, doubling; 0 where there is no memory. */
static int reserve(void **items, size_t *room, size_t wanted, size_t size)
{
    if (wanted <= *room)
        return 1;
    size_t fresh = *room ? *room : 64;
    while (fresh < wanted)
        fresh *= 2;
    if (fresh > PTRDIFF_MAX / size)
        return 0;
    void *moved = realloc(*items, fresh * size);
    if (!moved)
        return 0;
    *items = moved;
    *room = fresh;
    return 1;
}

#define RESERVE(items, room, wanted) reserve((void **)&(items), &(room), (wanted), sizeof *(items))

/* ---- strings, numbered in the order in which they came ----------------------------------------------------------------- */

/* What is known of a word. */
typedef struct {
    int32_t stem; /* a number, or -1 */
    uint32_t flags;
    size_t grams; /* where in `pool` its grams begin: for each block of characters, how many, the sums of their rows, their columns */
} Token;

typedef struct {
    uint32_t start, length;
    uint64_t head; /* its first 8 bytes, zeros after its end */
    Token token;   /* of a word as written, beside its string, so that both are in the cache at once */
} Entry;

/* A string on its way to be looked up. */
typedef struct {
    const char *bytes;
    size_t length;
    uint64_t hash, head;
} Key;

typedef struct {
    uint32_t tag; /* the upper half of the hash: nearly always enough to tell that a string is another */
    int32_t number; /* -1 where free */
} Slot;

typedef struct {
    char *bytes;
    size_t n_bytes, room_bytes;
    Entry *entries;
    size_t n, room;
    Slot *slots;
    size_t n_slots; /* a power of two */
} Strings;

/* The next 8 bytes of `length`, zeros after their end; `room` bytes may be read. */
static INLINE uint64_t load(const char *bytes, size_t length, size_t room)
{
    uint64_t part = 0;
    if (length >= 8 || (LITTLE && room >= 8)) {
        memcpy(&part, bytes, 8);
        return length >= 8 ? part : part & (((uint64_t)1 << 8 * length) - 1);
    }
    memcpy(&part, bytes, length);
    return part;
}

static INLINE uint64_t mix(uint64_t hash, uint64_t part)
{
    hash = (hash ^ part) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 32;
}

/* The key of a string that lies in `room` bytes. */
static INLINE Key key_of(const char *bytes, size_t length, size_t room)
{
    Key key = {bytes, length, 0, load(bytes, length, room)};
    key.hash = mix(0x9e3779b97f4a7c15u ^ length, key.head);
    for (size_t at = 8; at < length; at += 8)
        key.hash = mix(key.hash, load(bytes + at, length - at, room - at));
    key.hash *= 0xc4ceb9fe1a85ec53u;
    key.hash ^= key.hash >> 29;
    return key;
}

static INLINE int32_t find(const Strings *strings, const Key *key)
{
    if (!strings->n_slots)
        return -1;
    for (size_t slot = key->hash & (strings->n_slots - 1);; slot = (slot + 1) & (strings->n_slots - 1)) {
        Slot held = strings->slots[slot];
        if (held.number < 0)
            return -1;
        if (held.tag != (uint32_t)(key->hash >> 32))
            continue;
        const Entry *entry = &strings->entries[held.number];
        if (entry->head == key->head && entry->length == key->length &&
            (key->length <= 8 || !memcmp(strings->bytes + entry->start, key->bytes, key->length)))
            return held.number;
    }
}

static int32_t find_plain(const Strings *strings, const char *bytes, size_t length)
{
    Key key = key_of(bytes, length, length);
    return find(strings, &key);
}

static uint64_t hash_of(const Strings *strings, size_t number)
{
    const Entry *entry = &strings->entries[number];
    return key_of(strings->bytes + entry->start, entry->length, strings->n_bytes - entry->start).hash;
}

static void put(Strings *strings, int32_t number, uint64_t hash)
{
    size_t slot = hash & (strings->n_slots - 1);
    while (strings->slots[slot].number >= 0)
        slot = (slot + 1) & (strings->n_slots - 1);
    strings->slots[slot] = (Slot){(uint32_t)(hash >> 32), number};
}

static int rehash(Strings *strings, size_t n_slots)
{
    Slot *slots = malloc(n_slots * sizeof *slots);
    if (!slots)
        return 0;
    memset(slots, -1, n_slots * sizeof *slots);
    free(strings->slots);
    strings->slots = slots;
    strings->n_slots = n_slots;
    for (size_t at = 0; at < strings->n; at++)
        put(strings, (int32_t)at, hash_of(strings, at));
    return 1;
}

/* The number of a string, new or not; -1 where there is no memory. */
static int32_t add(Strings *strings, const char *bytes, size_t length)
{
    Key key = key_of(bytes, length, length);
    int32_t at = find(strings, &key);
    if (at >= 0)
        return at;
    if (strings->n >= INT32_MAX / 2 || length > UINT32_MAX - strings->n_bytes || !RESERVE(strings->entries, strings->room, strings->n + 1) ||
        !RESERVE(strings->bytes, strings->room_bytes, strings->n_bytes + length) ||
        (2 * (strings->n + 1) > strings->n_slots && !rehash(strings, strings->n_slots ? 2 * strings->n_slots : 64)))
        return -1;
    memcpy(strings->bytes + strings->n_bytes, bytes, length);
    strings->entries[strings->n] = (Entry){(uint32_t)strings->n_bytes, (uint32_t)length, key.head, {-1, 0, 0}};
    strings->n_bytes += length;
    put(strings, (int32_t)strings->n, key.hash);
    return (int32_t)strings->n++;
}

/* Two bits a slot, set where a key was added: most that are looked up were not, and end here, without a miss of the cache. */
typedef struct {
    uint8_t *bits;
    size_t n; /* a power of two */
} Sieve;

static int make_sieve(Sieve *sieve, size_t n_slots)
{
    sieve->n = n_slots ? 2 * n_slots : 8;
    return (sieve->bits = calloc(sieve->n / 8, 1)) != NULL;
}

static INLINE int may_hold(const Sieve *sieve, uint64_t hash)
{
    size_t bit = hash >> 16 & (sieve->n - 1);
    return sieve->bits[bit / 8] >> bit % 8 & 1;
}

static INLINE void mark(Sieve *sieve, uint64_t hash)
{
    size_t bit = hash >> 16 & (sieve->n - 1);
    sieve->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static void drop_strings(Strings *strings)
{
    free(strings->bytes);
    free(strings->entries);
    free(strings->slots);
    memset(strings, 0, sizeof *strings);
}

/* ---- characters -------------------------------------------------------------------------------------------------------- */

/* Decode one character; what is not UTF-8 is a character of one byte that is no part of a word. Never reads past `end`. */
static uint32_t decode(const unsigned char *at, const unsigned char *end, size_t *length)
{
    uint32_t lead = *at;
    size_t more = lead < 0x80 ? 0 : (lead >> 5) == 6 ? 1 : (lead >> 4) == 14 ? 2 : (lead >> 3) == 30 ? 3 : 4;
    *length = 1;
    if (!more)
        return lead;
    if (more == 4 || (size_t)(end - at) <= more)
        return 0xfffd;
    uint32_t point = lead & (0x3f >> more);
    for (size_t step = 1; step <= more; step++) {
        if ((at[step] & 0xc0) != 0x80)
            return 0xfffd;
        point = point << 6 | (at[step] & 0x3f);
    }
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (point < least[more] || point > 0x10ffff)
        return 0xfffd;
    *length = more + 1;
    return point;
}

static uint8_t ascii_word[128]; /* filled when the module is loaded */

/* What re takes for \w, asked of the tables of the running interpreter that it asks, too. */
static int is_word(uint32_t point)
{
    return point < 128 ? ascii_word[point] : Py_UNICODE_ISALNUM((Py_UCS4)point);
}

static int is_apostrophe(uint32_t point)
{
    return point == '\'' || point == 0x2019;
}

typedef struct {
    const unsigned char *start, *end;
} Span;

/* The end of a run of word characters that begins at `at`; `at` itself where there is none. */
static INLINE const unsigned char *skip_word(const unsigned char *at, const unsigned char *end)
{
    for (size_t length;; at += length) {
        while (at < end && *at < 0x80 && ascii_word[*at])
            at++;
        if (at == end || *at < 0x80 || !is_word(decode(at, end, &length)))
            return at;
    }
}

/* The next word from `*at`: runs of word characters joined by single apostrophes; 0 where there is none. */
static int next_word(const unsigned char **at, const unsigned char *end, Span *word)
{
    size_t length;
    for (;; *at += length) {
        while (*at < end && **at < 0x80 && !ascii_word[**at])
            ++*at;
        if (*at >= end)
            return 0;
        if (**at < 0x80 || is_word(decode(*at, end, &length)))
            break;
    }
    word->start = *at;
    word->end = skip_word(*at, end);
    while (word->end < end && (*word->end == '\'' || *word->end >= 0x80) && is_apostrophe(decode(word->end, end, &length))) {
        const unsigned char *more = skip_word(word->end + length, end);
        if (more == word->end + length)
            break;
        word->end = more;
    }
    *at = word->end;
    return 1;
}

static int only_spaces(const unsigned char *at, const unsigned char *end)
{
    size_t length;
    int any = at < end;
    for (; at < end; at += length)
        if (!Py_UNICODE_ISSPACE((Py_UCS4)decode(at, end, &length)))
            return 0;
    return any;
}

/* Whether what stands between two words may stand inside a name (tokens.py: _JOINT, and _ABBREVIATED after a short word). */
static int is_joint(const unsigned char *at, const unsigned char *end, int after_short)
{
    size_t length;
    if (at >= end)
        return 0;
    uint32_t first = decode(at, end, &length);
    const unsigned char *rest = at + length;
    if (rest == end && (first == '-' || first == 0x2010 || first == 0x2011 || first == '.' || is_apostrophe(first)))
        return 1;
    if (is_apostrophe(first) || (first == '.' && after_short))
        return only_spaces(rest, end);
    return only_spaces(at, end);
}

/* ---- the model --------------------------------------------------------------------------------------------------------- */

typedef struct {
    Strings words;          /* of all names of this casing, and what may lead one */
    int32_t *first, *start; /* word -> its first name; name -> its first item */
    int32_t *items;         /* words */
} Names;

typedef struct {
    int32_t node, column; /* of a run of stems; the column is -1 where the run is only the beginning of features */
} Run;

typedef struct {
    uint64_t key; /* node << 32 | stem; UINT64_MAX where free */
    Run run;
} Child;

typedef struct {
    Child *slots;
    size_t n_slots;
    Sieve sieve;
} Children;

typedef struct {
    int of_words, shortest, longest, width;
    size_t n_features;
    Strings grams;      /* of characters: each gram's number is its column */
    Sieve sieve;        /* of the grams */
    Children children;  /* of words: node 0 is the root, a node is a run of stems */
    Run *roots;         /* stem -> the run of it alone; node -1 where there is none */
    int32_t *outputs;   /* which logits the row adds to */
    double *rows;       /* n_parts x n_features x (width + 1): weights times idf, then idf squared */
} Block;

#define PAIRS(width) (2 * ((size_t)(width) + 1)) /* room for the sums of a row and its norm in a pool of int32_t */

typedef struct {
    int32_t name[2], bare[2]; /* numbers, or -1: the word as written and without a possessive, in any and in exact case */
} Naming;

typedef struct {
    Key key;
    int32_t number; /* -1 where it is not known yet */
} Word;

/* A paragraph that waits for words to be learned. */
typedef struct {
    Py_ssize_t row;
    size_t first, n; /* its words */
} Waiting;

/* What one thread works in. */
typedef struct Space {
    struct Space *next;
    uint64_t age; /* of the words whose numbers it holds */
    int n_blocks;
    Word *words; /* of the paragraphs that wait, then of the one that is read */
    size_t n_words, room_words;
    Waiting *waiting;
    size_t n_waiting, room_waiting;
    PyObject **held; /* the texts that words lie in */
    Py_ssize_t n_held;
    Token *found; /* names masked */
    size_t room_found;
    int32_t *counts[MOST_BLOCKS], *touched[MOST_BLOCKS], *again[MOST_BLOCKS]; /* columns that were counted once, and twice */
    Strings unknown;
} Space;

typedef struct {
    PyObject_HEAD
    int n_blocks, n_outputs, n_parts;
    Block blocks[MOST_BLOCKS];
    double *intercepts; /* n_parts x n_outputs */
    int32_t *edges;     /* where each head's outputs begin, and one more */
    int n_heads;
    Strings stems;
    uint8_t *known; /* stem -> whether it is familiar */
    Names names[2]; /* in any casing, in exact casing */
    Strings words; /* as written */
    Naming *namings; /* word -> as which words of names it counts */
    size_t room_namings;
    int32_t *pool;
    size_t n_pool, room_pool;
    int readers;  /* runs under way without the GIL: nothing may be learned beside them */
    uint64_t age; /* of the learned words; none two the same in a process */
    double weights[COUNTED];
    Space *spare;
} Scorer;

static uint64_t key_hash(int32_t node, int32_t stem, uint64_t *key)
{
    *key = (uint64_t)(uint32_t)node << 32 | (uint32_t)stem;
    uint64_t hash = *key * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

/* The slot of a run with one stem more, or the free slot where it belongs. */
static Child *slot_of(const Children *children, uint64_t key, uint64_t hash)
{
    size_t slot = hash & (children->n_slots - 1);
    while (children->slots[slot].key != key && children->slots[slot].key != UINT64_MAX)
        slot = (slot + 1) & (children->n_slots - 1);
    return &children->slots[slot];
}

static Run child(const Children *children, int32_t node, int32_t stem)
{
    uint64_t key, hash = key_hash(node, stem, &key);
    if (may_hold(&children->sieve, hash)) {
        const Child *held = slot_of(children, key, hash);
        if (held->key == key)
            return held->run;
    }
    return (Run){-1, -1};
}

static Run *add_child(Children *children, int32_t node, int32_t stem, int32_t fresh)
{
    uint64_t key, hash = key_hash(node, stem, &key);
    mark(&children->sieve, hash);
    Child *held = slot_of(children, key, hash);
    if (held->key != key)
        *held = (Child){key, {fresh, -1}};
    return &held->run;
}

/* Double the slots of a table until they are twice as many as `wanted`. */
static int widen(Children *children, size_t wanted)
{
    Children fresh = {NULL, children->n_slots ? children->n_slots : 64, {NULL, 0}};
    if (children->n_slots >= 2 * wanted)
        return 1;
    while (fresh.n_slots < 2 * wanted)
        fresh.n_slots *= 2;
    fresh.slots = malloc(fresh.n_slots * sizeof *fresh.slots);
    if (!fresh.slots || !make_sieve(&fresh.sieve, fresh.n_slots)) {
        free(fresh.slots);
        return 0;
    }
    memset(fresh.slots, 0xff, fresh.n_slots * sizeof *fresh.slots);
    for (size_t at = 0; at < children->n_slots; at++) {
        const Child *held = &children->slots[at];
        if (held->key != UINT64_MAX)
            *add_child(&fresh, (int32_t)(held->key >> 32), (int32_t)(uint32_t)held->key, held->run.node) = held->run;
    }
    free(children->slots);
    free(children->sieve.bits);
    *children = fresh;
    return 1;
}

/* ---- scoring ----------------------------------------------------------------------------------------------------------- */

static int holds(const Names *names, int casing, const Scorer *self, const Word *words, size_t left, int32_t name)
{
    size_t length = (size_t)(names->start[name + 1] - names->start[name]);
    if (length > left)
        return 0;
    for (size_t step = 0; step < length; step++) {
        int32_t wanted = names->items[names->start[name] + (int32_t)step];
        const Naming *naming = &self->namings[words[step].number];
        if (naming->name[casing] != wanted && (step < length - 1 || naming->bare[casing] != wanted))
            return 0;
        if (step) {
            const Key *before = &words[step - 1].key;
            const char *end = before->bytes + before->length;
            int after_short = self->words.entries[words[step - 1].number].token.flags & SHORT;
            if (!is_joint((const unsigned char *)end, (const unsigned char *)words[step].key.bytes, after_short))
                return 0;
        }
    }
    return 1;
}

/* How many words the longest name has that begins at the first of `left` words; 0 where none does. */
static size_t match(const Scorer *self, const Word *words, size_t left)
{
    size_t longest = 0;
    for (int casing = 0; casing < 2; casing++) {
        const Names *names = &self->names[casing];
        int32_t lead = self->namings[words[0].number].bare[casing];
        for (int32_t name = lead < 0 ? 0 : names->first[lead]; lead >= 0 && name < names->first[lead + 1]; name++) {
            size_t length = (size_t)(names->start[name + 1] - names->start[name]);
            if (length > longest && holds(names, casing, self, words, left, name))
                longest = length;
        }
    }
    return longest;
}

/* Look up words; how many are not known, which go to `space->unknown`; -1 where there is no memory. */
static Py_ssize_t look_up(const Scorer *self, Space *space, Word *words, size_t n)
{
    Py_ssize_t missing = 0;
    for (size_t at = 0; at < n; at++) { /* what each is nearly always found to be */
        int32_t number = self->words.slots[words[at].key.hash & (self->words.n_slots - 1)].number;
        PREFETCH(&self->words.entries[number < 0 ? SIDE : number]);
    }
    for (size_t at = 0; at < n; at++)
        if (words[at].number < 0 && (words[at].number = find(&self->words, &words[at].key)) < 0) {
            missing++;
            if (add(&space->unknown, words[at].key.bytes, words[at].key.length) < 0)
                return -1;
        }
    return missing;
}

/* Read the words of a paragraph behind those that lie in `space->words`; how many are not known, or -1. */
static Py_ssize_t read_words(const Scorer *self, Space *space, const unsigned char *at, const unsigned char *end)
{
    size_t first = space->n_words;
    Span word;
    while (next_word(&at, end, &word)) {
        if (!RESERVE(space->words, space->room_words, space->n_words + 1))
            return -1;
        Key key = key_of((const char *)word.start, (size_t)(word.end - word.start), (size_t)(end - word.start));
        PREFETCH(&self->words.slots[key.hash & (self->words.n_slots - 1)]);
        space->words[space->n_words++] = (Word){key, -1};
    }
    return look_up(self, space, space->words + first, space->n_words - first);
}

/* Find the tokens of known words, names masked, in `space->found`; how many, or -1 where there is no memory. */
static Py_ssize_t mask(const Scorer *self, Space *space, const Word *words, size_t n)
{
    size_t kept = 0;
    if (!RESERVE(space->found, space->room_found, n))
        return -1;
    for (size_t first = 0; first < n;) {
        const Token *token = &self->words.entries[words[first].number].token;
        size_t masked = token->flags & LEADS ? match(self, words + first, n - first) : 0;
        PREFETCH(self->pool + token->grams);
        PREFETCH(self->pool + token->grams + 16);
        space->found[kept++] = masked ? self->words.entries[SIDE].token : *token;
        first += masked ? masked : 1;
    }
    return (Py_ssize_t)kept;
}

static size_t count_words(const Block *block, const Token *found, size_t n, int32_t *counts, int32_t *touched)
{
    size_t seen = 0;
    for (size_t first = 0; first < n; first++) {
        Run run = found[first].stem < 0 ? (Run){-1, -1} : block->roots[found[first].stem];
        for (size_t at = first; run.node >= 0;) {
            if (run.column >= 0) {
                touched[seen] = run.column;
                seen += !counts[run.column]++;
            }
            if (++at >= n || at >= first + (size_t)block->longest || found[at].stem < 0)
                break;
            run = child(&block->children, run.node, found[at].stem);
        }
    }
    return seen;
}

/* The grams of a word that belong to the nth block of characters. */
static INLINE const int32_t *grams_of(const Scorer *self, const Token *token, int nth)
{
    const int32_t *grams = self->pool + token->grams;
    for (int at = 0; nth > 0; at++)
        if (!self->blocks[at].of_words) {
            grams += grams[0] + 1 + PAIRS(self->blocks[at].width);
            nth--;
        }
    return grams;
}

/* Count the grams of words, and add up what they say, each as often as it occurs; how many there are, of how many kinds. */
static INLINE size_t count_grams(const Scorer *self, int width, int nth, const Token *found, size_t n, int32_t *counts,
                                 int32_t *touched, int32_t *again, size_t *repeated, size_t *total, double *sums)
{
    size_t seen = 0, twice = 0, all = 0;
    for (size_t at = 0; at < n; at++) {
        const int32_t *grams = grams_of(self, &found[at], nth);
        int32_t left = *grams++;
        all += (size_t)left;
        for (int out = 0; out <= width; out++, grams += 2) {
            double part;
            memcpy(&part, grams, sizeof part);
            sums[out] += part;
        }
        for (; left > 0; left--) {
            int32_t column = *grams++, count = counts[column]++;
            touched[seen] = column; /* without a branch, which would be guessed wrong too often */
            seen += !count;
            again[twice] = column;
            twice += count == 1;
        }
    }
    *repeated = twice;
    *total = all;
    return seen;
}

/* Add up rows: sublinear counts times weights and idf, and the squares for the norm. `counted`: as often as they occur, they were
   added before. A `width` that the compiler knows keeps the sums in registers. */
static INLINE void add_rows(const Scorer *self, const Block *block, int width, int32_t part, const int32_t *columns, size_t n,
                            const int32_t *counts, int counted, double *sums)
{
    const double *rows = block->rows + (size_t)part * block->n_features * (size_t)(width + 1);
    for (size_t at = 0; at < n; at++) {
        if (!counted && at + AHEAD < n)
            PREFETCH(rows + (size_t)columns[at + AHEAD] * (size_t)(width + 1));
        int32_t count = counts[columns[at]], before = counted ? count : 0;
        const double *row = rows + (size_t)columns[at] * (size_t)(width + 1);
        double weight = count < COUNTED ? self->weights[count] : 1.0 + log((double)count);
        for (int out = 0; out < width; out++)
            sums[out] += (weight - before) * row[out];
        sums[width] += (weight * weight - before) * row[width];
    }
}

/* Add what one block says to the logits: its rows, scaled to length 1. */
static INLINE void weigh(const Scorer *self, Space *space, int at, int nth, int width, double *sums, int32_t part, size_t n, double *logits)
{
    const Block *block = &self->blocks[at];
    int32_t *counts = space->counts[at], *touched = space->touched[at], *again = space->again[at];
    size_t seen, twice = 0, total = 0;
    memset(sums, 0, (size_t)(width + 1) * sizeof *sums);
    if (block->of_words)
        seen = count_words(block, space->found, n, counts, touched);
    else
        seen = count_grams(self, width, nth, space->found, n, counts, touched, again, &twice, &total, sums);
    if (block->of_words || part || total > MANY) {
        memset(sums, 0, (size_t)(width + 1) * sizeof *sums);
        add_rows(self, block, width, part, touched, seen, counts, 0, sums);
    } else
        add_rows(self, block, width, part, again, twice, counts, 1, sums);
    for (size_t one = 0; one < seen; one++)
        counts[touched[one]] = 0;
    double scale = sums[width] > 0 ? 1.0 / sqrt(sums[width]) : 1.0;
    for (int out = 0; out < width; out++)
        logits[block->outputs[out]] += scale * sums[out];
}

#define WEIGH(n)                                                            \
    case n: {                                                               \
        double sums[n + 1];                                                 \
        weigh(self, space, at, nth, n, sums, part, found, logits);          \
        break;                                                              \
    }

/* Turn the logits of one head into probabilities, in place. */
static void soften(double *logits, int n)
{
    double most = logits[0], sum = 0;
    for (int out = 1; out < n; out++)
        most = logits[out] > most ? logits[out] : most;
    for (int out = 0; out < n; out++)
        sum += logits[out] = exp(logits[out] - most);
    for (int out = 0; out < n; out++)
        logits[out] /= sum;
}

static void score(const Scorer *self, Space *space, size_t found, int32_t part, double *logits, double *familiarity)
{
    size_t plain = 0, known = 0;
    for (size_t at = 0; at < found; at++) {
        uint32_t flags = space->found[at].flags;
        plain += (flags & PLAIN) != 0;
        known += (flags & PLAIN) && (flags & KNOWN);
    }
    *familiarity = plain ? (double)known / (double)plain : 0.0;
    memcpy(logits, self->intercepts + (size_t)part * (size_t)self->n_outputs, (size_t)self->n_outputs * sizeof *logits);
    for (int at = 0, nth = 0; at < self->n_blocks; at++) {
        switch (self->blocks[at].width) {
            WEIGH(3)
            WEIGH(5)
            WEIGH(8)
        default: {
            double sums[MOST_OUTPUTS + 1];
            weigh(self, space, at, nth, self->blocks[at].width, sums, part, found, logits);
        }
        }
        nth += !self->blocks[at].of_words;
    }
    for (int head = 0; head < self->n_heads; head++)
        soften(logits + self->edges[head], self->edges[head + 1] - self->edges[head]);
}

/* Forget what was read; the GIL is held. */
static void clear_space(Space *space)
{
    while (space->n_held)
        Py_XDECREF(space->held[--space->n_held]);
    free(space->held);
    space->held = NULL;
    space->n_words = space->n_waiting = 0;
    drop_strings(&space->unknown);
}

static void drop_space(Space *space)
{
    clear_space(space);
    for (int at = 0; at < space->n_blocks; at++) {
        free(space->counts[at]);
        free(space->touched[at]);
        free(space->again[at]);
    }
    free(space->words);
    free(space->waiting);
    free(space->found);
    free(space);
}

static void put_back(Scorer *self, Space *space)
{
    clear_space(space);
    space->next = self->spare;
    self->spare = space;
}

static uint64_t ages; /* changed under the GIL */

static Space *take_space(Scorer *self, Py_ssize_t n_texts)
{
    Space *space = self->spare;
    if (space)
        self->spare = space->next;
    else if ((space = calloc(1, sizeof *space)))
        while (space->n_blocks < self->n_blocks) {
            int at = space->n_blocks++;
            size_t n = self->blocks[at].n_features + 1;
            space->counts[at] = calloc(n, sizeof(int32_t));
            space->touched[at] = malloc(n * sizeof(int32_t));
            space->again[at] = malloc(n * sizeof(int32_t));
            if (!space->touched[at] || !space->counts[at] || !space->again[at]) {
                drop_space(space);
                space = NULL;
                break;
            }
        }
    if (space && !(space->held = calloc((size_t)n_texts + 1, sizeof *space->held))) {
        put_back(self, space);
        space = NULL;
    }
    if (space)
        space->age = self->age;
    else
        PyErr_NoMemory();
    return space;
}

/* ---- Python: what comes in --------------------------------------------------------------------------------------------- */

/* A copy of a buffer of whole items; NULL with an error set. */
static void *copy_buffer(PyObject *object, size_t size, size_t wanted, const char *what)
{
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_C_CONTIGUOUS))
        return NULL;
    void *copy = NULL;
    if (view.itemsize != (Py_ssize_t)size || (size_t)view.len != wanted * size)
        PyErr_Format(PyExc_ValueError, "`%s` must hold %zu items of %zu bytes; got %zd bytes.", what, wanted, size, view.len);
    else if (!(copy = malloc((size_t)view.len + 1)))
        PyErr_NoMemory();
    else
        memcpy(copy, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return copy;
}

static int all_between(const int32_t *items, size_t n, int32_t low, size_t high, const char *what)
{
    for (size_t at = 0; at < n; at++)
        if (items[at] < low || (int64_t)items[at] >= (int64_t)high) {
            PyErr_Format(PyExc_ValueError, "`%s` must be from %d to %zu; got %d.", what, (int)low, high, (int)items[at]);
            return 0;
        }
    return 1;
}

/* Number the strings of a list; each must occur once. */
static int add_list(Strings *strings, PyObject *list, const char *what)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list); at++) {
        Py_ssize_t length;
        const char *bytes = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(list, at), &length);
        if (!bytes)
            return 0;
        int32_t number = add(strings, bytes, (size_t)length);
        if (number < 0) {
            PyErr_NoMemory();
            return 0;
        }
        if (number != at) {
            PyErr_Format(PyExc_ValueError, "`%s` must hold each string once.", what);
            return 0;
        }
    }
    return 1;
}

/* Build the tree of runs of stems from the features "a", "a b", ...; the stems are numbered as they come. */
static int build_tree(Scorer *self, Block *block, PyObject *features)
{
    Py_ssize_t n = PyList_GET_SIZE(features);
    Children *children = &block->children;
    size_t n_nodes = 1;
    int room = widen(children, 1);
    for (Py_ssize_t at = 0; room && at < n; at++) {
        Py_ssize_t length;
        const char *bytes = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(features, at), &length);
        if (!bytes)
            return 0;
        if (!(room = widen(children, n_nodes + (size_t)block->longest)))
            break;
        Run root = {0, -1}, *run = &root;
        int depth = 0;
        for (const char *first = bytes, *end = bytes + length; first <= end; depth++) {
            const char *last = memchr(first, ' ', (size_t)(end - first));
            last = last ? last : end;
            int32_t stem = add(&self->stems, first, (size_t)(last - first));
            if (stem < 0) {
                PyErr_NoMemory();
                return 0;
            }
            if (last == first || depth == block->longest) {
                PyErr_SetString(PyExc_ValueError, "`features` of words must be runs of stems parted by single spaces.");
                return 0;
            }
            run = add_child(children, run->node, stem, (int32_t)n_nodes);
            n_nodes += run->node == (int32_t)n_nodes;
            first = last + 1;
        }
        if (depth < block->shortest || run->column >= 0) {
            PyErr_SetString(PyExc_ValueError, "`features` must each occur once, and be as long as the n-grams are.");
            return 0;
        }
        run->column = (int32_t)at;
    }
    if (!room)
        PyErr_NoMemory();
    return room;
}

/* (of_words, shortest, longest, features, outputs, rows) */
static int read_block(Scorer *self, Block *block, PyObject *given)
{
    PyObject *features, *outputs, *rows;
    if (!PyArg_ParseTuple(given, "piiO!OO;a block", &block->of_words, &block->shortest, &block->longest, &PyList_Type, &features,
                          &outputs, &rows))
        return 0;
    Py_ssize_t width = PyObject_Length(outputs);
    if (width < 0)
        return 0;
    if (width < 1 || width > self->n_outputs || block->shortest < 1 || block->longest < block->shortest || block->longest > LONGEST) {
        PyErr_SetString(PyExc_ValueError, "a block must have outputs, and n-grams of a length it has room for.");
        return 0;
    }
    block->width = (int)width;
    block->n_features = (size_t)PyList_GET_SIZE(features);
    block->outputs = copy_buffer(outputs, sizeof(int32_t), (size_t)width, "outputs");
    if (!block->outputs || !all_between(block->outputs, (size_t)width, 0, (size_t)self->n_outputs, "outputs"))
        return 0;
    block->rows = copy_buffer(rows, sizeof(double), (size_t)self->n_parts * block->n_features * (size_t)(width + 1), "rows");
    if (!block->rows)
        return 0;
    for (size_t row = 1; row <= (size_t)self->n_parts * block->n_features; row++)
        block->rows[row * (size_t)(width + 1) - 1] *= block->rows[row * (size_t)(width + 1) - 1];
    if (block->of_words)
        return build_tree(self, block, features);
    if (!add_list(&block->grams, features, "features"))
        return 0;
    if (!make_sieve(&block->sieve, block->grams.n_slots))
        return PyErr_NoMemory() != NULL;
    for (size_t at = 0; at < block->grams.n; at++)
        mark(&block->sieve, hash_of(&block->grams, at));
    return 1;
}

/* (words, first, start, items) */
static int read_names(Names *names, PyObject *given)
{
    PyObject *words, *first, *start, *items;
    if (!PyArg_ParseTuple(given, "O!OOO;names", &PyList_Type, &words, &first, &start, &items) ||
        !add_list(&names->words, words, "words of names"))
        return 0;
    Py_ssize_t n_start = PyObject_Length(start), n_items = PyObject_Length(items);
    if (n_start < 1 || n_items < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "`start` must hold one item more than there are names.");
        return 0;
    }
    size_t n = names->words.n;
    return (names->first = copy_buffer(first, sizeof(int32_t), n + 1, "first")) &&
           (names->start = copy_buffer(start, sizeof(int32_t), (size_t)n_start, "start")) &&
           (names->items = copy_buffer(items, sizeof(int32_t), (size_t)n_items, "items")) &&
           all_between(names->first, n + 1, 0, (size_t)n_start, "first") &&
           all_between(names->start, (size_t)n_start, 0, (size_t)n_items + 1, "start") &&
           all_between(names->items, (size_t)n_items, 0, n, "items");
}

/* Put what the characters of a word say behind `pool`'s end; 0 where there is no memory. Nothing, of a masked name. */
static int add_grams(Scorer *self, const unsigned char *folded, const unsigned char *end)
{
    unsigned char padded[2 + 64 * 4] = {0}; /* a word gives its first 64 characters (features.py) */
    size_t bounds[2 + 64 + 1], n = 0, at = 0, length;
    bounds[n++] = at;
    padded[at++] = ' ';
    while (folded && folded < end && n < 65) {
        decode(folded, end, &length);
        bounds[n++] = at;
        memcpy(padded + at, folded, length);
        at += length;
        folded += length;
    }
    int any = n > 1;
    bounds[n++] = at;
    padded[at++] = ' ';
    bounds[n] = at;
    for (int b = 0; b < self->n_blocks; b++) {
        const Block *block = &self->blocks[b];
        if (block->of_words)
            continue;
        size_t head = self->n_pool, most = n * (size_t)(block->longest - block->shortest + 1), width = (size_t)block->width + 1;
        double *sums = calloc(width, sizeof *sums);
        if (!sums || !RESERVE(self->pool, self->room_pool, self->n_pool + 1 + PAIRS(block->width) + most)) {
            free(sums);
            return 0;
        }
        self->n_pool += 1 + PAIRS(block->width);
        for (size_t size = (size_t)block->shortest; any && size <= (size_t)block->longest; size++)
            for (size_t first = 0; first + size <= n; first++) {
                size_t start = bounds[first];
                Key gram = key_of((const char *)padded + start, bounds[first + size] - start, sizeof padded - start);
                int32_t column = may_hold(&block->sieve, gram.hash) ? find(&block->grams, &gram) : -1;
                for (size_t out = 0; column >= 0 && out < width; out++)
                    sums[out] += block->rows[(size_t)column * width + out];
                if (column >= 0)
                    self->pool[self->n_pool++] = column;
            }
        self->pool[head] = (int32_t)(self->n_pool - head - 1 - PAIRS(block->width));
        memcpy(&self->pool[head + 1], sums, width * sizeof *sums);
        free(sums);
    }
    return 1;
}

static int32_t find_str(const Strings *strings, PyObject *str)
{
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(str, &length);
    return bytes ? find_plain(strings, bytes, (size_t)length) : -1;
}

/* The first word stands for every masked name. */
static int add_side(Scorer *self, PyObject *mark)
{
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(mark, &length);
    if (!bytes)
        return 0;
    Token side = {find_plain(&self->stems, bytes, (size_t)length), 0, self->n_pool};
    if (add(&self->words, bytes, (size_t)length) != SIDE || !RESERVE(self->namings, self->room_namings, 1) ||
        !add_grams(self, NULL, NULL)) {
        PyErr_NoMemory();
        return 0;
    }
    self->words.entries[SIDE].token = side;
    self->namings[SIDE] = (Naming){{-1, -1}, {-1, -1}};
    return 1;
}

/* ---- Python: the type -------------------------------------------------------------------------------------------------- */

static void scorer_dealloc(Scorer *self)
{
    while (self->spare) {
        Space *space = self->spare;
        self->spare = space->next;
        drop_space(space);
    }
    for (int at = 0; at < self->n_blocks; at++) {
        Block *block = &self->blocks[at];
        drop_strings(&block->grams);
        free(block->children.slots);
        free(block->children.sieve.bits);
        free(block->sieve.bits);
        free(block->roots);
        free(block->outputs);
        free(block->rows);
    }
    for (int casing = 0; casing < 2; casing++) {
        drop_strings(&self->names[casing].words);
        free(self->names[casing].first);
        free(self->names[casing].start);
        free(self->names[casing].items);
    }
    drop_strings(&self->stems);
    drop_strings(&self->words);
    free(self->intercepts);
    free(self->edges);
    free(self->known);
    free(self->namings);
    free(self->pool);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int mark_known(Scorer *self, PyObject *familiar)
{
    size_t n_familiar = (size_t)PyList_GET_SIZE(familiar);
    for (size_t at = 0; at < n_familiar; at++) {
        Py_ssize_t length;
        const char *bytes = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(familiar, (Py_ssize_t)at), &length);
        if (!bytes)
            return 0;
        if (add(&self->stems, bytes, (size_t)length) < 0) {
            PyErr_NoMemory();
            return 0;
        }
    }
    if (!(self->known = calloc(self->stems.n + 1, 1))) {
        PyErr_NoMemory();
        return 0;
    }
    for (size_t at = 0; at < n_familiar; at++)
        self->known[find_str(&self->stems, PyList_GET_ITEM(familiar, (Py_ssize_t)at))] = 1;
    return 1;
}

/* Once all stems are numbered: where each begins a run. */
static int find_roots(Scorer *self)
{
    for (int at = 0; at < self->n_blocks; at++) {
        Block *block = &self->blocks[at];
        if (block->of_words && !(block->roots = malloc((self->stems.n + 1) * sizeof *block->roots))) {
            PyErr_NoMemory();
            return 0;
        }
        for (size_t stem = 0; block->of_words && stem < self->stems.n; stem++)
            block->roots[stem] = child(&block->children, 0, (int32_t)stem);
    }
    return 1;
}

PyDoc_STRVAR(scorer_doc, "Scorer(edges, n_parts, intercepts, blocks, familiar, names_in_any_case, names_in_exact_case, side)\n--\n\n"
                         "Score paragraphs with the arrays of a frozen model; `stance.scoring.compiled` makes and drives it.");

static PyObject *scorer_new(PyTypeObject *type, PyObject *arguments, PyObject *options)
{
    PyObject *edges, *intercepts, *blocks, *familiar, *any_case, *exact_case, *side;
    int n_parts;
    if ((options && PyDict_GET_SIZE(options)) ||
        !PyArg_ParseTuple(arguments, "OiOO!O!OOO", &edges, &n_parts, &intercepts, &PyList_Type, &blocks, &PyList_Type, &familiar,
                          &any_case, &exact_case, &side))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "Scorer takes no keywords.");
    Py_ssize_t n_edges = PyObject_Length(edges);
    if (n_edges < 2 || n_edges > MOST_OUTPUTS || n_parts < 1 || PyList_GET_SIZE(blocks) > MOST_BLOCKS)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "a model must have heads, a part, and at most %d blocks.", MOST_BLOCKS);
    Scorer *self = (Scorer *)type->tp_alloc(type, 0); /* zeroed */
    if (!self)
        return NULL;
    self->age = ++ages;
    self->n_heads = (int)n_edges - 1;
    self->n_parts = n_parts;
    for (int count = 1; count < COUNTED; count++)
        self->weights[count] = 1.0 + log((double)count);
    int good = (self->edges = copy_buffer(edges, sizeof(int32_t), (size_t)n_edges, "edges")) &&
               all_between(self->edges, (size_t)n_edges, 0, MOST_OUTPUTS + 1, "edges");
    for (int head = 0; good && head < self->n_heads; head++)
        if (self->edges[0] || self->edges[head] >= self->edges[head + 1]) {
            PyErr_SetString(PyExc_ValueError, "`edges` must rise from 0.");
            good = 0;
        }
    self->n_outputs = good ? self->edges[self->n_heads] : 0;
    good = good && (self->intercepts = copy_buffer(intercepts, sizeof(double), (size_t)n_parts * (size_t)self->n_outputs, "intercepts"));
    for (Py_ssize_t at = 0; good && at < PyList_GET_SIZE(blocks); at++)
        good = read_block(self, &self->blocks[self->n_blocks++], PyList_GET_ITEM(blocks, at));
    good = good && mark_known(self, familiar) && find_roots(self) && read_names(&self->names[0], any_case) && read_names(&self->names[1], exact_case) &&
           add_side(self, side);
    if (!good)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int is_idle(const Scorer *self)
{
    if (self->readers)
        PyErr_SetString(PyExc_RuntimeError, "no word may be learned or forgotten while paragraphs are scored.");
    return !self->readers;
}

PyDoc_STRVAR(learn_doc, "learn(words, folded, stems, bare, folded_bare, plain)\n--\n\n"
                        "Take in words as written: lists of str of one length, and one byte a word.");

static PyObject *scorer_learn(Scorer *self, PyObject *arguments)
{
    PyObject *lists[5];
    Py_buffer plain;
    if (!is_idle(self))
        return NULL;
    if (!PyArg_ParseTuple(arguments, "O!O!O!O!O!y*", &PyList_Type, &lists[0], &PyList_Type, &lists[1], &PyList_Type, &lists[2],
                          &PyList_Type, &lists[3], &PyList_Type, &lists[4], &plain))
        return NULL;
    Py_ssize_t n = plain.len;
    for (int at = 0; at < 5; at++)
        if (PyList_GET_SIZE(lists[at]) != n)
            PyErr_SetString(PyExc_ValueError, "the lists must have one length.");
    for (Py_ssize_t at = 0; at < n && !PyErr_Occurred(); at++) {
        Py_ssize_t length, folded_length;
        PyObject *written = PyList_GET_ITEM(lists[0], at), *fold = PyList_GET_ITEM(lists[1], at);
        const char *bytes = PyUnicode_AsUTF8AndSize(written, &length);
        const unsigned char *folded = bytes ? (const unsigned char *)PyUnicode_AsUTF8AndSize(fold, &folded_length) : NULL;
        if (!folded)
            break;
        if (find_plain(&self->words, bytes, (size_t)length) >= 0)
            continue;
        Token token = {find_str(&self->stems, PyList_GET_ITEM(lists[2], at)), 0, self->n_pool};
        Naming naming;
        for (int casing = 0; casing < 2; casing++) {
            const Names *names = &self->names[casing];
            naming.name[casing] = find_str(&names->words, casing ? written : fold);
            naming.bare[casing] = PyList_GET_ITEM(lists[3], at) == written ? naming.name[casing] /* it has no possessive */
                                                                           : find_str(&names->words, PyList_GET_ITEM(lists[casing ? 3 : 4], at));
            if (naming.bare[casing] >= 0 && names->first[naming.bare[casing]] < names->first[naming.bare[casing] + 1])
                token.flags |= LEADS;
        }
        token.flags |= (((const char *)plain.buf)[at] ? PLAIN : 0) | (PyUnicode_GET_LENGTH(written) < 3 ? SHORT : 0);
        token.flags |= token.stem >= 0 && self->known[token.stem] ? KNOWN : 0;
        if (PyErr_Occurred())
            break;
        int32_t number = -1;
        if (!RESERVE(self->namings, self->room_namings, self->words.n + 1) || !add_grams(self, folded, folded + folded_length) ||
            (number = add(&self->words, bytes, (size_t)length)) < 0)
            PyErr_NoMemory();
        else {
            self->words.entries[number].token = token;
            self->namings[number] = naming;
        }
    }
    PyBuffer_Release(&plain);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(forget_doc, "forget()\n--\n\nDrop every word that was learned.");

static PyObject *scorer_forget(Scorer *self, PyObject *nothing)
{
    (void)nothing;
    if (!is_idle(self))
        return NULL;
    PyObject *side = PyUnicode_FromStringAndSize(self->words.bytes, (Py_ssize_t)self->words.entries[SIDE].length);
    if (!side)
        return NULL;
    drop_strings(&self->words);
    self->n_pool = 0;
    self->age = ++ages;
    int good = add_side(self, side);
    Py_DECREF(side);
    if (!good)
        return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(forked_doc, "forked()\n--\n\nSay that this process is the child of a fork, in which no other thread scores on.");

static PyObject *scorer_forked(Scorer *self, PyObject *nothing)
{
    (void)nothing;
    self->readers = 0;
    Py_RETURN_NONE;
}

static PyObject *scorer_size(Scorer *self, void *nothing)
{
    (void)nothing;
    return PyLong_FromSize_t(self->words.n_bytes + self->words.n * (sizeof(Entry) + sizeof(Naming) + 2 * sizeof(int32_t)) +
                             self->n_pool * sizeof(int32_t));
}

/* A paragraph as bytes; lone surrogates, which UTF-8 has not, as the three bytes they would have. A new reference. */
static PyObject *as_bytes(PyObject *text, const unsigned char **start, Py_ssize_t *length)
{
    PyObject *held;
    if (!PyBytes_Check(text) && !PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "a paragraph must be a str; got %.100s.", Py_TYPE(text)->tp_name);
    if (PyUnicode_Check(text) && PyUnicode_IS_COMPACT_ASCII(text)) {
        held = Py_NewRef(text);
        *start = (const unsigned char *)PyUnicode_DATA(text);
        *length = PyUnicode_GET_LENGTH(text);
    } else {
        /* Not PyUnicode_AsUTF8AndSize: it would leave a copy in the user's own str for as long as that lives. */
        held = PyBytes_Check(text) ? Py_NewRef(text) : PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
        if (!held)
            return NULL;
        *start = (const unsigned char *)PyBytes_AS_STRING(held);
        *length = PyBytes_GET_SIZE(held);
    }
    if (*length < INT32_MAX - 64) /* so that no count overflows */
        return held;
    Py_DECREF(held);
    return PyErr_Format(PyExc_OverflowError, "a paragraph must be under 2 GB; got %zd bytes.", *length);
}

/* The buffers of all texts: what part each is of, and where results go. */
typedef struct {
    Py_buffer parts, probabilities, familiarity, words;
    Py_ssize_t n;
} Buffers;

static void release(Buffers *buffers)
{
    PyBuffer_Release(&buffers->parts);
    PyBuffer_Release(&buffers->probabilities);
    PyBuffer_Release(&buffers->familiarity);
    PyBuffer_Release(&buffers->words);
}

static int fit(const Scorer *self, Buffers *buffers)
{
    Py_ssize_t n = buffers->n = buffers->parts.len / 4;
    if (buffers->parts.len == 4 * n && buffers->familiarity.len == 8 * n && buffers->words.len == 8 * n &&
        buffers->probabilities.len == 8 * n * self->n_outputs)
        return 1;
    PyErr_SetString(PyExc_ValueError, "the buffers must fit the texts.");
    return 0;
}

/* Score known words into one row of the buffers; 0 where there is no memory. */
static int score_row(const Scorer *self, Space *space, const Word *words, size_t n, const Buffers *buffers, Py_ssize_t row)
{
    Py_ssize_t found = mask(self, space, words, n);
    if (found < 0)
        return 0;
    score(self, space, (size_t)found, ((int32_t *)buffers->parts.buf)[row], (double *)buffers->probabilities.buf + row * self->n_outputs,
          (double *)buffers->familiarity.buf + row);
    ((int64_t *)buffers->words.buf)[row] = found;
    return 1;
}

static const char WAITING[] = "stance.scoring._scorer waiting"; /* the name of a capsule that holds a space */

static void drop_waiting(PyObject *capsule)
{
    drop_space(PyCapsule_GetPointer(capsule, WAITING));
}

static PyObject *list_unknown(const Space *space)
{
    PyObject *unknown = PyList_New(0);
    for (size_t at = 0; unknown && at < space->unknown.n; at++) {
        const Entry *entry = &space->unknown.entries[at];
        PyObject *word = PyUnicode_DecodeUTF8(space->unknown.bytes + entry->start, (Py_ssize_t)entry->length, "strict");
        if (!word || PyList_Append(unknown, word))
            Py_CLEAR(unknown);
        Py_XDECREF(word);
    }
    return unknown;
}

PyDoc_STRVAR(run_doc,
             "run(texts, first, last, parts, probabilities, familiarity, words)\n--\n\n"
             "Score ``texts[first:last]`` into the buffers of all texts. Return the words that must be learned first, as a list of str,\n"
             "and what `finish` takes for the paragraphs that hold one; None where there is none.");

static PyObject *scorer_run(Scorer *self, PyObject *arguments)
{
    PyObject *list, *unknown, *waiting = NULL;
    Py_ssize_t first, last;
    Buffers buffers;
    if (!PyArg_ParseTuple(arguments, "O!nny*w*w*w*", &PyList_Type, &list, &first, &last, &buffers.parts, &buffers.probabilities,
                          &buffers.familiarity, &buffers.words))
        return NULL;
    Space *space = NULL;
    struct {
        const unsigned char *start;
        Py_ssize_t length;
    } *texts = NULL;
    int memory = 1;
    if (!fit(self, &buffers))
        goto failed;
    if (first < 0 || last < first || buffers.n < last || PyList_GET_SIZE(list) < last) {
        PyErr_SetString(PyExc_ValueError, "the buffers must fit the texts.");
        goto failed;
    }
    if (!all_between((int32_t *)buffers.parts.buf + first, (size_t)(last - first), 0, (size_t)self->n_parts, "parts") ||
        !(space = take_space(self, last - first)))
        goto failed;
    if (!(texts = malloc(((size_t)(last - first) + 1) * sizeof *texts))) {
        PyErr_NoMemory();
        goto failed;
    }
    for (Py_ssize_t at = 0; at < last - first; at++)
        if (!(space->held[space->n_held++] = as_bytes(PyList_GET_ITEM(list, first + at), &texts[at].start, &texts[at].length)))
            goto failed;
    self->readers++;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t at = 0; memory && at < last - first; at++) {
        size_t begin = space->n_words;
        Py_ssize_t missing = read_words(self, space, texts[at].start, texts[at].start + texts[at].length);
        size_t n = space->n_words - begin;
        if (missing > 0 && (memory = RESERVE(space->waiting, space->room_waiting, space->n_waiting + 1)))
            space->waiting[space->n_waiting++] = (Waiting){first + at, begin, n};
        if (missing == 0) {
            memory = score_row(self, space, space->words + begin, n, &buffers, first + at);
            space->n_words = begin;
        }
        memory = memory && missing >= 0;
    }
    Py_END_ALLOW_THREADS
    self->readers--;
    if (!memory) {
        PyErr_NoMemory();
        goto failed;
    }
    free(texts);
    release(&buffers);
    unknown = list_unknown(space);
    if (unknown && space->n_waiting) {
        waiting = PyCapsule_New(space, WAITING, drop_waiting);
        return waiting ? Py_BuildValue("NN", unknown, waiting) : (Py_DECREF(unknown), drop_space(space), NULL);
    }
    put_back(self, space);
    return unknown ? Py_BuildValue("NO", unknown, Py_None) : NULL;
failed:
    free(texts);
    if (space)
        put_back(self, space);
    release(&buffers);
    return NULL;
}

PyDoc_STRVAR(finish_doc, "finish(waiting, parts, probabilities, familiarity, words)\n--\n\n"
                         "Score the paragraphs that waited, once, after their words were learned.");

static PyObject *scorer_finish(Scorer *self, PyObject *arguments)
{
    PyObject *capsule;
    Buffers buffers;
    if (!PyArg_ParseTuple(arguments, "Oy*w*w*w*", &capsule, &buffers.parts, &buffers.probabilities, &buffers.familiarity, &buffers.words))
        return NULL;
    Space *space = fit(self, &buffers) ? PyCapsule_GetPointer(capsule, WAITING) : NULL;
    int good = space && space->age == self->age, known = 1;
    for (size_t at = 0; good && at < space->n_waiting; at++) {
        Py_ssize_t row = space->waiting[at].row;
        good = row < buffers.n && all_between((int32_t *)buffers.parts.buf + row, 1, 0, (size_t)self->n_parts, "parts");
    }
    if (good) {
        PyCapsule_SetDestructor(capsule, NULL);
        PyCapsule_SetName(capsule, NULL); /* it is used up */
        drop_strings(&space->unknown);
        self->readers++;
        Py_BEGIN_ALLOW_THREADS
        for (size_t at = 0; good && known && at < space->n_waiting; at++) {
            const Waiting *here = &space->waiting[at];
            Py_ssize_t missing = look_up(self, space, space->words + here->first, here->n);
            known = missing <= 0;
            good = missing >= 0 && (!known || score_row(self, space, space->words + here->first, here->n, &buffers, here->row));
        }
        Py_END_ALLOW_THREADS
        self->readers--;
        put_back(self, space);
        if (!good)
            PyErr_NoMemory();
        else if (!known)
            PyErr_SetString(PyExc_ValueError, "every word that `run` returned must be learned first.");
    } else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "the buffers must fit the texts.");
    release(&buffers);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef scorer_methods[] = {
    {"learn", (PyCFunction)scorer_learn, METH_VARARGS, learn_doc},
    {"forget", (PyCFunction)scorer_forget, METH_NOARGS, forget_doc},
    {"forked", (PyCFunction)scorer_forked, METH_NOARGS, forked_doc},
    {"run", (PyCFunction)scorer_run, METH_VARARGS, run_doc},
    {"finish", (PyCFunction)scorer_finish, METH_VARARGS, finish_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef scorer_properties[] = {
    {"size", (getter)scorer_size, NULL, "Bytes that the learned words take up, nearly.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject scorer_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stance.scoring._scorer.Scorer",
    .tp_doc = scorer_doc,
    .tp_basicsize = sizeof(Scorer),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = scorer_new,
    .tp_dealloc = (destructor)scorer_dealloc,
    .tp_methods = scorer_methods,
    .tp_getset = scorer_properties,
};

PyDoc_STRVAR(split_doc, "split(text)\n--\n\nReturn the bounds of the words of a str or UTF-8 bytes, as byte offsets (start, end).");

static PyObject *split(PyObject *module, PyObject *text)
{
    (void)module;
    const unsigned char *start = NULL;
    Py_ssize_t length = 0;
    PyObject *held = as_bytes(text, &start, &length), *out = held ? PyList_New(0) : NULL;
    const unsigned char *at = start;
    for (Span word; out && next_word(&at, start + length, &word);) {
        PyObject *pair = Py_BuildValue("nn", (Py_ssize_t)(word.start - start), (Py_ssize_t)(word.end - start));
        if (!pair || PyList_Append(out, pair))
            Py_CLEAR(out);
        Py_XDECREF(pair);
    }
    Py_XDECREF(held);
    return out;
}

PyDoc_STRVAR(joins_doc, "joins(between, after_short)\n--\n\nTell whether what stands between two words may stand inside a name.");

static PyObject *joins(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *text;
    int after_short;
    const unsigned char *start = NULL;
    Py_ssize_t length = 0;
    if (!PyArg_ParseTuple(arguments, "Op", &text, &after_short))
        return NULL;
    PyObject *held = as_bytes(text, &start, &length);
    if (!held)
        return NULL;
    int good = is_joint(start, start + length, after_short);
    Py_DECREF(held);
    return PyBool_FromLong(good);
}

static PyMethodDef module_methods[] = {
    {"split", split, METH_O, split_doc},
    {"joins", joins, METH_VARARGS, joins_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, .m_name = "stance.scoring._scorer", .m_doc = "The compiled scorer.", .m_size = -1, .m_methods = module_methods,
};

PyMODINIT_FUNC PyInit__scorer(void)
{
    for (Py_UCS4 point = 0; point < 128; point++)
        ascii_word[point] = point == '_' || Py_UNICODE_ISALNUM(point);
    PyObject *module = PyType_Ready(&scorer_type) ? NULL : PyModule_Create(&module_definition);
    if (module && PyModule_AddObjectRef(module, "Scorer", (PyObject *)&scorer_type))
        Py_CLEAR(module);
    return module;
}

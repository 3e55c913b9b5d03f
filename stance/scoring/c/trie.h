/* N-grams as a trie: of words over numbers of stems, of characters over code points.

   A node stands for a run of stems, and has a column if that run is a feature. All edges lie in one
   hash table, from (parent, stem) to the child, which takes one look-up per word of an n-gram. What
   is said of stems holds for characters.

   Example: the features "cease fire" (column 0), "cease" (column 1) and "fire" (column 2), of the
   stems cease (0) and fire (1), give

       (root 0, cease 0) -> node 1, column 1
       (node 1, fire 1)  -> node 2, column 0
       (root 0, fire 1)  -> node 3, column 2 */

#ifndef STANCE_TRIE_H
#define STANCE_TRIE_H

#include "bloom_filter.h"
#include "common.h"
#include "sip_hash.h"

#define ROOT 0
#define FREE_EDGE UINT64_MAX

typedef struct {
    int32_t number; /* -1: no such node */
    int32_t column; /* -1: only the beginning of features */
} TrieNode;

typedef struct {
    uint64_t key; /* parent << 32 | stem, or FREE_EDGE */
    TrieNode child;
} TrieEdge;

typedef struct {
    TrieEdge *edges;
    size_t n_edges; /* with the free ones: a power of two, and at least 1.5 times the nodes */
    BloomFilter filter;
} Trie;

static const TrieNode NO_NODE = {-1, -1};

static ALWAYS_INLINE uint64_t edge_key(int32_t parent, int32_t stem)
{
    return (uint64_t)(uint32_t)parent << 32 | (uint32_t)stem;
}

/* The first characters of an n-gram, up to three, are one edge from the root: a code point has 21
   bits. No node has a number with the highest bit. */
#define MAX_FIRST 3

static ALWAYS_INLINE uint64_t first_key(const uint32_t *characters, size_t n)
{
    uint64_t key = 0;
    for (size_t i = 0; i < n; i++)
        key = key << 21 | characters[i];
    return key | (uint64_t)1 << 63;
}

/* Two multiplications by odd numbers that each process draws, so that every bit of a key reaches
   the lowest bits of the hash: a model may be made by a stranger, too. */
static ALWAYS_INLINE uint64_t hash_edge(uint64_t key)
{
    uint64_t hash = key * (hash_secret.low | 1);
    hash = (hash ^ hash >> 32) * (hash_secret.high | 1);
    return hash ^ hash >> 32;
}

/* Return the edge with this key, or the free one where it belongs. */
static TrieEdge *probe_edges(const Trie *trie, uint64_t key, uint64_t hash)
{
    size_t i = hash & (trie->n_edges - 1);
    while (trie->edges[i].key != key && trie->edges[i].key != FREE_EDGE)
        i = (i + 1) & (trie->n_edges - 1);
    return &trie->edges[i];
}

/* Return the node at the end of the edge from the root with a key of its own (first_key, or the
   number of a frame). */
static TrieNode find_edge(const Trie *trie, uint64_t key)
{
    uint64_t hash = hash_edge(key);
    if (!may_contain(&trie->filter, hash))
        return NO_NODE;
    const TrieEdge *edge = probe_edges(trie, key, hash);
    return edge->key == key ? edge->child : NO_NODE;
}

static TrieNode find_child(const Trie *trie, int32_t parent, int32_t stem)
{
    return find_edge(trie, edge_key(parent, stem));
}

/* Return the node at the end of an edge; add it as `new_node`, without a column, if there is none.
   There must be a free edge (reserve_edges). */
static TrieNode *add_child(Trie *trie, uint64_t key, int32_t new_node)
{
    uint64_t hash = hash_edge(key);
    TrieEdge *edge = probe_edges(trie, key, hash);
    if (edge->key != key) {
        add_to_filter(&trie->filter, hash);
        *edge = (TrieEdge){key, {new_node, -1}};
    }
    return &edge->child;
}

/* Make room for `n_nodes`. Return 0 if there is no memory. */
static int reserve_edges(Trie *trie, size_t n_nodes)
{
    if (2 * trie->n_edges >= 3 * n_nodes)
        return 1;
    Trie larger = {NULL, trie->n_edges ? trie->n_edges : 64, {NULL, 0}};
    while (2 * larger.n_edges < 3 * n_nodes)
        larger.n_edges *= 2;
    larger.edges = malloc(larger.n_edges * sizeof *larger.edges);
    if (!larger.edges || !make_filter(&larger.filter, larger.n_edges)) {
        free(larger.edges);
        return 0;
    }
    memset(larger.edges, 0xff, larger.n_edges * sizeof *larger.edges); /* all free */
    for (size_t i = 0; i < trie->n_edges; i++) {
        const TrieEdge *edge = &trie->edges[i];
        if (edge->key != FREE_EDGE) {
            uint64_t hash = hash_edge(edge->key);
            add_to_filter(&larger.filter, hash);
            *probe_edges(&larger, edge->key, hash) = *edge;
        }
    }
    free(trie->edges);
    free(trie->filter.bits);
    *trie = larger;
    return 1;
}

static void free_trie(Trie *trie)
{
    free(trie->edges);
    free(trie->filter.bits);
}

#endif

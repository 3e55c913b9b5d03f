/* Frames: in which order the cue words of a sentence ask, refuse, stop and judge.

   The rules, and an example of each kind of frame, are in stance/text/cues.py; here a sentence is
   read in one pass, a cue at a time. A cue waits until the next is known, since both may be one
   ("ruled", "out"). Then it makes a pair with the cue before it, and may be a link of a chain. A
   chain is complete at the next mention (its links after a mention count for the last mention
   only), or at the end of the sentence. */

#ifndef STANCE_FRAMES_H
#define STANCE_FRAMES_H

#include "model.h"
#include "trie.h"
#include "workspace.h"

/* As in stance/text/cues.py. */
enum { N_BEFORE = 3, N_AFTER = 2, N_ALONE = 4, CLASS_BITS = 6 };
enum { PAIR_FRAME = 1, CHAIN_FRAME, OUTCOME_FRAME };
enum { OUTCOME_FOR = 1, OUTCOME_AGAINST, OUTCOME_BARE };

/* Links, packed as in the number of a frame: the last one in the lowest bits. */
typedef struct {
    uint64_t packed;
    int n;
} Links;

typedef struct {
    const FeatureBlock *block;
    const CueTable *cues;
    NgramCounter *counter;
    size_t n_seen;

    uint32_t waiting; /* class of the last cue; NO_CLASS at the start of a sentence */
    size_t start;     /* the token where it begins */
    uint32_t paired;  /* class of the last cue of a pair */
    uint32_t linked;  /* the last link */
    Links begin;      /* the first links of the sentence, up to N_ALONE */
    Links recent;     /* the last links since a mention, up to N_BEFORE */
    uint32_t mention; /* the last mention; NO_CLASS if there is none */
    Links before;     /* links before it, up to N_BEFORE */
    Links after;      /* links after it, up to N_AFTER */
} Sentence;

static void append_link(Links *links, uint32_t link)
{
    links->packed = links->packed << CLASS_BITS | link;
    links->n++;
}

static void count_frame(Sentence *sentence, uint64_t kind, uint64_t packed)
{
    uint64_t key = kind << (N_BEFORE + 1 + N_AFTER) * CLASS_BITS | packed;
    int32_t column = find_edge(&sentence->block->trie, key).column;
    if (column >= 0) {
        sentence->counter->seen[sentence->n_seen] = column;
        sentence->n_seen += !sentence->counter->counts[column]++;
    }
}

/* Return what the links around a mention come to (_find_outcome in stance/text/cues.py). */
static uint64_t find_outcome(const CueTable *cues, const Links *before, const Links *after)
{
    if (!before->n && !after->n)
        return OUTCOME_BARE;
    unsigned reverses = 0;
    for (int i = 0; i < before->n; i++)
        reverses ^= cues->traits[before->packed >> i * CLASS_BITS & (MAX_CLASSES - 1)];
    for (int i = after->n - 1; i >= 0; i--) {
        unsigned traits = cues->traits[after->packed >> i * CLASS_BITS & (MAX_CLASSES - 1)];
        reverses ^= traits;
        if (traits & IS_VERDICT)
            break;
    }
    return reverses & IS_REVERSING ? OUTCOME_AGAINST : OUTCOME_FOR;
}

/* Count the chain of the last mention, and its outcome. */
static void end_mention(Sentence *sentence)
{
    Links chain = sentence->before;
    append_link(&chain, sentence->mention);
    count_frame(sentence, CHAIN_FRAME,
                chain.packed << sentence->after.n * CLASS_BITS | sentence->after.packed);
    count_frame(sentence, OUTCOME_FRAME,
                (uint64_t)sentence->mention << CLASS_BITS |
                    find_outcome(sentence->cues, &sentence->before, &sentence->after));
}

static void add_link(Sentence *sentence, uint32_t link)
{
    unsigned traits = sentence->cues->traits[link];
    if (link == sentence->linked && !(traits & IS_DOUBLED))
        return;
    sentence->linked = link;
    if (sentence->begin.n < N_ALONE)
        append_link(&sentence->begin, link);
    if (traits & IS_MENTION) {
        if (sentence->mention != NO_CLASS) {
            sentence->after = (Links){0, 0};
            end_mention(sentence);
        }
        sentence->mention = link;
        sentence->before = sentence->recent;
        sentence->recent = sentence->after = (Links){0, 0};
        return;
    }
    if (sentence->mention != NO_CLASS && sentence->after.n < N_AFTER)
        append_link(&sentence->after, link);
    append_link(&sentence->recent, link);
    if (sentence->recent.n > N_BEFORE) {
        sentence->recent.packed &= ((uint64_t)1 << N_BEFORE * CLASS_BITS) - 1;
        sentence->recent.n = N_BEFORE;
    }
}

/* Take in the cue that waits: none joins it. */
static void end_cue(Sentence *sentence)
{
    uint32_t cue_class = sentence->waiting;
    if (cue_class == NO_CLASS || sentence->cues->traits[cue_class] & IS_PART)
        return;
    if (sentence->paired != NO_CLASS && sentence->paired != cue_class)
        count_frame(sentence, PAIR_FRAME, (uint64_t)sentence->paired << CLASS_BITS | cue_class);
    sentence->paired = cue_class;
    if (sentence->cues->links[cue_class] != NO_CLASS)
        add_link(sentence, sentence->cues->links[cue_class]);
}

static void end_sentence(Sentence *sentence)
{
    end_cue(sentence);
    if (sentence->mention != NO_CLASS) {
        end_mention(sentence);
    } else if (sentence->begin.n)
        count_frame(sentence, CHAIN_FRAME, sentence->begin.packed);
    sentence->waiting = sentence->paired = sentence->linked = sentence->mention = NO_CLASS;
    sentence->begin = sentence->recent = sentence->before = sentence->after = (Links){0, 0};
}

/* Count the frames of each sentence. Return how many distinct ones there are. */
static size_t count_frames(const Scorer *scorer, const FeatureBlock *block, const TextToken *tokens,
                           size_t n, NgramCounter *counter)
{
    const CueTable *cues = &scorer->cues;
    Sentence sentence = {.block = block, .cues = cues, .counter = counter};
    for (size_t i = 0; i < n; i++) {
        uint32_t cue_class = tokens[i].flags >> CLASS_SHIFT;
        if (tokens[i].flags & BEGINS_SENTENCE)
            end_sentence(&sentence);
        if (cue_class == NO_CLASS)
            continue;
        const CueJoin *join = &cues->joins[sentence.waiting * MAX_CLASSES + cue_class];
        if (join->both != NO_CLASS && i - sentence.start <= join->reach) {
            sentence.waiting = join->both;
            continue;
        }
        end_cue(&sentence);
        sentence.waiting = cue_class;
        sentence.start = i;
    }
    end_sentence(&sentence);
    return sentence.n_seen;
}

#endif

/* Suggests the known name that is most similar to an unknown name, by edit distance. */
#ifndef MC_SUGGEST_H
#define MC_SUGGEST_H

#include <stddef.h>

/* The best candidate so far. Zero it, set `word` and `word_length`, then pass each known name to mc_suggest_candidate.
   `best` points into the name that was passed. */
typedef struct mc_suggestion {
    const char *word, *best;
    size_t word_length, best_length, distance;
} mc_suggestion;

void mc_suggest_candidate(mc_suggestion *self, const char *name, size_t length);

#endif

/* Reproducible random numbers. */
#ifndef TORTURE_RANDOM_H
#define TORTURE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#define RANDOM_SEED 0x9e3779b97f4a7c15u

typedef struct random_state {
    uint64_t seed;
} random_state;

/* Returns a number below the bound. */
size_t random_below(random_state *state, size_t bound);

/* Changes a few bytes in place: to any byte, to a byte with a meaning in some syntax, or to a copy of another. */
void random_mutate(random_state *state, char *bytes, size_t length);

#endif

/* Text: UTF-8, what may be shown, and which known name is nearest to an unknown one. */
#ifndef MC_TEXT_H
#define MC_TEXT_H

#include "compat.h"

#include <stdint.h>

/* The next code point of UTF-8 at *at, which moves past it; -1 at an invalid byte (overlong forms, surrogates). */
int32_t mc_utf8_next(const unsigned char **at, const unsigned char *end);

/* Pushes the text with all that is not printable as \xNN, cut after `max` bytes of it. [-0, +1] */
void mc_push_printable(lua_State *L, const char *text, size_t length, size_t max);

/* The nearest name so far. Start with zeroes and `word` set; feed with mc_nearest_consider. */
typedef struct mc_nearest {
    const char *word, *best;
    size_t word_length, best_length, distance;
} mc_nearest;

void mc_nearest_consider(mc_nearest *state, const char *name, size_t length);

/* Sets the functions into the table on top of the stack. [-0, +0] */
void mc_text_open(lua_State *L);

#endif

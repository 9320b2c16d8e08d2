/* UTF-8 text, and its form for terminals and logs. */
#ifndef MC_TEXT_H
#define MC_TEXT_H

#include "compat.h"

#include <stdint.h>

/* Returns the code point of UTF-8 at *at and advances; -1 at an invalid byte (overlong forms, surrogates). */
int32_t mc_utf8_next(const unsigned char **at, const unsigned char *end);

/* Pushes at most `max` bytes of the text, with each byte that is not printable written as \xNN. [-0, +1] */
void mc_push_printable(lua_State *L, const char *text, size_t length, size_t max);

#endif

/* Unicode properties: invisible characters, and case-insensitive comparison. */
#ifndef MC_UNICODE_H
#define MC_UNICODE_H

#include "compat.h"

#include <stdint.h>

/* Returns whether a character is invisible or changes the direction of writing: white space (also U+0020), control,
   format, ignorable and unassigned characters, and a few visible characters that look blank. */
int mc_is_invisible(int32_t code);

/* Pushes the text folded: equal for texts that differ only in case or composition. [-0, +1] */
void mc_push_folded(lua_State *L, const char *text, size_t length);

#endif

/* What Unicode says of characters: which are invisible, and which texts differ in nothing but letters' case. */
#ifndef MC_UNICODE_H
#define MC_UNICODE_H

#include "compat.h"

#include <stdint.h>

/* Whether a character shows nothing or turns the direction of writing: white space (also U+0020), control, format and
   ignorable characters, those that Unicode does not assign, and a few that only look blank. */
int mc_is_invisible(int32_t code);

/* Pushes the text without differences of case and of composition. [-0, +1] */
void mc_push_folded(lua_State *L, const char *text, size_t length);

/* Sets the functions into the table on top of the stack. [-0, +0] */
void mc_unicode_open(lua_State *L);

#endif

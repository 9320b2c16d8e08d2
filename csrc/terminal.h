/* The terminal: whether there is one, how wide it is, and a secret typed without echo. */
#ifndef MC_TERMINAL_H
#define MC_TERMINAL_H

#include "compat.h"

/* Sets its functions into the table on top of the stack. [-0, +0] */
void mc_terminal_open(lua_State *L);

#endif

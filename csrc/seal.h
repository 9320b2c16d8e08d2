/* Sealing: text that others keep for us and can neither read nor change. */
#ifndef MC_SEAL_H
#define MC_SEAL_H

#include "compat.h"

/* Sets its functions into the table on top of the stack. [-0, +0] */
void mc_seal_open(lua_State *L);

#endif

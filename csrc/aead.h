/* Sealing: text that others keep for us and can neither read nor change. */
#ifndef MC_AEAD_H
#define MC_AEAD_H

#include "compat.h"

/* Sets its functions into the table on top of the stack. [-0, +0] */
void mc_aead_open(lua_State *L);

#endif

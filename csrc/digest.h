/* SHA-256, at once or piece by piece. */
#ifndef MC_DIGEST_H
#define MC_DIGEST_H

#include "compat.h"

/* Registers the type and sets its functions into the table on top of the stack. [-0, +0] */
void mc_digest_open(lua_State *L);

#endif

/* Takes secrets out of a text that somebody else wrote, before anybody sees it. */
#ifndef MC_REDACT_H
#define MC_REDACT_H

#include "compat.h"

/* Sets the function into the table on top of the stack. [-0, +0] */
void mc_redact_open(lua_State *L);

#endif

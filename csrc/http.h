/* HTTP by libcurl: an engine that many requests fly in side by side. */
#ifndef MC_HTTP_H
#define MC_HTTP_H

#include "compat.h"

/* Registers the engine type and sets its functions into the table on top of the stack. [-0, +0] */
void mc_http_open(lua_State *L);

#endif

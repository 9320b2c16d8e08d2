/* The door in front of lua-cjson's decoder. */
#ifndef MC_JSON_H
#define MC_JSON_H

#include "compat.h"

/* Sets the functions into the table on top of the stack. [-0, +0] */
void mc_json_open(lua_State *L);

#endif

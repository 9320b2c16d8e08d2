/* A list of fields, compiled once: marshal from Lua to the wire, unmarshal from the wire to Lua. */
#ifndef MC_SHAPE_H
#define MC_SHAPE_H

#include "compat.h"

/* Registers the shape type and sets its function into the table on top of the stack. [-0, +0] */
void mc_shape_open(lua_State *L);

#endif

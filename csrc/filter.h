/* A Bloom filter: whether a text may have been there before, in memory that does not grow. */
#ifndef MC_FILTER_H
#define MC_FILTER_H

#include "compat.h"

/* Registers the type and sets its function into the table on top of the stack. [-0, +0] */
void mc_filter_open(lua_State *L);

#endif

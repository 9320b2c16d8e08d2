/* A Bloom filter: whether a text may have been there before, in memory that does not grow. */
#ifndef MC_BLOOM_H
#define MC_BLOOM_H

#include "compat.h"

/* Registers the type and sets its function into the table on top of the stack. [-0, +0] */
void mc_bloom_open(lua_State *L);

#endif

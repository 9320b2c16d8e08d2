/* A Bloom filter: whether a text may have been there before, in memory that does not grow.

   15 bits for each expected text and 10 probes: about 1 in 1400 texts is taken for one that was there, none that was
   there is missed (Bloom 1970; probes by double hashing, Kirsch and Mitzenmacher 2006). */
#include "bloom.h"

#include <stdint.h>

#define MC_BLOOM "mimecast.bloom_filter"
#define BITS_EACH 15
#define PROBES 10
#define EXPECTED_MAX 30000000 /* 54 MiB */

typedef struct filter {
    uint64_t bits;
    uint64_t words[];
} filter;

/* FNV-1a, whose weak high bits the mixer then spreads. */
static uint64_t hash(const char *text, size_t length)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) value = (value ^ (unsigned char)text[i]) * 0x100000001b3u;
    return value;
}

/* The finalizer of SplitMix64. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

/* filter(expected number of texts) -> filter of 15/8 bytes for each. [-0, +1] */
static int bloom_new(lua_State *L)
{
    lua_Number expected;
    luaL_argcheck(L, mc_tointeger(L, 1, &expected) && expected >= 0 && expected <= EXPECTED_MAX, 1,
                  "a whole number from 0 to 30000000 expected");
    size_t words = (size_t)expected * BITS_EACH / 64 + 16;
    filter *self = mc_newudata(L, sizeof *self + words * sizeof self->words[0], MC_BLOOM);
    self->bits = (uint64_t)words * 64;
    return 1;
}

/* filter:add(text) -> whether it may have been added before; false is certain. [-0, +1] */
static int bloom_add(lua_State *L)
{
    filter *self = luaL_checkudata(L, 1, MC_BLOOM);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    uint64_t position = mix(hash(text, length)), step = mix(position + 0x9e3779b97f4a7c15u) | 1;
    int known = 1;
    for (int i = 0; i < PROBES; i++, position += step) {
        uint64_t bit = position % self->bits, one = (uint64_t)1 << (bit % 64);
        known &= (self->words[bit / 64] & one) != 0;
        self->words[bit / 64] |= one;
    }
    lua_pushboolean(L, known);
    return 1;
}

static const luaL_Reg metamethods[] = {
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"add", bloom_add},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"bloom_filter", bloom_new},
    {NULL, NULL},
};

void mc_bloom_open(lua_State *L)
{
    mc_newtype(L, MC_BLOOM, metamethods, methods);
    mc_setfuncs(L, functions);
}

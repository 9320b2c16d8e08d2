/* A Bloom filter: reports in constant memory whether a text may have been added before.

   With 15 bits for each expected text and 10 probes, about 1 in 1400 new texts is reported as added before; an added
   text always is (Bloom 1970; double hashing after Kirsch and Mitzenmacher 2006). */
#include "modules.h"

#include <stdint.h>

#define MC_BLOOM "mimecast.bloom_filter"
#define BITS_EACH 15
#define PROBES 10
#define EXPECTED_MAX 30000000 /* 54 MiB */

typedef struct bloom {
    uint64_t bits;
    uint64_t words[];
} bloom;

/* FNV-1a. Its high bits are weak; bloom_mix spreads them. */
static uint64_t bloom_hash(const char *text, size_t length)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) value = (value ^ (unsigned char)text[i]) * 0x100000001b3u;
    return value;
}

/* The finalizer of SplitMix64. */
static uint64_t bloom_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

/* bloom_filter(expected number of texts) -> filter with 15/8 bytes for each. [-0, +1] */
static int bloom_new(lua_State *L)
{
    lua_Number expected;
    luaL_argcheck(L, mc_tointeger(L, 1, &expected) && expected >= 0 && expected <= EXPECTED_MAX, 1,
                  "a whole number from 0 to 30000000 expected");
    size_t words = (size_t)expected * BITS_EACH / 64 + 16;
    bloom *self = mc_newudata(L, sizeof *self + words * sizeof self->words[0], MC_BLOOM);
    self->bits = (uint64_t)words * 64;
    return 1;
}

/* filter:add(text) -> whether the text may have been added before; false is certain. [-0, +1] */
static int bloom_add(lua_State *L)
{
    bloom *self = luaL_checkudata(L, 1, MC_BLOOM);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    uint64_t position = bloom_mix(bloom_hash(text, length)), step = bloom_mix(position + 0x9e3779b97f4a7c15u) | 1;
    int added = 1;
    for (int i = 0; i < PROBES; i++, position += step) {
        uint64_t bit = position % self->bits, mask = (uint64_t)1 << (bit % 64);
        added &= (self->words[bit / 64] & mask) != 0;
        self->words[bit / 64] |= mask;
    }
    lua_pushboolean(L, added);
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

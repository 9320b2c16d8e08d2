/* Random numbers and UUIDs from OpenSSL's generator, which is seeded anew in the child of a fork. */
#include "modules.h"

#include <openssl/rand.h>
#include <stdint.h>

/* Fills a buffer, or raises an error. [-0, +0] */
static void random_fill(lua_State *L, void *bytes, int size)
{
    if (RAND_bytes(bytes, size) != 1) luaL_error(L, "OpenSSL returned no random bytes");
}

/* uuid() -> a version 4 UUID. [-0, +1] */
static int random_uuid(lua_State *L)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16];
    char text[36], *out = text;
    random_fill(L, bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 (RFC 4122, 4.4) */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* variant 1 */
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    lua_pushlstring(L, text, sizeof text);
    return 1;
}

/* random() -> a number from 0 to below 1. Unlike with an unseeded generator, two processes never get the same sequence.
   [-0, +1] */
static int random_number(lua_State *L)
{
    uint32_t bits;
    random_fill(L, &bits, sizeof bits);
    lua_pushnumber(L, (lua_Number)bits / 4294967296.0);
    return 1;
}

static const luaL_Reg functions[] = {
    {"uuid", random_uuid},
    {"random", random_number},
    {NULL, NULL},
};

void mc_random_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

/* Secret bytes: kept outside Lua strings, wiped by the collector, never printed. */
#include "secret.h"

#include "modules.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

mc_secret *mc_secret_push(lua_State *L, size_t length)
{
    if (length > MC_SECRET_MAX) luaL_error(L, "a secret holds at most %d bytes", (int)MC_SECRET_MAX);
    mc_secret *secret = mc_newudata(L, sizeof *secret + length + 1, MC_SECRET);
    secret->length = length;
    return secret;
}

const char *mc_secret_bytes(lua_State *L, int index, size_t *length)
{
    if (lua_type(L, index) == LUA_TSTRING) return lua_tolstring(L, index, length);
    mc_secret *secret = mc_testudata(L, index, MC_SECRET);
    if (!secret) return NULL;
    *length = secret->length;
    return (const char *)secret->bytes;
}

const char *mc_secret_check(lua_State *L, int index, size_t *length)
{
    const char *bytes = mc_secret_bytes(L, index, length);
    if (!bytes) luaL_argerror(L, index, "text or a secret expected");
    return bytes;
}

/* new(text) -> secret. [-0, +1] */
static int secret_new(lua_State *L)
{
    size_t length;
    const char *bytes = mc_secret_check(L, 1, &length);
    memcpy(mc_secret_push(L, length)->bytes, bytes, length);
    return 1;
}

/* from_environment(name) -> secret, or nil if the variable is unset or empty. The value never is a Lua string. [-0,
   +1] */
static int secret_from_environment(lua_State *L)
{
    const char *value = getenv(luaL_checkstring(L, 1));
    if (!value || !*value) return 0;
    size_t length = strlen(value);
    memcpy(mc_secret_push(L, length)->bytes, value, length);
    return 1;
}

/* join(part, …) -> secret: concatenates strings and secrets. [-0, +1] */
static int secret_join(lua_State *L)
{
    int count = lua_gettop(L);
    size_t total = 0, length;
    for (int i = 1; i <= count; i++) {
        mc_secret_check(L, i, &length);
        total += length;
    }
    unsigned char *out = mc_secret_push(L, total)->bytes;
    for (int i = 1; i <= count; i++) {
        const char *bytes = mc_secret_check(L, i, &length);
        memcpy(out, bytes, length);
        out += length;
    }
    return 1;
}

static int secret_is_unreserved(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("-._~", c));
}

static size_t secret_form_length(const char *bytes, size_t length)
{
    size_t total = 0;
    for (size_t i = 0; i < length; i++) total += secret_is_unreserved((unsigned char)bytes[i]) ? 1 : 3;
    return total;
}

static unsigned char *secret_form_write(unsigned char *out, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (secret_is_unreserved(c)) {
            *out++ = c;
        } else {
            *out++ = '%';
            *out++ = (unsigned char)digits[c >> 4];
            *out++ = (unsigned char)digits[c & 15];
        }
    }
    return out;
}

/* form(name, value, name, value, …) -> secret, encoded as application/x-www-form-urlencoded. [-0, +1] */
static int secret_form(lua_State *L)
{
    int count = lua_gettop(L);
    luaL_argcheck(L, count % 2 == 0, count, "a name has no value");
    size_t total = 0, length;
    for (int i = 1; i <= count; i++) {
        const char *bytes = mc_secret_check(L, i, &length);
        total += secret_form_length(bytes, length) + 1; /* with '=' or '&' */
    }
    if (total) total--;
    unsigned char *out = mc_secret_push(L, total)->bytes;
    for (int i = 1; i <= count; i++) {
        const char *bytes = mc_secret_check(L, i, &length);
        out = secret_form_write(out, bytes, length);
        if (i < count) *out++ = i % 2 ? '=' : '&';
    }
    return 1;
}

/* base64(value) -> secret: the value in base64 (RFC 4648, padded). [-0, +1] */
static int secret_base64(lua_State *L)
{
    size_t length;
    const char *bytes = mc_secret_check(L, 1, &length);
    luaL_argcheck(L, length <= MC_SECRET_MAX / 4 * 3, 1, "too long");
    mc_secret *out = mc_secret_push(L, (length + 2) / 3 * 4);
    EVP_EncodeBlock(out->bytes, (const unsigned char *)bytes, (int)length);
    return 1;
}

/* reveal(secret) -> string, for a transport that accepts only strings. [-0, +1] */
static int secret_reveal(lua_State *L)
{
    size_t length;
    const char *bytes = mc_secret_check(L, 1, &length);
    lua_pushlstring(L, bytes, length);
    return 1;
}

/* is(value) -> whether the value is a secret. [-0, +1] */
static int secret_is(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, mc_testudata(L, 1, MC_SECRET) != NULL);
    return 1;
}

/* equal(a, b) -> boolean, compared in constant time. [-0, +1] */
static int secret_equal(lua_State *L)
{
    size_t left, right;
    const char *a = mc_secret_check(L, 1, &left), *b = mc_secret_check(L, 2, &right);
    lua_pushboolean(L, left == right && CRYPTO_memcmp(a, b, left) == 0);
    return 1;
}

/* is_visible(value) -> whether the value is visible ASCII and not empty, as keys and ids are. [-0, +1] */
static int secret_is_visible(lua_State *L)
{
    size_t length;
    const char *bytes = mc_secret_check(L, 1, &length);
    int visible = length > 0;
    for (size_t i = 0; i < length; i++) visible &= bytes[i] > ' ' && bytes[i] < 0x7f;
    lua_pushboolean(L, visible);
    return 1;
}

/* tostring(secret), without the bytes. [-0, +1] */
static int secret_tostring(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SECRET);
    lua_pushliteral(L, "secret(\xE2\x80\xA6)");
    return 1;
}

/* Wipes the bytes. [-0, +0] */
static int secret_wipe(lua_State *L)
{
    mc_secret *secret = luaL_checkudata(L, 1, MC_SECRET);
    OPENSSL_cleanse(secret->bytes, secret->length);
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__tostring", secret_tostring},
    {"__gc", secret_wipe},
    {"__close", secret_wipe},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"new", secret_new},
    {"from_environment", secret_from_environment},
    {"join", secret_join},
    {"form", secret_form},
    {"base64", secret_base64},
    {"reveal", secret_reveal},
    {"is", secret_is},
    {"equal", secret_equal},
    {"is_visible", secret_is_visible},
    {NULL, NULL},
};

void mc_secret_open(lua_State *L)
{
    mc_newtype(L, MC_SECRET, metamethods, NULL);
    lua_newtable(L);
    mc_setfuncs(L, functions);
    lua_setfield(L, -2, "secret");
}

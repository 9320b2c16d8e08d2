/* SHA-256, of a whole text or in pieces. */
#include "modules.h"

#include <openssl/evp.h>

#define MC_DIGEST "mimecast.digest"
#define SHA256_SIZE 32
#define HEX_SIZE (2 * SHA256_SIZE)

typedef struct digest {
    EVP_MD_CTX *context;
} digest;

/* Pushes the first `length` hexadecimal digits, and returns 1. [-0, +1] */
static int digest_push_hex(lua_State *L, const unsigned char bytes[SHA256_SIZE], size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char text[HEX_SIZE];
    for (int i = 0; i < SHA256_SIZE; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    lua_pushlstring(L, text, length);
    return 1;
}

/* sha256() -> digest. [-0, +1] */
static int digest_sha256(lua_State *L)
{
    digest *self = mc_newudata(L, sizeof *self, MC_DIGEST);
    self->context = EVP_MD_CTX_new();
    if (!self->context || !EVP_DigestInit_ex(self->context, EVP_sha256(), NULL))
        return luaL_error(L, "OpenSSL could not start SHA-256");
    return 1;
}

/* digest:update(text) -> digest. [-0, +1] */
static int digest_update(lua_State *L)
{
    digest *self = luaL_checkudata(L, 1, MC_DIGEST);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    if (!self->context || !EVP_DigestUpdate(self->context, text, length))
        return luaL_error(L, "OpenSSL could not continue SHA-256");
    lua_settop(L, 1);
    return 1;
}

/* digest:hex() -> 64 hexadecimal digits of the text so far; update can continue. [-0, +1] */
static int digest_hex(lua_State *L)
{
    digest *self = luaL_checkudata(L, 1, MC_DIGEST);
    unsigned char bytes[SHA256_SIZE];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    int ok = copy && self->context && EVP_MD_CTX_copy_ex(copy, self->context) && EVP_DigestFinal_ex(copy, bytes, NULL);
    EVP_MD_CTX_free(copy);
    return ok ? digest_push_hex(L, bytes, HEX_SIZE) : luaL_error(L, "OpenSSL could not finish SHA-256");
}

/* Frees the digest. [-0, +0] */
static int digest_free(lua_State *L)
{
    digest *self = luaL_checkudata(L, 1, MC_DIGEST);
    EVP_MD_CTX_free(self->context);
    self->context = NULL;
    return 0;
}

/* sha256_hex(text[, digits]) -> the first `digits` of 64 hexadecimal digits. [-0, +1] */
static int digest_sha256_hex(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer digits = luaL_optinteger(L, 2, HEX_SIZE);
    luaL_argcheck(L, digits >= 1 && digits <= HEX_SIZE, 2, "1 to 64 digits expected");
    unsigned char bytes[SHA256_SIZE];
    if (!EVP_Digest(text, length, bytes, NULL, EVP_sha256(), NULL))
        return luaL_error(L, "OpenSSL could not compute SHA-256");
    return digest_push_hex(L, bytes, (size_t)digits);
}

static const luaL_Reg metamethods[] = {
    {"__gc", digest_free},
    {"__close", digest_free},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"update", digest_update},
    {"hex", digest_hex},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"sha256", digest_sha256},
    {"sha256_hex", digest_sha256_hex},
    {NULL, NULL},
};

void mc_digest_open(lua_State *L)
{
    mc_newtype(L, MC_DIGEST, metamethods, methods);
    mc_setfuncs(L, functions);
}

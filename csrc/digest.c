/* SHA-256, at once or piece by piece. */
#include "digest.h"

#include <openssl/evp.h>

#define MC_DIGEST "mimecast.digest"
#define SHA256_SIZE 32
#define HEX_SIZE (2 * SHA256_SIZE)

typedef struct digest {
    EVP_MD_CTX *context;
} digest;

static int push_hex(lua_State *L, const unsigned char bytes[SHA256_SIZE], size_t length)
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
static int sha256(lua_State *L)
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
        return luaL_error(L, "OpenSSL could not go on with SHA-256");
    lua_settop(L, 1);
    return 1;
}

/* digest:hex() -> 64 hexadecimal digits of all so far; more may follow. [-0, +1] */
static int digest_hex(lua_State *L)
{
    digest *self = luaL_checkudata(L, 1, MC_DIGEST);
    unsigned char bytes[SHA256_SIZE];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    int ok = copy && self->context && EVP_MD_CTX_copy_ex(copy, self->context) && EVP_DigestFinal_ex(copy, bytes, NULL);
    EVP_MD_CTX_free(copy);
    return ok ? push_hex(L, bytes, HEX_SIZE) : luaL_error(L, "OpenSSL could not end SHA-256");
}

static int digest_free(lua_State *L)
{
    digest *self = luaL_checkudata(L, 1, MC_DIGEST);
    EVP_MD_CTX_free(self->context);
    self->context = NULL;
    return 0;
}

/* sha256_hex(text, digits?) -> the first of 64 hexadecimal digits, or all. [-0, +1] */
static int sha256_hex(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer digits = luaL_optinteger(L, 2, HEX_SIZE);
    luaL_argcheck(L, digits >= 1 && digits <= HEX_SIZE, 2, "1 to 64 digits expected");
    unsigned char bytes[SHA256_SIZE];
    if (!EVP_Digest(text, length, bytes, NULL, EVP_sha256(), NULL)) return luaL_error(L, "OpenSSL could not compute SHA-256");
    return push_hex(L, bytes, (size_t)digits);
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
    {"sha256", sha256},
    {"sha256_hex", sha256_hex},
    {NULL, NULL},
};

void mc_digest_open(lua_State *L)
{
    mc_newtype(L, MC_DIGEST, metamethods, methods);
    mc_setfuncs(L, functions);
}

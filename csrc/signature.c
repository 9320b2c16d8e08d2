/* API 1.0 signatures: request id, date, data to sign, HMAC-SHA1, base64.

   signature = base64(HMAC-SHA1(base64decode(secretKey), date ":" requestId ":" path ":" applicationKey))
   (Mimecast, API overview, Authorization.) A signer holds the key inside OpenSSL, so that a signature costs neither a
   key set-up nor a look-up of the algorithm. */
#include "signature.h"

#include "datetime.h"
#include "secret.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if OPENSSL_VERSION_NUMBER < 0x30000030L
#error "OpenSSL 3.0.3 or later is needed: before it a keyed EVP_MAC context could not be started again"
#endif

#define MC_SIGNER "mimecast.signer"
#define SHA1_SIZE 20
#define SHA256_SIZE 32
#define SHA1_BASE64_SIZE 28
#define BASE64_MAX ((size_t)1 << 20)

typedef struct signer {
    EVP_MAC_CTX *keyed;
    mc_secret *app_key; /* kept alive by the anchor */
} signer;

/* A context keyed once; NULL if OpenSSL refuses (no memory, no such digest under its policy). */
static EVP_MAC_CTX *keyed_context(const char *name, const unsigned char *key, size_t length)
{
    static const unsigned char empty[1];
    char digest[8]; /* OpenSSL's parameters are not const */
    snprintf(digest, sizeof digest, "%s", name);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac); /* the context holds its own reference */
    if (context && !EVP_MAC_init(context, length ? key : empty, length, params)) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return context;
}

static int update(EVP_MAC_CTX *context, const char *bytes, size_t length)
{
    return EVP_MAC_update(context, (const unsigned char *)bytes, length);
}

static int final(EVP_MAC_CTX *context, unsigned char *digest, size_t expected)
{
    size_t size;
    return EVP_MAC_final(context, digest, &size, expected) && size == expected;
}

/* Decoded length of strict base64 (RFC 4648 section 4: padded, no line breaks), or 0 with *ok = 0. */
static size_t base64_size(const char *text, size_t length, int *ok)
{
    size_t padding = 0;
    *ok = length % 4 == 0 && length <= BASE64_MAX;
    if (!*ok || !length) return 0;
    if (text[length - 1] == '=') padding = text[length - 2] == '=' ? 2 : 1;
    for (size_t i = 0; i < length - padding; i++) {
        char c = text[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/')) *ok = 0;
    }
    return length / 4 * 3 - padding;
}

/* Pushes the decoded bytes as a secret; 0 and nothing pushed where the text is not base64. [-0, +0 or 1] */
static mc_secret *push_decoded(lua_State *L, const char *text, size_t length)
{
    int ok;
    size_t size = base64_size(text, length, &ok);
    if (!ok) return NULL;
    mc_secret *secret = mc_secret_push(L, length / 4 * 3); /* OpenSSL writes whole groups of three */
    if (length && EVP_DecodeBlock(secret->bytes, (const unsigned char *)text, (int)length) < 0) {
        lua_pop(L, 1);
        return NULL;
    }
    secret->length = size;
    return secret;
}

/* base64_decode(text) -> string, or nil and a message. [-0, +1 or 2] */
static int base64_decode(lua_State *L)
{
    size_t length;
    const char *text = mc_secret_check(L, 1, &length);
    mc_secret *secret = push_decoded(L, text, length);
    if (!secret) {
        lua_pushnil(L);
        lua_pushliteral(L, "is not base64 (RFC 4648, padded)");
        return 2;
    }
    lua_pushlstring(L, (const char *)secret->bytes, secret->length);
    return 1;
}

/* base64_encode(bytes) -> string. [-0, +1] */
static int base64_encode(lua_State *L)
{
    size_t length;
    const char *bytes = mc_secret_check(L, 1, &length);
    luaL_argcheck(L, length <= BASE64_MAX / 4 * 3, 1, "too long");
    mc_secret *out = mc_secret_push(L, (length + 2) / 3 * 4);
    int size = EVP_EncodeBlock(out->bytes, (const unsigned char *)bytes, (int)length);
    lua_pushlstring(L, (const char *)out->bytes, (size_t)size);
    return 1;
}

/* HMAC of the two arguments, which may be secrets. [-0, +1] */
static int push_hmac(lua_State *L, const char *name, size_t size)
{
    size_t key_length, length;
    const char *key = mc_secret_check(L, 1, &key_length), *data = mc_secret_check(L, 2, &length);
    unsigned char digest[SHA256_SIZE];
    EVP_MAC_CTX *context = keyed_context(name, (const unsigned char *)key, key_length);
    int ok = context && update(context, data, length) && final(context, digest, size);
    EVP_MAC_CTX_free(context);
    if (!ok) return luaL_error(L, "OpenSSL could not compute HMAC-%s", name);
    lua_pushlstring(L, (const char *)digest, size);
    return 1;
}

/* hmac_sha1(key, data) -> the 20 bytes. [-0, +1] */
static int hmac_sha1(lua_State *L)
{
    return push_hmac(L, "SHA1", SHA1_SIZE);
}

/* hmac_sha256(key, data) -> the 32 bytes. [-0, +1] */
static int hmac_sha256(lua_State *L)
{
    return push_hmac(L, "SHA256", SHA256_SIZE);
}

/* uuid() -> a version 4 UUID from the operating system's random source. [-0, +1] */
static int uuid(lua_State *L)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[16];
    char text[36], *out = text;
    if (getentropy(random, sizeof random) != 0) return luaL_error(L, "the operating system gave no random bytes");
    random[6] = (unsigned char)((random[6] & 0x0f) | 0x40); /* version 4 (RFC 4122, 4.4) */
    random[8] = (unsigned char)((random[8] & 0x3f) | 0x80); /* variant 1 */
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        *out++ = digits[random[i] >> 4];
        *out++ = digits[random[i] & 15];
    }
    lua_pushlstring(L, text, sizeof text);
    return 1;
}

/* random() -> a number from 0 to below 1 from the operating system's random source: two processes never draw alike, as
   they do with an unseeded generator. [-0, +1] */
static int random_number(lua_State *L)
{
    uint32_t bits;
    if (getentropy(&bits, sizeof bits) != 0) return luaL_error(L, "the operating system gave no random bytes");
    lua_pushnumber(L, (lua_Number)bits / 4294967296.0);
    return 1;
}

/* http_date(epoch seconds) -> "Tue, 24 Nov 2015 12:50:11 UTC". [-0, +1] */
static int http_date(lua_State *L)
{
    lua_Number epoch = luaL_checknumber(L, 1);
    char text[MC_HTTP_DATE_SIZE];
    luaL_argcheck(L, epoch >= (lua_Number)MC_EPOCH_MIN && epoch <= (lua_Number)MC_EPOCH_MAX, 1,
                  "seconds since 1970 expected, within the years 0001 to 9999");
    int64_t whole = (int64_t)epoch;
    mc_http_date_format((lua_Number)whole > epoch ? whole - 1 : whole, text);
    lua_pushlstring(L, text, sizeof text - 1);
    return 1;
}

/* signer(secretKey in base64, appKey) -> signer, or nil and what is wrong with the secret key. [-0, +1 or 2] */
static int signer_new(lua_State *L)
{
    size_t length, app_key_length;
    const char *secret_key = mc_secret_check(L, 1, &length), *app_key = mc_secret_check(L, 2, &app_key_length);
    lua_settop(L, 2);
    signer *self = mc_newudata(L, sizeof *self, MC_SIGNER);
    lua_createtable(L, 1, 0);
    self->app_key = mc_secret_push(L, app_key_length);
    memcpy(self->app_key->bytes, app_key, app_key_length);
    lua_rawseti(L, -2, 1);
    mc_setuservalue(L, 3);
    mc_secret *key = push_decoded(L, secret_key, length);
    if (!key || !key->length) {
        lua_pushnil(L);
        lua_pushstring(L, key ? "is empty" : "is not base64; copy it whole, as Mimecast shows it");
        return 2;
    }
    self->keyed = keyed_context("SHA1", key->bytes, key->length);
    OPENSSL_cleanse(key->bytes, key->length);
    if (!self->keyed) return luaL_error(L, "OpenSSL could not set up HMAC-SHA1");
    lua_settop(L, 3);
    return 1;
}

static signer *check_signer(lua_State *L)
{
    signer *self = luaL_checkudata(L, 1, MC_SIGNER);
    if (!self->keyed) luaL_error(L, "the signer is closed");
    return self;
}

/* signer:sign(date, request id, path) -> the signature in base64. [-0, +1] */
static int signer_sign(lua_State *L)
{
    signer *self = check_signer(L);
    size_t date_length, id_length, path_length;
    const char *date = luaL_checklstring(L, 2, &date_length), *id = luaL_checklstring(L, 3, &id_length),
               *path = luaL_checklstring(L, 4, &path_length);
    unsigned char digest[SHA1_SIZE], text[SHA1_BASE64_SIZE + 1];
    EVP_MAC_CTX *context = self->keyed;
    /* Started again without a key, the context keeps the one it has. */
    int ok = EVP_MAC_init(context, NULL, 0, NULL) && update(context, date, date_length) && update(context, ":", 1) &&
             update(context, id, id_length) && update(context, ":", 1) && update(context, path, path_length) &&
             update(context, ":", 1) && update(context, (char *)self->app_key->bytes, self->app_key->length) &&
             final(context, digest, SHA1_SIZE);
    if (!ok) return luaL_error(L, "OpenSSL could not compute HMAC-SHA1");
    EVP_EncodeBlock(text, digest, sizeof digest);
    lua_pushlstring(L, (char *)text, SHA1_BASE64_SIZE);
    return 1;
}

static int signer_close(lua_State *L)
{
    signer *self = luaL_checkudata(L, 1, MC_SIGNER);
    EVP_MAC_CTX *context = self->keyed;
    self->keyed = NULL;
    EVP_MAC_CTX_free(context); /* wipes the key */
    return 0;
}

static int signer_tostring(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SIGNER);
    lua_pushliteral(L, "signer(\xE2\x80\xA6)");
    return 1;
}

static const luaL_Reg metamethods[] = {
    {"__gc", signer_close},
    {"__close", signer_close},
    {"__tostring", signer_tostring},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"sign", signer_sign},
    {"close", signer_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"signer", signer_new},
    {"hmac_sha1", hmac_sha1},
    {"hmac_sha256", hmac_sha256},
    {"base64_encode", base64_encode},
    {"base64_decode", base64_decode},
    {"uuid", uuid},
    {"random", random_number},
    {"http_date", http_date},
    {NULL, NULL},
};

void mc_signature_open(lua_State *L)
{
    mc_newtype(L, MC_SIGNER, metamethods, methods);
    mc_setfuncs(L, functions);
}

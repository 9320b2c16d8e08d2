/* HMAC-SHA1 and base64 over OpenSSL. */
#include "crypto.h"

#include "modules.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#define BASE64_MAX ((size_t)1 << 20)

/* ---- HMAC-SHA1 ---- */

EVP_MAC_CTX *mc_hmac_sha1_new(const unsigned char *key, size_t length)
{
    static const unsigned char empty[1];
    char digest[] = "SHA1"; /* OpenSSL's parameters are not const */
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac); /* the context holds a reference */
    if (context && !EVP_MAC_init(context, length ? key : empty, length, params)) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return context;
}

int mc_hmac_update(EVP_MAC_CTX *context, const char *bytes, size_t length)
{
    return EVP_MAC_update(context, (const unsigned char *)bytes, length);
}

int mc_hmac_final(EVP_MAC_CTX *context, unsigned char out[MC_SHA1_SIZE])
{
    size_t written;
    return EVP_MAC_final(context, out, &written, MC_SHA1_SIZE) && written == MC_SHA1_SIZE;
}

/* hmac_sha1(key, data) -> 20 bytes. Both may be secrets. [-0, +1] */
static int crypto_hmac_sha1(lua_State *L)
{
    size_t key_length, length;
    const char *key = mc_secret_check(L, 1, &key_length), *data = mc_secret_check(L, 2, &length);
    unsigned char out[MC_SHA1_SIZE];
    EVP_MAC_CTX *context = mc_hmac_sha1_new((const unsigned char *)key, key_length);
    int ok = context && mc_hmac_update(context, data, length) && mc_hmac_final(context, out);
    EVP_MAC_CTX_free(context);
    if (!ok) return luaL_error(L, "OpenSSL could not compute HMAC-SHA1");
    lua_pushlstring(L, (const char *)out, sizeof out);
    return 1;
}

/* ---- base64 ---- */

/* Returns the decoded length of strict base64 (RFC 4648 section 4: padded, no line breaks), or 0 with *ok = 0. */
static size_t crypto_base64_decoded_size(const char *text, size_t length, int *ok)
{
    size_t padding = 0;
    *ok = length % 4 == 0 && length <= BASE64_MAX;
    if (!*ok || !length) return 0;
    if (text[length - 1] == '=') padding = text[length - 2] == '=' ? 2 : 1;
    for (size_t i = 0; i < length - padding; i++) {
        char c = text[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/'))
            *ok = 0;
    }
    return length / 4 * 3 - padding;
}

mc_secret *mc_base64_push_decoded(lua_State *L, const char *text, size_t length)
{
    int ok;
    size_t size = crypto_base64_decoded_size(text, length, &ok);
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
static int crypto_base64_decode(lua_State *L)
{
    size_t length;
    const char *text = mc_secret_check(L, 1, &length);
    mc_secret *secret = mc_base64_push_decoded(L, text, length);
    if (!secret) return mc_push_error(L, "is not base64 (RFC 4648, padded)", NULL);
    lua_pushlstring(L, (const char *)secret->bytes, secret->length);
    return 1;
}

/* base64_encode(bytes) -> string. [-0, +1] */
static int crypto_base64_encode(lua_State *L)
{
    size_t length;
    const char *bytes = mc_secret_check(L, 1, &length);
    luaL_argcheck(L, length <= BASE64_MAX / 4 * 3, 1, "too long");
    mc_secret *out = mc_secret_push(L, (length + 2) / 3 * 4);
    int size = EVP_EncodeBlock(out->bytes, (const unsigned char *)bytes, (int)length);
    lua_pushlstring(L, (const char *)out->bytes, (size_t)size);
    return 1;
}

static const luaL_Reg functions[] = {
    {"hmac_sha1", crypto_hmac_sha1},
    {"base64_encode", crypto_base64_encode},
    {"base64_decode", crypto_base64_decode},
    {NULL, NULL},
};

void mc_crypto_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

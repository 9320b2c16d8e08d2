/* Signs requests of API 1.0.

   signature = base64(HMAC-SHA1(base64decode(secretKey), date ":" requestId ":" path ":" applicationKey))
   (Mimecast, API overview, Authorization.) A signer keeps the key inside an OpenSSL context, so that a signature needs
   neither a key set-up nor a search for the algorithm. */
#include "crypto.h"
#include "modules.h"
#include "secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#if OPENSSL_VERSION_NUMBER < 0x30000030L
#error "OpenSSL 3.0.3 or later is required: earlier versions cannot restart a keyed EVP_MAC context"
#endif

#define MC_SIGNER "mimecast.signer"
#define SHA1_BASE64_SIZE 28

typedef struct signer {
    EVP_MAC_CTX *keyed;
    mc_secret *app_key; /* kept alive by the uservalue */
} signer;

/* signer(secret key in base64, application key) -> signer; or nil and why the secret key is invalid. [-0, +1 or
   2] */
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
    mc_secret *key = mc_base64_push_decoded(L, secret_key, length);
    if (!key || !key->length)
        return mc_push_error(L, key ? "is empty" : "is not base64; copy it whole, as Mimecast shows it", NULL);
    self->keyed = mc_hmac_sha1_new(key->bytes, key->length);
    OPENSSL_cleanse(key->bytes, key->length);
    if (!self->keyed) return luaL_error(L, "OpenSSL could not set up HMAC-SHA1");
    lua_settop(L, 3);
    return 1;
}

/* Returns the open signer at index 1, or raises an error. [-0, +0] */
static signer *signer_check(lua_State *L)
{
    signer *self = luaL_checkudata(L, 1, MC_SIGNER);
    if (!self->keyed) luaL_error(L, "the signer is closed");
    return self;
}

/* Signs the date, request id and path that begin at an index. `text` gets the signature in base64 and a NUL. [-0, +0] */
static void signer_write(lua_State *L, signer *self, int index, unsigned char text[SHA1_BASE64_SIZE + 1])
{
    size_t date_length, id_length, path_length;
    const char *date = luaL_checklstring(L, index, &date_length), *id = luaL_checklstring(L, index + 1, &id_length),
               *path = luaL_checklstring(L, index + 2, &path_length);
    unsigned char digest[MC_SHA1_SIZE];
    EVP_MAC_CTX *context = self->keyed;
    /* An init without a key restarts the context with its present key. */
    int ok =
        EVP_MAC_init(context, NULL, 0, NULL) && mc_hmac_update(context, date, date_length) &&
        mc_hmac_update(context, ":", 1) && mc_hmac_update(context, id, id_length) && mc_hmac_update(context, ":", 1) &&
        mc_hmac_update(context, path, path_length) && mc_hmac_update(context, ":", 1) &&
        mc_hmac_update(context, (char *)self->app_key->bytes, self->app_key->length) && mc_hmac_final(context, digest);
    if (!ok) luaL_error(L, "OpenSSL could not compute HMAC-SHA1");
    EVP_EncodeBlock(text, digest, sizeof digest);
}

/* signer:sign(date, request id, path) -> signature in base64. [-0, +1] */
static int signer_sign(lua_State *L)
{
    unsigned char text[SHA1_BASE64_SIZE + 1];
    signer_write(L, signer_check(L), 2, text);
    lua_pushlstring(L, (char *)text, SHA1_BASE64_SIZE);
    return 1;
}

/* signer:authorization(access key, date, request id, path) -> secret "MC access key:signature". [-0, +1] */
static int signer_authorization(lua_State *L)
{
    static const char scheme[] = "MC ";
    const size_t scheme_length = sizeof scheme - 1;
    unsigned char text[SHA1_BASE64_SIZE + 1];
    size_t length;
    signer *self = signer_check(L);
    const char *access_key = mc_secret_check(L, 2, &length);
    signer_write(L, self, 3, text);
    unsigned char *out = mc_secret_push(L, scheme_length + length + 1 + SHA1_BASE64_SIZE)->bytes;
    memcpy(out, scheme, scheme_length);
    memcpy(out + scheme_length, access_key, length);
    out[scheme_length + length] = ':';
    memcpy(out + scheme_length + length + 1, text, SHA1_BASE64_SIZE);
    return 1;
}

/* signer:close(). [-0, +0] */
static int signer_close(lua_State *L)
{
    signer *self = luaL_checkudata(L, 1, MC_SIGNER);
    EVP_MAC_CTX *context = self->keyed;
    self->keyed = NULL;
    EVP_MAC_CTX_free(context); /* wipes the key */
    return 0;
}

/* tostring(signer), without the key. [-0, +1] */
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
    {"authorization", signer_authorization},
    {"close", signer_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"signer", signer_new},
    {NULL, NULL},
};

void mc_signer_open(lua_State *L)
{
    mc_newtype(L, MC_SIGNER, metamethods, methods);
    mc_setfuncs(L, functions);
}

/* Authenticated encryption (AES-256-GCM) of text that is kept in a shared store. The output is one byte for the format
   version, 12 bytes of nonce, the ciphertext, and 16 bytes of tag. */
#include "modules.h"
#include "secret.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define FORMAT_VERSION 1
#define KEY_SIZE 32
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define HEAD_SIZE (1 + NONCE_SIZE)
#define TEXT_MAX ((size_t)1 << 16) /* a token has some hundred bytes */

/* Derives the key as SHA-256 of a label and the material: the secret also signs requests, and two uses must not share a
   key. 0 if OpenSSL fails. */
static int aead_derive_key(const char *material, size_t length, unsigned char key[KEY_SIZE])
{
    static const char label[] = "lua-mimecast seal 1"; /* hashed with its NUL */
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
             EVP_DigestUpdate(context, label, sizeof label) && EVP_DigestUpdate(context, material, length) &&
             EVP_DigestFinal_ex(context, key, NULL);
    EVP_MD_CTX_free(context);
    return ok;
}

/* Writes ciphertext and tag behind the format version and nonce in `out`. 0 if OpenSSL fails. */
static int aead_gcm_encrypt(unsigned char *out, const unsigned char *key, const char *text, size_t length)
{
    int size;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int ok = context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, out + 1) &&
             EVP_EncryptUpdate(context, NULL, &size, out, 1) &&
             EVP_EncryptUpdate(context, out + HEAD_SIZE, &size, (const unsigned char *)text, (int)length) &&
             EVP_EncryptFinal_ex(context, out + HEAD_SIZE + length, &size) &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + HEAD_SIZE + length);
    EVP_CIPHER_CTX_free(context);
    return ok;
}

/* Writes the plaintext. 1 if the tag is right, 0 if not, -1 if OpenSSL fails. */
static int aead_gcm_decrypt(unsigned char *out, const unsigned char *key, const unsigned char *box, size_t length)
{
    int size, genuine = 0;
    unsigned char tag[TAG_SIZE];
    memcpy(tag, box + HEAD_SIZE + length, TAG_SIZE);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int ok = context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, box + 1) &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) &&
             EVP_DecryptUpdate(context, NULL, &size, box, 1) &&
             EVP_DecryptUpdate(context, out, &size, box + HEAD_SIZE, (int)length);
    if (ok) genuine = EVP_DecryptFinal_ex(context, out + length, &size) > 0;
    EVP_CIPHER_CTX_free(context);
    return ok ? genuine : -1;
}

/* Returns the key material at index 1, or raises an error if it is empty. [-0, +0] */
static const char *aead_check_key(lua_State *L, size_t *length)
{
    const char *material = mc_secret_check(L, 1, length);
    luaL_argcheck(L, *length > 0, 1, "the key is empty");
    return material;
}

/* encrypt(key, text or secret) -> string, which differs each time. [-0, +1] */
static int aead_encrypt(lua_State *L)
{
    size_t key_length, length;
    const char *material = aead_check_key(L, &key_length), *text = mc_secret_check(L, 2, &length);
    unsigned char key[KEY_SIZE];
    luaL_argcheck(L, length <= TEXT_MAX, 2, "too long to encrypt");
    mc_secret *out = mc_secret_push(L, HEAD_SIZE + length + TAG_SIZE);
    out->bytes[0] = FORMAT_VERSION;
    ERR_set_mark(); /* libcurl would take an error left in OpenSSL's queue for an error of its connection */
    int ok = RAND_bytes(out->bytes + 1, NONCE_SIZE) == 1 && aead_derive_key(material, key_length, key) &&
             aead_gcm_encrypt(out->bytes, key, text, length);
    ERR_pop_to_mark();
    OPENSSL_cleanse(key, sizeof key);
    if (!ok) return luaL_error(L, "OpenSSL could not encrypt");
    lua_pushlstring(L, (const char *)out->bytes, out->length);
    return 1;
}

/* decrypt(key, text) -> secret; or nil if the text was encrypted with another key, or was changed. [-0, +1] */
static int aead_decrypt(lua_State *L)
{
    size_t key_length, length;
    const char *material = aead_check_key(L, &key_length), *box = luaL_checklstring(L, 2, &length);
    unsigned char key[KEY_SIZE];
    lua_settop(L, 2);
    lua_pushnil(L);
    if (length < HEAD_SIZE + TAG_SIZE || length > HEAD_SIZE + TEXT_MAX + TAG_SIZE || box[0] != FORMAT_VERSION) return 1;
    mc_secret *out = mc_secret_push(L, length - HEAD_SIZE - TAG_SIZE);
    ERR_set_mark();
    int genuine = aead_derive_key(material, key_length, key)
                      ? aead_gcm_decrypt(out->bytes, key, (const unsigned char *)box, out->length)
                      : -1;
    ERR_pop_to_mark();
    OPENSSL_cleanse(key, sizeof key);
    if (genuine < 0) return luaL_error(L, "OpenSSL could not decrypt");
    if (!genuine) lua_settop(L, 3); /* the collector wipes the unverified plaintext */
    return 1;
}

static const luaL_Reg functions[] = {
    {"encrypt", aead_encrypt},
    {"decrypt", aead_decrypt},
    {NULL, NULL},
};

void mc_aead_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

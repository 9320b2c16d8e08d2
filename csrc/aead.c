/* Sealing: text that others keep for us and can neither read nor change. AES-256-GCM; a sealed text is one byte for the
   form, 12 of nonce, as many as the text has, and 16 of tag. */
#include "aead.h"

#include "secret.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define FORM 1
#define KEY_SIZE 32
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define HEAD_SIZE (1 + NONCE_SIZE)
#define TEXT_MAX ((size_t)1 << 16) /* a token has some hundred bytes */

/* SHA-256 over a label and the key material: the same secret signs elsewhere, and no two uses share a key. */
static int derive(const char *material, size_t length, unsigned char key[KEY_SIZE])
{
    static const char label[] = "lua-mimecast seal 1"; /* its NUL ends it */
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) && EVP_DigestUpdate(context, label, sizeof label) &&
             EVP_DigestUpdate(context, material, length) && EVP_DigestFinal_ex(context, key, NULL);
    EVP_MD_CTX_free(context);
    return ok;
}

/* Writes head, ciphertext and tag; the nonce is there. 0 where OpenSSL failed. */
static int gcm_encrypt(unsigned char *out, const unsigned char *key, const char *text, size_t length)
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

/* 1 where the text is what was sealed with that key, 0 where it is not, -1 where OpenSSL failed. */
static int gcm_decrypt(unsigned char *out, const unsigned char *key, const unsigned char *sealed, size_t length)
{
    int size, genuine = 0;
    unsigned char tag[TAG_SIZE];
    memcpy(tag, sealed + HEAD_SIZE + length, TAG_SIZE);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int ok = context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed + 1) &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) &&
             EVP_DecryptUpdate(context, NULL, &size, sealed, 1) &&
             EVP_DecryptUpdate(context, out, &size, sealed + HEAD_SIZE, (int)length);
    if (ok) genuine = EVP_DecryptFinal_ex(context, out + length, &size) > 0;
    EVP_CIPHER_CTX_free(context);
    return ok ? genuine : -1;
}

static const char *check_key(lua_State *L, size_t *length)
{
    const char *material = mc_secret_check(L, 1, length);
    luaL_argcheck(L, *length > 0, 1, "the key is empty");
    return material;
}

/* seal(key, text or secret) -> string, another one each time. [-0, +1] */
static int aead_encrypt(lua_State *L)
{
    size_t key_length, length;
    const char *material = check_key(L, &key_length), *text = mc_secret_check(L, 2, &length);
    unsigned char key[KEY_SIZE];
    luaL_argcheck(L, length <= TEXT_MAX, 2, "too long to be sealed");
    mc_secret *out = mc_secret_push(L, HEAD_SIZE + length + TAG_SIZE);
    out->bytes[0] = FORM;
    if (getentropy(out->bytes + 1, NONCE_SIZE) != 0) return luaL_error(L, "the operating system gave no random bytes");
    ERR_set_mark(); /* an error left in OpenSSL's queue would be taken for one of a TLS connection */
    int ok = derive(material, key_length, key) && gcm_encrypt(out->bytes, key, text, length);
    ERR_pop_to_mark();
    OPENSSL_cleanse(key, sizeof key);
    if (!ok) return luaL_error(L, "OpenSSL could not seal");
    lua_pushlstring(L, (const char *)out->bytes, out->length);
    return 1;
}

/* unseal(key, sealed) -> secret, or nil where it was not sealed with that key or has been changed. [-0, +1] */
static int aead_decrypt(lua_State *L)
{
    size_t key_length, length;
    const char *material = check_key(L, &key_length), *sealed = luaL_checklstring(L, 2, &length);
    unsigned char key[KEY_SIZE];
    lua_settop(L, 2);
    lua_pushnil(L);
    if (length < HEAD_SIZE + TAG_SIZE || length > HEAD_SIZE + TEXT_MAX + TAG_SIZE || sealed[0] != FORM) return 1;
    mc_secret *out = mc_secret_push(L, length - HEAD_SIZE - TAG_SIZE);
    ERR_set_mark();
    int genuine = derive(material, key_length, key) ? gcm_decrypt(out->bytes, key, (const unsigned char *)sealed, out->length) : -1;
    ERR_pop_to_mark();
    OPENSSL_cleanse(key, sizeof key);
    if (genuine < 0) return luaL_error(L, "OpenSSL could not unseal");
    if (!genuine) lua_settop(L, 3); /* what it decrypted to is wiped when it is collected */
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

/* HMAC and base64 over OpenSSL. */
#ifndef MC_CRYPTO_H
#define MC_CRYPTO_H

#include "secret.h"

#include <openssl/evp.h>

#define MC_SHA1_SIZE 20
#define MC_SHA256_SIZE 32

/* Returns an HMAC context with its key set, for "SHA1" or "SHA256". NULL if OpenSSL fails: no memory, or a policy that
   forbids the digest. */
EVP_MAC_CTX *mc_hmac_new(const char *digest, const unsigned char *key, size_t length);

/* Adds bytes. 0 if OpenSSL fails. */
int mc_hmac_update(EVP_MAC_CTX *context, const char *bytes, size_t length);

/* Writes the `size` bytes of the result. 0 if OpenSSL fails. */
int mc_hmac_final(EVP_MAC_CTX *context, unsigned char *out, size_t size);

/* Pushes the decoded bytes as a secret. NULL, with nothing pushed, if the text is not base64. [-0, +0 or 1] */
mc_secret *mc_base64_push_decoded(lua_State *L, const char *text, size_t length);

#endif

/* HMAC-SHA1 and base64 over OpenSSL. */
#ifndef MC_CRYPTO_H
#define MC_CRYPTO_H

#include "secret.h"

#include <openssl/evp.h>

#define MC_SHA1_SIZE 20

/* Returns an HMAC context with its key set. NULL if OpenSSL fails: no memory, or a policy that forbids SHA-1. */
EVP_MAC_CTX *mc_hmac_sha1_new(const unsigned char *key, size_t length);

/* Adds bytes. 0 if OpenSSL fails. */
int mc_hmac_update(EVP_MAC_CTX *context, const char *bytes, size_t length);

/* Writes the result. 0 if OpenSSL fails. */
int mc_hmac_final(EVP_MAC_CTX *context, unsigned char out[MC_SHA1_SIZE]);

/* Pushes the decoded bytes as a secret. NULL, with nothing pushed, if the text is not base64. [-0, +0 or 1] */
mc_secret *mc_base64_push_decoded(lua_State *L, const char *text, size_t length);

#endif

/* A growing buffer that wipes its bytes before it frees them. */
#include "bytes.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_CAPACITY ((size_t)64 * 1024) /* mc_bytes_clear frees a larger buffer */

void mc_bytes_free(mc_bytes *bytes)
{
    if (bytes->data) OPENSSL_cleanse(bytes->data, bytes->length);
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

void mc_bytes_clear(mc_bytes *bytes)
{
    if (bytes->capacity > KEEP_CAPACITY) {
        mc_bytes_free(bytes);
    } else if (bytes->length) {
        OPENSSL_cleanse(bytes->data, bytes->length);
        bytes->length = 0;
    }
}

/* Grows with malloc and memcpy, because realloc would not wipe the old bytes. */
char *mc_bytes_reserve(mc_bytes *bytes, size_t length)
{
    if (bytes->length + length > bytes->capacity) {
        size_t capacity = bytes->capacity ? bytes->capacity * 2 : 1024;
        while (capacity < bytes->length + length) capacity *= 2;
        char *grown = malloc(capacity);
        if (!grown) return NULL;
        if (bytes->length) memcpy(grown, bytes->data, bytes->length);
        mc_bytes old = *bytes;
        mc_bytes_free(&old);
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    return bytes->data + bytes->length;
}

int mc_bytes_append(mc_bytes *bytes, const char *data, size_t length)
{
    if (!length) return 1;
    char *at = mc_bytes_reserve(bytes, length);
    if (!at) return 0;
    memcpy(at, data, length);
    bytes->length += length;
    return 1;
}

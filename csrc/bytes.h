/* A growing buffer that wipes its bytes before it frees them. */
#ifndef MC_BYTES_H
#define MC_BYTES_H

#include <stddef.h>

typedef struct mc_bytes {
    char *data;
    size_t length, capacity;
} mc_bytes;

/* Appends bytes. 0 if there is no memory. */
int mc_bytes_append(mc_bytes *bytes, const char *data, size_t length);

/* Returns room for further bytes; the caller adds what it writes to the length. NULL if there is no memory. */
char *mc_bytes_reserve(mc_bytes *bytes, size_t length);

/* Wipes the content; a large buffer is freed. */
void mc_bytes_clear(mc_bytes *bytes);

/* Wipes and frees the buffer. */
void mc_bytes_free(mc_bytes *bytes);

#endif

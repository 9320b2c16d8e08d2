/* Secret bytes: kept outside Lua strings, wiped by the collector, never printed. */
#ifndef MC_SECRET_H
#define MC_SECRET_H

#include "compat.h"

#define MC_SECRET "mimecast.secret"
#define MC_SECRET_MAX ((size_t)1 << 20) /* bytes; enough for a request body with passwords */

typedef struct mc_secret {
    size_t length;
    unsigned char bytes[];
} mc_secret;

/* Pushes a secret of `length` zero bytes and a final NUL, for the caller to fill. [-0, +1] */
mc_secret *mc_secret_push(lua_State *L, size_t length);

/* Returns the bytes of the secret or string at an index, or NULL. They are valid while the value is on the stack.
   [-0, +0] */
const char *mc_secret_bytes(lua_State *L, int index, size_t *length);

/* Returns the same, or raises an argument error that does not show the value. [-0, +0] */
const char *mc_secret_check(lua_State *L, int index, size_t *length);

#endif

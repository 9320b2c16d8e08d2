/* Secret bytes: kept outside Lua strings, wiped when collected, never printed. */
#ifndef MC_SECRET_H
#define MC_SECRET_H

#include "compat.h"

#define MC_SECRET "mimecast.secret"
#define MC_SECRET_MAX ((size_t)1 << 20) /* a request body with passwords must fit, a runaway must not */

typedef struct mc_secret {
    size_t length;
    unsigned char bytes[];
} mc_secret;

/* Pushes a secret of `length` zero bytes and a final NUL; the caller fills it. [-0, +1] */
mc_secret *mc_secret_push(lua_State *L, size_t length);

/* The bytes of the secret or string at an index, or NULL. The pointer holds while the value is on the stack. [-0, +0] */
const char *mc_secret_bytes(lua_State *L, int index, size_t *length);

/* The same, or an argument error that does not show the value. [-0, +0] */
const char *mc_secret_check(lua_State *L, int index, size_t *length);

/* Registers the type and sets its functions into the table on top of the stack. [-0, +0] */
void mc_secret_open(lua_State *L);

#endif

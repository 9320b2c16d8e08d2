/* Pushes what a transfer received as a Lua table. */
#ifndef MC_HTTP_RESPONSE_H
#define MC_HTTP_RESPONSE_H

#include "compat.h"
#include "transfer.h"

#define MC_WANTED_MAX 32

/* Names of the headers to collect, in lower case. A Lua list keeps the texts alive. */
typedef struct mc_wanted {
    struct {
        const char *text;
        size_t length;
    } names[MC_WANTED_MAX];
    int count;
} mc_wanted;

/* Pushes id and {status, headers, body}; or, if the transfer failed, id, nil and the same table with {curl,
   connectStatus, reason, sent, tooLarge, forked}. `names` is the index of the Lua list. [-0, +2 or 3] */
int mc_http_push_response(lua_State *L, const mc_wanted *wanted, const mc_transfer *transfer, int names);

#endif

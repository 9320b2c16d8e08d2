/* Pushes what a transfer received as a Lua table. */
#ifndef MC_HTTP_RESPONSE_H
#define MC_HTTP_RESPONSE_H

#include "compat.h"
#include "transfer.h"

#define MC_NUMBERS_MAX 8       /* lists */
#define MC_NUMBER_NAMES_MAX 32 /* names in all lists */

/* Lists of header names in lower case: the first header of a list that a response has is a number. A Lua list keeps the
   texts alive. */
typedef struct mc_numbers {
    struct {
        const char *text;
        size_t length;
        int list;
    } names[MC_NUMBER_NAMES_MAX];
    int name_count, list_count;
} mc_numbers;

/* Creates the metatable of responses. [-0, +0] */
void mc_http_response_open(lua_State *L);

/* Pushes id and a response {status, body, number or false, …}; the numbers are left out if a header is not made of
   digits. `headers` is a table that is made when it is read. If the transfer failed, pushes id, nil and the same table
   with {curl, connectStatus, reason, sent, tooLarge, forked}. [-0, +2 or 3] */
int mc_http_push_response(lua_State *L, const mc_numbers *numbers, const mc_transfer *transfer);

#endif

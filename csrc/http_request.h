/* Prepared requests as Lua values. */
#ifndef MC_HTTP_REQUEST_H
#define MC_HTTP_REQUEST_H

#include "compat.h"
#include "request.h"
#include "transfer.h"

/* Creates the userdata type. [-0, +0] */
void mc_http_request_open(lua_State *L);

/* Reads a number of seconds from the table at an index, as milliseconds. Raises an error if it is out of range. [-0,
   +0] */
long mc_http_milliseconds(lua_State *L, int index, const char *name, lua_Number otherwise);

/* prepare{ method =, url =, headers = {name, value, …}, late = {name, …}, connectTimeout = (seconds) } ->
   request; or nil and a message. [-0, +1 or 2] */
int mc_http_prepare(lua_State *L);

/* Pushes the prepared request of the table at an index: its field `prepared`; without it the table is prepared. Returns
   NULL and pushes nil and a message if the table is invalid. [-0, +1 or 2] */
mc_request *mc_http_push_request(lua_State *L, int index);

/* Gives the late values of the table at an index to a transfer, whose request is set. Returns NULL, or an error. [-0,
   +0] */
const char *mc_http_add_late(lua_State *L, int index, mc_transfer *transfer);

#endif

/* Pushes what a transfer received as a Lua table. */
#include "http_response.h"

#include <string.h>

#define HEADER_NAME_MAX 256

/* Pushes the name of a header in lower case, if the header is wanted. [-0, +0 or 1] */
static int response_push_name(lua_State *L, const mc_wanted *wanted, const char *name, size_t length, int names,
                              int all)
{
    for (int i = 0; i < wanted->count; i++) {
        if (wanted->names[i].length != length || !curl_strnequal(name, wanted->names[i].text, length)) continue;
        lua_rawgeti(L, names, i + 1);
        return 1;
    }
    char lower[HEADER_NAME_MAX];
    if (!all || length > sizeof lower) return 0;
    for (size_t i = 0; i < length; i++) lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    lua_pushlstring(L, lower, length);
    return 1;
}

/* Sets the wanted headers in the table on top. The last of repeated headers wins. [-0, +0] */
static void response_set_headers(lua_State *L, const mc_wanted *wanted, const mc_transfer *transfer, int names)
{
    const char *at = transfer->head.data, *end = at + transfer->head.length;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = stop ? stop : end, *colon = memchr(at, ':', (size_t)(line_end - at));
        if (colon && response_push_name(L, wanted, at, (size_t)(colon - at), names, transfer->request->all_headers)) {
            const char *value = colon + 1;
            while (value < line_end && (*value == ' ' || *value == '\t')) value++;
            while (line_end > value && (line_end[-1] == '\r' || line_end[-1] == ' ')) line_end--;
            lua_pushlstring(L, value, (size_t)(line_end - value));
            lua_rawset(L, -3);
        }
        at = stop ? stop + 1 : end;
    }
}

/* Pushes {status, headers, body}. [-0, +1] */
static void response_push(lua_State *L, const mc_wanted *wanted, const mc_transfer *transfer, int names)
{
    long status = 0;
    if (transfer->easy) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, (int)status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, transfer->body.data ? transfer->body.data : "", transfer->body.length);
    lua_setfield(L, -2, "body");
    lua_createtable(L, 0, 8);
    if (transfer->head.length) response_set_headers(L, wanted, transfer, names);
    lua_setfield(L, -2, "headers");
}

/* Adds the failure to the table on top. [-0, +0] */
static void response_set_failure(lua_State *L, const mc_transfer *transfer)
{
    long connect_status = 0;
    if (transfer->easy) curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    lua_pushinteger(L, (int)transfer->result);
    lua_setfield(L, -2, "curl");
    lua_pushinteger(L, (int)connect_status);
    lua_setfield(L, -2, "connectStatus");
    const char *reason = transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->result);
    lua_pushstring(L, transfer->send_count > 1 ? "the connection was closed before a response" : reason);
    lua_setfield(L, -2, "reason");
    lua_pushboolean(L, transfer->send_count > 0);
    lua_setfield(L, -2, "sent");
    lua_pushstring(L, transfer->too_large); /* NULL is nil */
    lua_setfield(L, -2, "tooLarge");
    lua_pushboolean(L, transfer->abandoned);
    lua_setfield(L, -2, "forked");
}

int mc_http_push_response(lua_State *L, const mc_wanted *wanted, const mc_transfer *transfer, int names)
{
    mc_pushinteger(L, transfer->id);
    if (transfer->result == CURLE_OK) {
        response_push(L, wanted, transfer, names);
        return 2;
    }
    lua_pushnil(L);
    response_push(L, wanted, transfer, names);
    response_set_failure(L, transfer);
    return 3;
}

/* Pushes what a transfer received as a Lua table. */
#include "http_response.h"

#include <string.h>

#define RESPONSE "mimecast.response"
#define HEAD "mimecast.head"
#define HEADER_NAME_MAX 256
#define DIGITS_MAX 15

/* A line of a head, without blanks around the value. */
typedef struct response_header {
    const char *name, *value;
    size_t name_length, value_length;
} response_header;

/* Reads the next header from *at on, and moves *at behind it. 0 at the end. */
static int response_next_header(const char **at, const char *end, response_header *header)
{
    while (*at < end) {
        const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
        const char *line_end = stop ? stop : end, *colon = memchr(line, ':', (size_t)(line_end - line));
        *at = stop ? stop + 1 : end;
        if (!colon) continue;
        const char *value = colon + 1;
        while (value < line_end && (*value == ' ' || *value == '\t')) value++;
        while (line_end > value && (line_end[-1] == '\r' || line_end[-1] == ' ')) line_end--;
        *header = (response_header){line, value, (size_t)(colon - line), (size_t)(line_end - value)};
        return 1;
    }
    return 0;
}

static char response_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* ---- headers, when they are read ---- */

/* Pushes the headers of a head by lower-case name. The last of repeated headers wins. [-0, +1] */
static void response_push_headers(lua_State *L, const char *head, size_t length)
{
    const char *at = head, *end = head + length;
    char lower[HEADER_NAME_MAX];
    response_header header;
    lua_createtable(L, 0, 8);
    while (response_next_header(&at, end, &header)) {
        if (header.name_length > sizeof lower) continue;
        for (size_t i = 0; i < header.name_length; i++) lower[i] = response_lower(header.name[i]);
        lua_pushlstring(L, lower, header.name_length);
        lua_pushlstring(L, header.value, header.value_length);
        lua_rawset(L, -3);
    }
}

/* __index of a response: makes the field headers from the field head, which it removes. [-0, +1] */
static int response_index(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "headers") != 0 || !lua_istable(L, 1)) return 0;
    lua_settop(L, 2);
    lua_pushliteral(L, "head");
    lua_rawget(L, 1); /* 3 */
    const char *head = mc_testudata(L, 3, HEAD);
    if (!head) return 0;
    response_push_headers(L, head, mc_rawlen(L, 3));
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 4);
    lua_rawset(L, 1);
    lua_pushliteral(L, "head");
    lua_pushnil(L);
    lua_rawset(L, 1);
    return 1;
}

void mc_http_response_open(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__index", response_index},
        {NULL, NULL},
    };
    static const luaL_Reg none[] = {{NULL, NULL}};
    mc_newtype(L, RESPONSE, metamethods, NULL);
    mc_newtype(L, HEAD, none, NULL);
}

/* ---- numbers ---- */

/* What the headers of a response say: rank is the place of the header in its list, -1 for no header. */
typedef struct response_numbers {
    int rank[MC_NUMBERS_MAX];
    lua_Number value[MC_NUMBERS_MAX];
} response_numbers;

/* Returns the place among all names, or -1. */
static int response_find_name(const mc_numbers *numbers, const response_header *header)
{
    for (int i = 0; i < numbers->name_count; i++) {
        if (numbers->names[i].length != header->name_length) continue;
        size_t at = 0;
        while (at < header->name_length && response_lower(header->name[at]) == numbers->names[i].text[at]) at++;
        if (at == header->name_length) return i;
    }
    return -1;
}

/* Reads a number of digits only. */
static int response_read_digits(const response_header *header, lua_Number *number)
{
    if (header->value_length == 0 || header->value_length > DIGITS_MAX) return 0;
    *number = 0;
    for (size_t i = 0; i < header->value_length; i++) {
        if (header->value[i] < '0' || header->value[i] > '9') return 0;
        *number = *number * 10 + (header->value[i] - '0');
    }
    return 1;
}

/* Reads the numbers of a head. 0 if one is not made of digits. */
static int response_read_numbers(const mc_numbers *numbers, const mc_bytes *head, response_numbers *found)
{
    const char *at = head->data, *end = head->data + head->length;
    response_header header;
    for (int list = 0; list < numbers->list_count; list++) found->rank[list] = -1;
    while (response_next_header(&at, end, &header)) {
        int rank = response_find_name(numbers, &header);
        if (rank < 0) continue;
        int list = numbers->names[rank].list;
        if (found->rank[list] >= 0 && found->rank[list] < rank) continue;
        if (!response_read_digits(&header, &found->value[list])) return 0;
        found->rank[list] = rank;
    }
    return 1;
}

/* Sets the numbers in the table on top, unless one is not made of digits. [-0, +0] */
static void response_set_numbers(lua_State *L, const mc_numbers *numbers, const mc_bytes *head)
{
    response_numbers found;
    if (!head->length || !response_read_numbers(numbers, head, &found)) return;
    for (int list = 0; list < numbers->list_count; list++) {
        if (found.rank[list] < 0) {
            lua_pushboolean(L, 0);
        } else {
            mc_pushinteger(L, found.value[list]);
        }
        lua_rawseti(L, -2, list + 1);
    }
}

/* ---- responses ---- */

/* Pushes the bytes of a head. LuaJIT hashes few bytes of a string: heads that differ elsewhere would all be compared with
   each other. [-0, +1] */
static void response_push_head(lua_State *L, const mc_bytes *head)
{
    char *bytes = mc_newudata(L, head->length, HEAD);
    if (head->length) memcpy(bytes, head->data, head->length);
}

/* Pushes a response. [-0, +1] */
static void response_push(lua_State *L, const mc_numbers *numbers, const mc_transfer *transfer)
{
    long status = 0;
    /* Without a head it could be the status of the handle's previous response. */
    if (transfer->easy && transfer->head.length) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    lua_createtable(L, numbers->list_count, 4); /* and one field for the caller */
    lua_pushinteger(L, (int)status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, transfer->body.data ? transfer->body.data : "", transfer->body.length);
    lua_setfield(L, -2, "body");
    response_push_head(L, &transfer->head);
    lua_setfield(L, -2, "head");
    response_set_numbers(L, numbers, &transfer->head);
    luaL_getmetatable(L, RESPONSE);
    lua_setmetatable(L, -2);
}

/* Adds the failure to the table on top. [-0, +0] */
static void response_set_failure(lua_State *L, const mc_transfer *transfer)
{
    long connect_status = 0;
    if (transfer->easy && transfer->opened)
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
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

int mc_http_push_response(lua_State *L, const mc_numbers *numbers, const mc_transfer *transfer)
{
    lua_pushinteger(L, transfer->id);
    if (transfer->result == CURLE_OK) {
        response_push(L, numbers, transfer);
        return 2;
    }
    lua_pushnil(L);
    response_push(L, numbers, transfer);
    response_set_failure(L, transfer);
    return 3;
}

/* Checks the method and the headers of a request (RFC 9110), so that no text can add a header or a second request. */
#include "header.h"

#include "modules.h"
#include "secret.h"

#include <string.h>

#define HEADER_LINE_MAX 8192

static int header_is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", text[i])) return 0;
    return length > 0;
}

const char *mc_method_error(const char *method, size_t length)
{
    return header_is_token(method, length) ? NULL : "the method must be a token";
}

const char *mc_header_value_error(const mc_header *header)
{
    if (header->name_length + header->value_length + 3 > HEADER_LINE_MAX) return "a header is too long";
    for (size_t i = 0; i < header->value_length; i++)
        if ((unsigned char)header->value[i] < ' ' || header->value[i] == 0x7f)
            return "a header's value holds a control character";
    return NULL;
}

const char *mc_header_error(const mc_header *header)
{
    if (!header_is_token(header->name, header->name_length)) return "a header's name must be a token";
    return mc_header_value_error(header);
}

const char *mc_header_list_error(lua_State *L, int index, int *count)
{
    size_t length = lua_istable(L, index) ? mc_rawlen(L, index) : 1;
    *count = 0;
    if (length % 2 || length > 2 * MC_HEADERS_MAX)
        return "headers must be a list {name, value, …} of at most 100 pairs";
    *count = (int)length / 2;
    return NULL;
}

const char *mc_header_push(lua_State *L, int index, int position, mc_header *header)
{
    lua_rawgeti(L, index, 2 * position - 1);
    lua_rawgeti(L, index, 2 * position);
    header->name = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &header->name_length) : NULL;
    header->value = mc_secret_bytes(L, -1, &header->value_length);
    if (!header->name || !header->value) return "a header is neither text nor a secret";
    return mc_header_error(header);
}

/* headers_error(list) -> why a list {name, value, …} is invalid, or nil. [-0, +1] */
static int header_list_error(lua_State *L)
{
    int count;
    mc_header header;
    lua_settop(L, 1);
    const char *error = mc_header_list_error(L, 1, &count);
    for (int i = 1; i <= count && !error; i++) {
        error = mc_header_push(L, 1, i, &header);
        lua_settop(L, 1);
    }
    lua_pushstring(L, error);
    return 1;
}

/* method_error(method) -> why a method is invalid, or nil. [-0, +1] */
static int header_method_error(lua_State *L)
{
    size_t length;
    const char *method = luaL_checklstring(L, 1, &length);
    lua_pushstring(L, mc_method_error(method, length));
    return 1;
}

static const luaL_Reg functions[] = {
    {"headers_error", header_list_error},
    {"method_error", header_method_error},
    {NULL, NULL},
};

void mc_header_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

/* Prepared requests as Lua values: checks what never changes between the requests of an operation, once. */
#include "http_request.h"

#include "secret.h"
#include "url.h"

#define MC_REQUEST "mimecast.request"
#define SECONDS_MAX 86400.0

typedef struct http_request {
    mc_request *request;
} http_request;

long mc_http_milliseconds(lua_State *L, int index, const char *name, lua_Number otherwise)
{
    lua_getfield(L, index, name);
    lua_Number seconds = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    if (!(seconds > 0 && seconds <= SECONDS_MAX)) luaL_error(L, "%s must be above 0 and at most 86400 seconds", name);
    long result = (long)(seconds * 1000);
    return result ? result : 1;
}

/* Adds the headers of the flat list at an index. Returns NULL, or an error. [-0, +0] */
static const char *request_add_headers(lua_State *L, mc_request *request, int headers)
{
    int count;
    mc_header header;
    if (lua_isnil(L, headers)) return NULL;
    const char *error = mc_header_list_error(L, headers, &count);
    for (int i = 1; i <= count && !error; i++) {
        error = mc_header_push(L, headers, i, &header);
        if (!error && !mc_request_add_header(request, &header)) error = "no memory";
        lua_pop(L, 2);
    }
    return error;
}

/* Adds the late headers of the list of names at an index. Returns NULL, or an error. [-0, +0] */
static const char *request_add_late(lua_State *L, mc_request *request, int names)
{
    if (lua_isnil(L, names)) return NULL;
    size_t count = lua_istable(L, names) ? mc_rawlen(L, names) : MC_HEADERS_MAX + 1;
    if (count + (size_t)request->header_count > MC_HEADERS_MAX)
        return "late must be a list of names; with headers at most 100";
    const char *error = NULL;
    for (size_t i = 1; i <= count && !error; i++) {
        lua_rawgeti(L, names, (int)i);
        mc_header header = {.value = ""};
        header.name = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &header.name_length) : NULL;
        error = header.name ? mc_header_error(&header) : "a header is neither text nor a secret";
        if (!error && !mc_request_add_late(request, header.name, header.name_length)) error = "no memory";
        lua_pop(L, 1);
    }
    return error;
}

int mc_http_prepare(lua_State *L)
{
    size_t url_length, method_length;
    int loopback;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    long connect_timeout = mc_http_milliseconds(L, 1, "connectTimeout", 10);
    lua_getfield(L, 1, "url"); /* 2 */
    lua_getfield(L, 1, "method");
    lua_getfield(L, 1, "headers"); /* 4 */
    lua_getfield(L, 1, "late");    /* 5 */
    const char *url = luaL_checklstring(L, 2, &url_length);
    const char *method = luaL_optlstring(L, 3, "POST", &method_length);
    const char *error = mc_url_error(url, url_length, &loopback);
    if (!error) error = mc_method_error(method, method_length);
    if (error) return mc_push_error(L, error, NULL);
    http_request *self = mc_newudata(L, sizeof *self, MC_REQUEST);
    mc_request *request = self->request = mc_request_new(url, method, loopback, connect_timeout);
    if (!request) return mc_push_error(L, "no memory", NULL);
    if ((error = request_add_headers(L, request, 4)) || (error = request_add_late(L, request, 5)))
        return mc_push_error(L, error, NULL);
    mc_request_link(request);
    return 1;
}

mc_request *mc_http_push_request(lua_State *L, int index)
{
    lua_getfield(L, index, "prepared");
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushcfunction(L, mc_http_prepare);
        lua_pushvalue(L, index);
        lua_call(L, 1, LUA_MULTRET);
        if (mc_testudata(L, -1, MC_REQUEST) == NULL) return NULL;
    }
    const http_request *self = mc_testudata(L, -1, MC_REQUEST);
    if (!self) luaL_error(L, "prepared must be a request that this transport has prepared");
    if (!self->request) luaL_error(L, "the prepared request is finalized");
    return self->request;
}

const char *mc_http_add_late(lua_State *L, int index, mc_transfer *transfer)
{
    const mc_request *request = transfer->request;
    const char *error = NULL;
    for (int i = 0; i < request->late_count && !error; i++) {
        mc_header header = {.name_length = request->late[i].length};
        lua_rawgeti(L, index, i + 1);
        header.value = mc_secret_bytes(L, -1, &header.value_length);
        error = header.value ? mc_header_value_error(&header) : "a header is neither text nor a secret";
        if (!error && !mc_transfer_add_late(transfer, header.value, header.value_length)) error = "no memory";
        lua_pop(L, 1);
    }
    return error;
}

/* Drops the request; the transfers that use it keep it. [-0, +0] */
static int request_release(lua_State *L)
{
    http_request *self = luaL_checkudata(L, 1, MC_REQUEST);
    mc_request_release(self->request);
    self->request = NULL;
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", request_release},
    {NULL, NULL},
};

void mc_http_request_open(lua_State *L)
{
    mc_newtype(L, MC_REQUEST, metamethods, NULL);
}

/* Prepared requests as Lua values: checks what never changes between the requests of an operation, once. */
#include "http_request.h"

#include "secret.h"
#include "url.h"

#define MC_REQUEST "mimecast.request"
#define SECONDS_MAX 86400.0

long mc_http_milliseconds(lua_State *L, int index, const char *name, lua_Number otherwise)
{
    lua_getfield(L, index, name);
    lua_Number seconds = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    if (!(seconds > 0 && seconds <= SECONDS_MAX)) luaL_error(L, "%s must be above 0 and at most 86400 seconds", name);
    long result = (long)(seconds * 1000);
    return result ? result : 1;
}

/* Checks the headers of the flat list at an index. Adds the bytes of their lines to *size, or the headers to the request
   if it is not NULL. Returns NULL, or an error. [-0, +0] */
static const char *request_read_headers(lua_State *L, int headers, size_t *size, mc_request *request)
{
    int count;
    mc_header header;
    if (lua_isnil(L, headers)) return NULL;
    const char *error = mc_header_list_error(L, headers, &count);
    for (int i = 1; i <= count && !error; i++) {
        error = mc_header_push(L, headers, i, &header);
        if (!error) *size += header.name_length + header.value_length + MC_HEADER_EXTRA;
        if (!error && request && !mc_request_add_header(request, &header)) error = "headers must not change";
        lua_pop(L, 2);
    }
    return error;
}

/* Does the same with the names of late headers. [-0, +0] */
static const char *request_read_late(lua_State *L, int names, size_t *size, mc_request *request)
{
    if (lua_isnil(L, names)) return NULL;
    size_t count = lua_istable(L, names) ? mc_rawlen(L, names) : MC_HEADERS_MAX + 1;
    if (count > MC_HEADERS_MAX) return "late must be a list of names";
    const char *error = NULL;
    for (size_t i = 1; i <= count && !error; i++) {
        lua_rawgeti(L, names, (int)i);
        mc_header header = {.value = ""};
        header.name = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &header.name_length) : NULL;
        error = header.name ? mc_header_error(&header) : "a header is neither text nor a secret";
        *size += header.name_length + 1;
        if (!error && request && !mc_request_add_late(request, header.name, header.name_length))
            error = "there are more than 100 headers";
        lua_pop(L, 1);
    }
    return error;
}

int mc_http_prepare(lua_State *L)
{
    size_t size, method_length;
    int loopback;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    long connect_timeout = mc_http_milliseconds(L, 1, "connectTimeout", 10);
    lua_getfield(L, 1, "url"); /* 2 */
    lua_getfield(L, 1, "method");
    lua_getfield(L, 1, "headers"); /* 4 */
    lua_getfield(L, 1, "late");    /* 5 */
    const char *url = luaL_checklstring(L, 2, &size);
    const char *method = luaL_optlstring(L, 3, "POST", &method_length);
    const char *error = mc_url_error(url, size, &loopback);
    if (!error) error = mc_method_error(method, method_length);
    size += method_length + 2;
    if (!error) error = request_read_headers(L, 4, &size, NULL);
    if (!error) error = request_read_late(L, 5, &size, NULL);
    if (error) return mc_push_error(L, error, NULL);
    mc_request *request = mc_newudata(L, sizeof *request + size, MC_REQUEST);
    request->capacity = size;
    request->loopback = loopback;
    request->connect_timeout_ms = connect_timeout;
    if (!mc_request_set_target(request, url, method)) error = "no room";
    if (!error) error = request_read_headers(L, 4, &size, request);
    if (!error) error = request_read_late(L, 5, &size, request);
    if (error) return mc_push_error(L, error, NULL);
    mc_request_finish(request);
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
    mc_request *request = mc_testudata(L, -1, MC_REQUEST);
    if (!request) luaL_error(L, "prepared must be a request that this transport has prepared");
    if (request->is_wiped) luaL_error(L, "the prepared request is finalized");
    return request;
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

/* __gc. [-0, +0] */
static int request_wipe(lua_State *L)
{
    mc_request_wipe(luaL_checkudata(L, 1, MC_REQUEST));
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", request_wipe},
    {NULL, NULL},
};

void mc_http_request_open(lua_State *L)
{
    mc_newtype(L, MC_REQUEST, metamethods, NULL);
}

/* mimecast.http: the Lua binding of the engine. A separate module, because libcurl takes longer to load than all the
   rest, and a program that only signs, checks or uses another transport does not need it. */
#include "engine.h"
#include "http_request.h"
#include "http_response.h"
#include "secret.h"

#include <string.h>

#define MC_ENGINE "mimecast.engine"
#define IN_FLIGHT_MAX 4096
#define BODY_MAX MC_SECRET_MAX
#define SECONDS_MAX 86400.0

typedef struct http_engine {
    mc_engine engine;
    mc_numbers numbers;
} http_engine;

/* Slots of the uservalue: strings that the engine points to, a list of the names of headers, and the prepared requests
   by the id of the request that uses them. */
enum { SLOT_CA_FILE = 1, SLOT_PROXY, SLOT_NUMBERS, SLOT_REQUESTS };

/* Returns the open engine at index 1, or raises an error. [-0, +0] */
static http_engine *http_check(lua_State *L)
{
    http_engine *self = luaL_checkudata(L, 1, MC_ENGINE);
    if (!self->engine.multi) luaL_error(L, "the engine is closed");
    return self;
}

/* Like http_check, for functions that use the connections: in a child process the engine starts anew. [-0, +0] */
static http_engine *http_check_process(lua_State *L)
{
    http_engine *self = http_check(L);
    if (!mc_engine_check_process(&self->engine)) luaL_error(L, "libcurl could not start: no memory");
    return self;
}

/* ---- engine ---- */

/* Returns the text of an option, or NULL; the table on top keeps it alive. [-0, +0] */
static const char *http_text_option(lua_State *L, const char *name, int slot)
{
    size_t length;
    lua_getfield(L, 1, name);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return NULL;
    }
    const char *text = mc_secret_bytes(L, -1, &length);
    if (!text || strlen(text) != length) luaL_error(L, "%s must be text", name);
    lua_rawseti(L, -2, slot);
    return text;
}

/* Adds the names of the list on top to those of a list of numbers; the table below keeps them alive. [-0, +0] */
static void http_add_names(lua_State *L, mc_numbers *numbers, int list)
{
    int count = lua_istable(L, -1) ? (int)mc_rawlen(L, -1) : -1;
    if (count < 0 || count > MC_NUMBER_NAMES_MAX - numbers->name_count)
        luaL_error(L, "numbers must be lists of at most %d names", MC_NUMBER_NAMES_MAX);
    for (int i = 1; i <= count; i++) {
        int at = numbers->name_count++;
        lua_rawgeti(L, -1, i);
        if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "numbers must be lists of names");
        numbers->names[at].text = lua_tolstring(L, -1, &numbers->names[at].length);
        numbers->names[at].list = list;
        lua_rawseti(L, -3, at + 1);
    }
}

/* Copies the lists of names into the table on top, so that the caller cannot change them. [-0, +0] */
static void http_set_numbers(lua_State *L, mc_numbers *numbers)
{
    lua_getfield(L, 1, "numbers");
    int is_nil = lua_isnil(L, -1), count = lua_istable(L, -1) ? (int)mc_rawlen(L, -1) : 0;
    if (!(is_nil || lua_istable(L, -1)) || count > MC_NUMBERS_MAX)
        luaL_error(L, "numbers must be a list of at most %d lists", MC_NUMBERS_MAX);
    lua_newtable(L);
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, -2, i + 1);
        http_add_names(L, numbers, i);
        lua_pop(L, 1);
    }
    numbers->list_count = count;
    lua_rawseti(L, -3, SLOT_NUMBERS);
    lua_pop(L, 1);
}

/* engine{ caFile =, proxy =, maxResponseBytes =, numbers = {{header name in lower case, …}, …} } -> engine. Element i of
   a response is the number in the first header of list i that the response has, or false. [-0, +1] */
static int http_engine_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    http_engine *self = mc_newudata(L, sizeof *self, MC_ENGINE);
    mc_defaults *defaults = &self->engine.defaults;
    lua_createtable(L, 4, 0);
    defaults->ca_file = http_text_option(L, "caFile", SLOT_CA_FILE);
    defaults->proxy = http_text_option(L, "proxy", SLOT_PROXY);
    http_set_numbers(L, &self->numbers);
    lua_newtable(L);
    lua_rawseti(L, -2, SLOT_REQUESTS);
    mc_setuservalue(L, 2);
    lua_getfield(L, 1, "maxResponseBytes");
    lua_Number max = luaL_optnumber(L, -1, 10485760);
    luaL_argcheck(L, max >= 1 && max <= 1073741824, 1, "maxResponseBytes must be from 1 to 1073741824");
    defaults->max_response = (size_t)max;
    defaults->guards_folding = mc_transfer_guards_folding();
    defaults->sees_tls = mc_transfer_sees_tls();
    lua_settop(L, 2);
    if (!mc_engine_open(&self->engine)) return luaL_error(L, "libcurl could not start: no memory");
    return 1;
}

/* engine:close(). [-0, +0] */
static int http_engine_close(lua_State *L)
{
    http_engine *self = luaL_checkudata(L, 1, MC_ENGINE);
    mc_engine_close(&self->engine);
    return 0;
}

/* ---- submit ---- */

/* Pops a waiter, and sets it under the next id if there is a table at that index. [-1, +0] */
static void http_set_waiter(lua_State *L, const mc_engine *engine, int waiting)
{
    if (!lua_istable(L, waiting)) {
        lua_pop(L, 1);
        return;
    }
    lua_rawseti(L, waiting, mc_engine_next_id(engine));
}

/* Pops a prepared request or nil, and keeps it for an id. [-1, +0] */
static void http_keep_request(lua_State *L, int id)
{
    mc_getuservalue(L, 1);
    lua_rawgeti(L, -1, SLOT_REQUESTS);
    lua_pushvalue(L, -3);
    lua_rawseti(L, -2, id);
    lua_pop(L, 3);
}

/* Takes a submission back: removes the waiter, frees the transfer, and pushes the error. [-0, +2] */
static int http_take_back(lua_State *L, mc_engine *engine, mc_transfer *transfer, const char *error)
{
    if (transfer) mc_engine_put_idle(engine, transfer);
    lua_pushnil(L);
    http_set_waiter(L, engine, 3);
    lua_pushnil(L);
    http_keep_request(L, mc_engine_next_id(engine));
    return mc_push_error(L, error, NULL);
}

/* engine:submit(request, waiting, waiter) -> id; or nil and a message, and nothing is sent. The request is a table with
   prepared (of `prepare`), timeout (seconds), body, and the late values in the order of their names; without `prepared`
   it has the fields of `prepare`. The id is a small number that no other request in flight or to collect has. Sets
   waiting[id] = waiter before anything can be sent, so that the id is there even if an error follows the call at once.
   [-0, +1 or 2] */
static int http_engine_submit(lua_State *L)
{
    http_engine *self = http_check_process(L);
    mc_engine *engine = &self->engine;
    size_t body_length = 0;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 4);
    long timeout = mc_http_milliseconds(L, 2, "timeout", 60);
    lua_getfield(L, 2, "body"); /* 5 */
    const char *body = lua_isnil(L, 5) ? "" : mc_secret_check(L, 5, &body_length);
    mc_request *request = mc_http_push_request(L, 2); /* 6; may collect garbage: check the engine after it */
    if (!request) return 2;
    http_check(L);
    if (body_length > BODY_MAX) return mc_push_error(L, "the request's body is over 1 MiB", NULL);
    if (engine->in_flight + engine->done_count >= IN_FLIGHT_MAX)
        return mc_push_error(L, "too many requests in flight", NULL);
    lua_pushvalue(L, 6);
    http_keep_request(L, mc_engine_next_id(engine));
    lua_pushvalue(L, 4);
    http_set_waiter(L, engine, 3);

    /* No Lua call may raise an error until the transfer is in flight: being neither idle nor in flight, it would be
       unusable until the engine is closed. */
    const char *error;
    mc_transfer *transfer = mc_engine_take_idle(engine);
    if (!transfer) return http_take_back(L, engine, NULL, "no memory");
    mc_transfer_set_request(transfer, request);
    if ((error = mc_http_add_late(L, 2, transfer))) return http_take_back(L, engine, transfer, error);
    if (!mc_transfer_set_body(transfer, body, body_length) ||
        mc_transfer_prepare(transfer, &engine->defaults, timeout) != CURLE_OK || !mc_engine_start(engine, transfer))
        return http_take_back(L, engine, transfer, "no memory");
    lua_pushinteger(L, transfer->id);
    return 1;
}

/* ---- step, collect, cancel ---- */

/* engine:step(seconds) -> number in flight, number to collect. Waits at most `seconds`, and only while there is
   nothing to collect; with nothing in flight it sleeps. [-0, +2] */
static int http_engine_step(lua_State *L)
{
    http_engine *self = http_check_process(L);
    lua_Number seconds = luaL_optnumber(L, 2, 0);
    luaL_argcheck(L, seconds >= 0 && seconds <= SECONDS_MAX, 2, "0 to 86400 seconds expected");
    if (!mc_engine_step(&self->engine, seconds)) return luaL_error(L, "libcurl could not go on: no memory");
    lua_pushinteger(L, self->engine.in_flight);
    lua_pushinteger(L, self->engine.done_count);
    return 2;
}

/* Protected part of collect, with the engine and a transfer as arguments. [-0, +2 or 3] */
static int http_push_done(lua_State *L)
{
    const http_engine *self = lua_touserdata(L, 1);
    const mc_transfer *transfer = lua_touserdata(L, 2);
    return mc_http_push_response(L, &self->numbers, transfer);
}

/* engine:collect() -> id and a response (http_response.h); or, if the transfer failed, id, nil and the same table with
   {curl, connectStatus, reason, sent, tooLarge ("head", "body", "trailer" or nil), forked}; or nothing if no
   transfer is done. [-0, +0, 2 or 3] */
static int http_engine_collect(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushcfunction(L, http_push_done); /* may collect garbage: check the engine after it */
    lua_pushvalue(L, 1);
    mc_engine *engine = &http_check(L)->engine;
    if (!engine->done) return 0;
    /* A finalizer that collects meanwhile gets the next transfer. */
    mc_transfer *transfer = mc_engine_take_done(engine);
    lua_pushlightuserdata(L, transfer);
    int status = lua_pcall(L, 2, LUA_MULTRET, 0);
    if (status == 0) {
        lua_pushnil(L);
        http_keep_request(L, transfer->id);
    }
    mc_engine_put_done(engine, transfer, status == 0);
    return status == 0 ? lua_gettop(L) - 1 : lua_error(L);
}

/* engine:cancel(id) -> whether a request with that id was in flight. Its bytes may have been sent. [-0, +1] */
static int http_engine_cancel(lua_State *L)
{
    http_engine *self = http_check_process(L);
    lua_Number id = luaL_checknumber(L, 2);
    int cancelled = id >= 1 && id <= self->engine.count && mc_engine_cancel(&self->engine, (int)id);
    if (cancelled) {
        lua_pushnil(L);
        http_keep_request(L, (int)id);
    }
    lua_pushboolean(L, cancelled);
    return 1;
}

/* engine:reset_connections(): no open connection carries another request. Requests in flight go on. [-0, +0] */
static int http_engine_reset_connections(lua_State *L)
{
    mc_sockets_retire(&http_check(L)->engine.defaults.sockets);
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", http_engine_close},
    {"__close", http_engine_close},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"submit", http_engine_submit},
    {"step", http_engine_step},
    {"collect", http_engine_collect},
    {"cancel", http_engine_cancel},
    {"reset_connections", http_engine_reset_connections},
    {"close", http_engine_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"engine", http_engine_new},
    {"prepare", mc_http_prepare},
    {NULL, NULL},
};

__attribute__((visibility("default"))) int luaopen_mimecast_http(lua_State *L);

/* Pushes the module's table. [-0, +1] */
int luaopen_mimecast_http(lua_State *L)
{
    mc_checkabi(L);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return luaL_error(L, "libcurl could not start");
    mc_newtype(L, MC_ENGINE, metamethods, methods);
    mc_http_request_open(L);
    mc_http_response_open(L);
    lua_newtable(L);
    mc_setfuncs(L, functions);
    /* curl_version() would start libldap, which loads the plugins of SASL: 1 ms. */
    lua_pushfstring(L, "libcurl/%s", curl_version_info(CURLVERSION_NOW)->version);
    lua_setfield(L, -2, "curl");
    return 1;
}

/* mimecast.http: an engine over libcurl that many requests fly in side by side. It submits, steps and collects, waits
   only as long as it is told to, and decides nothing. A module of its own: libcurl takes longer to load than all the
   rest, and who only signs, checks or uses another transport needs none of it. */
#include "compat.h"
#include "secret.h"
#include "transfer.h"
#include "url.h"

#include <string.h>
#include <unistd.h>

#define MC_ENGINE "mimecast.engine"
#define HEADER_NAME_MAX 256
#define IN_FLIGHT_MAX 4096
#define IDLE_MAX 256L /* connections that are kept when they are idle; without it four for each request ever in flight */
#define BODY_MAX MC_SECRET_MAX
#define SECONDS_MAX 86400.0
#define WANTED_MAX 32

typedef struct wanted_name {
    const char *text;
    size_t length;
} wanted_name;

typedef struct engine {
    pid_t process; /* that made the connections */
    CURLM *multi;
    mc_defaults defaults;
    mc_transfer *owned, *idle, *done, *last_done;
    int flying, ready;
    int collecting, close_wanted; /* a finalizer may call the engine while it makes Lua values */
    double last_id;
    wanted_name wanted[WANTED_MAX]; /* the list in the anchor keeps the texts alive */
    int wanted_count;
} engine;

/* Slots of the anchor: strings that libcurl or the defaults point to, and the names of the headers to collect. */
enum { CA_FILE = 1, PROXY, WANTED };

static engine *check_engine(lua_State *L)
{
    engine *self = luaL_checkudata(L, 1, MC_ENGINE);
    if (!self->multi) luaL_error(L, "the engine is closed");
    return self;
}

static void append_done(engine *self, mc_transfer *transfer)
{
    transfer->next = NULL;
    if (self->done) {
        self->last_done->next = transfer;
    } else {
        self->done = transfer;
    }
    self->last_done = transfer;
    self->flying--;
    self->ready++;
}

/* ---- life ---- */

/* Makes what the connections of an engine live in. 0 when there is no memory. */
static int open_multi(CURLM **multi, CURLSH **share)
{
    *multi = curl_multi_init();
    *share = curl_share_init();
    if (*multi && *share && curl_share_setopt(*share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK) {
        curl_multi_setopt(*multi, CURLMOPT_MAXCONNECTS, IDLE_MAX);
        return 1;
    }
    curl_multi_cleanup(*multi);
    curl_share_cleanup(*share);
    *multi = NULL;
    *share = NULL;
    return 0;
}

/* Leaves the connections to the parent, after a fork. libcurl's memory of them is never freed in this process: whatever
   frees it may speak to the other side first, and a close_notify would end the parent's TLS session. Requests in flight
   land as failed: their responses are the parent's. The engine gets what it is to go on with, or NULL. */
static void leave_to_parent(engine *self, CURLM *multi, CURLSH *share)
{
    for (mc_transfer *transfer = self->owned; transfer; transfer = transfer->next_owned) {
        if (transfer->state == MC_FLYING) {
            mc_transfer_leave(transfer);
            append_done(self, transfer);
        } else if (transfer->easy) {
            curl_easy_setopt(transfer->easy, CURLOPT_SHARE, share);
        }
    }
    mc_sockets_leave(&self->defaults.sockets);
    self->multi = multi;
    self->defaults.share = share;
    self->process = getpid();
}

/* The engine of this process: in a child process it begins anew. Raises when there is no memory. [-0, +0] */
static engine *own_engine(lua_State *L)
{
    engine *self = check_engine(L);
    if (self->process == getpid()) return self;
    CURLM *multi;
    CURLSH *share;
    if (!open_multi(&multi, &share)) luaL_error(L, "libcurl could not start: no memory");
    leave_to_parent(self, multi, share);
    return self;
}

static void release(engine *self)
{
    if (self->process != getpid()) leave_to_parent(self, NULL, NULL);
    while (self->owned) {
        mc_transfer *transfer = self->owned;
        self->owned = transfer->next_owned;
        if (transfer->state == MC_FLYING) curl_multi_remove_handle(self->multi, transfer->easy);
        mc_transfer_free(transfer);
    }
    self->idle = self->done = self->last_done = NULL;
    self->flying = self->ready = 0;
    CURLM *multi = self->multi;
    CURLSH *share = self->defaults.share;
    self->multi = NULL;
    self->defaults.share = NULL;
    curl_multi_cleanup(multi);
    curl_share_cleanup(share);
    mc_sockets_free(&self->defaults.sockets);
}

static int engine_close(lua_State *L)
{
    engine *self = luaL_checkudata(L, 1, MC_ENGINE);
    if (self->collecting) {
        self->close_wanted = 1;
    } else {
        release(self);
    }
    return 0;
}

/* The text of an option, anchored in the table on top. NULL where it is not given. [-0, +0] */
static const char *anchored_text(lua_State *L, const char *name, int slot)
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

/* The names of the headers to collect, into a list of the engine's own in the table on top: nobody else can change it.
   [-0, +0] */
static void set_wanted(lua_State *L, engine *self)
{
    lua_getfield(L, 1, "headers");
    int count = lua_istable(L, -1) ? (int)mc_rawlen(L, -1) : -1;
    if (count < 0 || count > WANTED_MAX) luaL_error(L, "headers must be a list of at most %d names", WANTED_MAX);
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, -2, i + 1);
        if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "headers must be a list of names");
        self->wanted[i].text = lua_tolstring(L, -1, &self->wanted[i].length);
        lua_rawseti(L, -2, i + 1);
    }
    self->wanted_count = count;
    lua_rawseti(L, -3, WANTED);
    lua_pop(L, 1);
}

/* engine{ caFile =, proxy =, maxResponseBytes =, headers = {names to collect, in lower case} } -> engine. [-0, +1] */
static int engine_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    engine *self = mc_newudata(L, sizeof *self, MC_ENGINE);
    lua_createtable(L, 3, 0);
    self->defaults.ca_file = anchored_text(L, "caFile", CA_FILE);
    self->defaults.proxy = anchored_text(L, "proxy", PROXY);
    set_wanted(L, self);
    mc_setuservalue(L, 2);
    lua_getfield(L, 1, "maxResponseBytes");
    lua_Number max = luaL_optnumber(L, -1, 10485760);
    luaL_argcheck(L, max >= 1 && max <= 1073741824, 1, "maxResponseBytes must be from 1 to 1073741824");
    self->defaults.max_response = (size_t)max;
    self->defaults.flies_once = mc_transfer_flies_once();
    self->defaults.sees_tls = mc_transfer_sees_tls();
    lua_settop(L, 2);
    self->process = getpid();
    if (!open_multi(&self->multi, &self->defaults.share)) return luaL_error(L, "libcurl could not start: no memory");
    return 1;
}

/* ---- submit ---- */

static long milliseconds(lua_State *L, const char *name, lua_Number otherwise)
{
    lua_getfield(L, 2, name);
    lua_Number seconds = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    if (!(seconds > 0 && seconds <= SECONDS_MAX)) luaL_error(L, "%s must be above 0 and at most 86400 seconds", name);
    long result = (long)(seconds * 1000);
    return result ? result : 1;
}

/* Pushes the header at a position of the flat list {name, value, …}; NULL where it is neither text nor a secret.
   [-0, +1] */
static const char *header_part(lua_State *L, int headers, int position, size_t *length)
{
    lua_rawgeti(L, headers, position);
    return mc_secret_bytes(L, -1, length);
}

/* The headers from the flat list at an index; NULL or what is wrong. [-0, +0] */
static const char *add_headers(lua_State *L, mc_transfer *transfer, int headers)
{
    if (lua_isnil(L, headers)) return NULL;
    if (!lua_istable(L, headers)) return "headers must be a list {name, value, …}";
    int count = (int)mc_rawlen(L, headers);
    if (count % 2 || count > 2 * MC_HEADERS_MAX) return "headers must be a list {name, value, …} of at most 100 pairs";
    for (int i = 1; i < count; i += 2) {
        size_t name_length, value_length;
        const char *name = header_part(L, headers, i, &name_length);
        const char *value = header_part(L, headers, i + 1, &value_length);
        const char *problem = name && value ? mc_transfer_header(transfer, name, name_length, value, value_length)
                                            : "a header is neither text nor a secret";
        lua_pop(L, 2);
        if (problem) return problem;
    }
    return NULL;
}

/* An idle transfer, made if there is none; NULL without memory. It is the engine's from the first moment. */
static mc_transfer *take_idle(engine *self)
{
    if (!self->idle) {
        mc_transfer *made = mc_transfer_new(&self->defaults);
        if (!made) return NULL;
        made->next_owned = self->owned;
        self->owned = self->idle = made;
    }
    mc_transfer *transfer = self->idle;
    if (!mc_transfer_ready(transfer, &self->defaults)) return NULL; /* and it stays idle */
    self->idle = transfer->next;
    return transfer;
}

static void put_idle(engine *self, mc_transfer *transfer)
{
    mc_transfer_clear(transfer);
    transfer->state = MC_IDLE;
    transfer->next = self->idle;
    self->idle = transfer;
}

static int refuse(lua_State *L, const char *problem)
{
    lua_pushnil(L);
    lua_pushstring(L, problem);
    return 2;
}

/* Pops a waiter and notes it under the id that comes next, where the table at that index is one. [-1, +0] */
static void note_waiter(lua_State *L, const engine *self, int waiting)
{
    if (!lua_istable(L, waiting)) {
        lua_pop(L, 1);
        return;
    }
    mc_pushinteger(L, self->last_id + 1);
    lua_insert(L, -2);
    lua_rawset(L, waiting);
}

static int take_back(lua_State *L, engine *self, mc_transfer *transfer, const char *problem)
{
    if (transfer) put_idle(self, transfer);
    lua_pushnil(L);
    note_waiter(L, self, 3);
    return refuse(L, problem);
}

/* engine:submit({ method =, url =, headers = {name, value, …}, body =, timeout =, connectTimeout = (seconds),
   allHeaders = }, waiting, waiter) -> id, or nil and what is wrong; then nothing is sent. `waiting[id] = waiter` holds
   before anything can be sent, so that an error that comes right after the call finds the id there. [-0, +1 or 2] */
static int engine_submit(lua_State *L)
{
    engine *self = own_engine(L);
    size_t url_length, method_length, body_length = 0;
    int loopback;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 4);
    long timeout = milliseconds(L, "timeout", 60), connect_timeout = milliseconds(L, "connectTimeout", 10);
    lua_getfield(L, 2, "url"); /* 5 */
    lua_getfield(L, 2, "method");
    lua_getfield(L, 2, "body");
    lua_getfield(L, 2, "headers"); /* 8 */
    lua_getfield(L, 2, "allHeaders");
    int all_headers = lua_toboolean(L, 9);
    const char *url = luaL_checklstring(L, 5, &url_length);
    const char *method = luaL_optlstring(L, 6, "POST", &method_length);
    const char *body = lua_isnil(L, 7) ? "" : mc_secret_check(L, 7, &body_length);
    const char *problem = mc_url_error(url, url_length, &loopback);
    if (!problem) problem = mc_method_problem(method, method_length);
    if (problem) return refuse(L, problem);
    if (body_length > BODY_MAX) return refuse(L, "the request's body is over 1 MiB");
    if (self->flying + self->ready >= IN_FLIGHT_MAX) return refuse(L, "too many requests in flight");
    lua_pushvalue(L, 4);
    note_waiter(L, self, 3);

    /* From here to the flight nothing of Lua that can raise: the transfer would belong to no list. */
    mc_transfer *transfer = take_idle(self);
    if (!transfer) return take_back(L, self, NULL, "no memory");
    if ((problem = add_headers(L, transfer, 8))) return take_back(L, self, transfer, problem);
    if (!mc_transfer_body(transfer, body, body_length) ||
        mc_transfer_prepare(transfer, &self->defaults, method, url, loopback, timeout, connect_timeout) != CURLE_OK ||
        curl_multi_add_handle(self->multi, transfer->easy) != CURLM_OK)
        return take_back(L, self, transfer, "no memory");
    transfer->all_headers = all_headers;
    transfer->state = MC_FLYING;
    transfer->id = ++self->last_id;
    self->flying++;
    mc_pushinteger(L, transfer->id);
    return 1;
}

/* ---- step ---- */

static CURLcode fly_again(engine *self, mc_transfer *transfer)
{
    CURLcode result = mc_transfer_renew(transfer);
    if (result != CURLE_OK) return result;
    return curl_multi_add_handle(self->multi, transfer->easy) == CURLM_OK ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

/* Takes what has ended from libcurl. Whether one of them is in flight again. */
static int land(engine *self)
{
    int waiting, again = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(self->multi, &waiting))) {
        mc_transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result; /* the message is gone once its handle is removed */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(self->multi, transfer->easy);
        if (mc_transfer_flies_again(transfer, result)) {
            result = fly_again(self, transfer);
            if (result == CURLE_OK) {
                again = 1;
                continue;
            }
        }
        mc_transfer_land(transfer, result);
        append_done(self, transfer);
    }
    return again;
}

static int perform(engine *self)
{
    int running;
    do {
        if (curl_multi_perform(self->multi, &running) != CURLM_OK) return 0;
    } while (land(self)); /* which each transfer does once at most */
    return 1;
}

/* Whether there is anything to do without waiting: a timer that is due, or a socket that is ready. This asks for all
   sockets in one system call; perform asks for each, which takes five times as long. */
static int is_due(const engine *self)
{
    long timeout;
    int ready = 0;
    if (curl_multi_timeout(self->multi, &timeout) != CURLM_OK || timeout == 0) return 1;
    return curl_multi_poll(self->multi, NULL, 0, 0, &ready) != CURLM_OK || ready > 0;
}

/* engine:step(seconds) -> how many are in flight, how many can be collected. Waits at most so long, and only while
   there is nothing to collect; with nothing in flight it is a sleep. [-0, +2] */
static int engine_step(lua_State *L)
{
    engine *self = own_engine(L);
    lua_Number seconds = luaL_optnumber(L, 2, 0);
    luaL_argcheck(L, seconds >= 0 && seconds <= SECONDS_MAX, 2, "0 to 86400 seconds expected");
    int ok = seconds > 0 || is_due(self) ? perform(self) : 1;
    if (ok && !self->done && seconds > 0) {
        ok = curl_multi_poll(self->multi, NULL, 0, (int)(seconds * 1000 + 0.999), NULL) == CURLM_OK;
        ok = perform(self) && ok;
    }
    if (!ok) return luaL_error(L, "libcurl could not go on: no memory");
    lua_pushinteger(L, self->flying);
    lua_pushinteger(L, self->ready);
    return 2;
}

/* ---- collect ---- */

/* Pushes a header's name if it is wanted, in lower case. `names` is the index of the list of names. [-0, +0 or 1] */
static int push_wanted(lua_State *L, const engine *self, const char *name, size_t length, int names, int all)
{
    for (int i = 0; i < self->wanted_count; i++) {
        if (self->wanted[i].length != length || !curl_strnequal(name, self->wanted[i].text, length)) continue;
        lua_rawgeti(L, names, i + 1);
        return 1;
    }
    char lower[HEADER_NAME_MAX];
    if (!all || length > sizeof lower) return 0;
    for (size_t i = 0; i < length; i++) lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    lua_pushlstring(L, lower, length);
    return 1;
}

/* Sets the wanted headers from the raw head into the table on top; of a repeated header the last stands. [-0, +0] */
static void set_headers(lua_State *L, const engine *self, const mc_transfer *transfer, int names)
{
    const char *at = transfer->head.data, *end = at + transfer->head.length;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = stop ? stop : end, *colon = memchr(at, ':', (size_t)(line_end - at));
        if (colon && push_wanted(L, self, at, (size_t)(colon - at), names, transfer->all_headers)) {
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
static void push_response(lua_State *L, const engine *self, const mc_transfer *transfer)
{
    long status = 0;
    if (transfer->easy) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, (int)status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, transfer->body.data ? transfer->body.data : "", transfer->body.length);
    lua_setfield(L, -2, "body");
    mc_getuservalue(L, 1);
    lua_rawgeti(L, -1, WANTED);
    lua_createtable(L, 0, 8);
    if (transfer->head.length) set_headers(L, self, transfer, lua_gettop(L) - 1);
    lua_setfield(L, -4, "headers");
    lua_pop(L, 2);
}

/* Adds to the response on top what is known of a failure. [-0, +0] */
static void set_failure(lua_State *L, const mc_transfer *transfer)
{
    long connect_status = 0;
    if (transfer->easy) curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    lua_pushinteger(L, (int)transfer->result);
    lua_setfield(L, -2, "curl");
    lua_pushinteger(L, (int)connect_status);
    lua_setfield(L, -2, "connectStatus");
    const char *reason = transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->result);
    lua_pushstring(L, transfer->sendings > 1 ? "the connection was closed before an answer" : reason);
    lua_setfield(L, -2, "reason");
    lua_pushboolean(L, transfer->sendings > 0);
    lua_setfield(L, -2, "sent");
    lua_pushstring(L, transfer->too_large); /* nil where nothing was */
    lua_setfield(L, -2, "tooLarge");
    lua_pushboolean(L, transfer->left);
    lua_setfield(L, -2, "forked");
}

/* The answer of a transfer, for engine_collect. [-0, +2 or 3] */
static int push_answer(lua_State *L)
{
    const engine *self = lua_touserdata(L, 1);
    const mc_transfer *transfer = lua_touserdata(L, 2);
    mc_pushinteger(L, transfer->id);
    if (transfer->result == CURLE_OK) {
        push_response(L, self, transfer);
        return 2;
    }
    lua_pushnil(L);
    push_response(L, self, transfer);
    set_failure(L, transfer);
    return 3;
}

static mc_transfer *take_done(engine *self)
{
    mc_transfer *transfer = self->done;
    self->done = transfer->next;
    self->ready--;
    self->collecting++;
    return transfer;
}

/* Ends what take_done began: the transfer is free, or the first again that can be collected. */
static void put_collected(engine *self, mc_transfer *transfer, int collected)
{
    self->collecting--;
    if (collected) {
        put_idle(self, transfer);
    } else {
        if (!self->done) self->last_done = transfer;
        transfer->next = self->done;
        self->done = transfer;
        self->ready++;
    }
    if (self->close_wanted && !self->collecting) release(self);
}

/* engine:collect() -> id and {status, headers, body}; or id, nil and the same with {curl, connectStatus, reason, sent,
   tooLarge ("head", "body" or "trailer", else nil), forked} where the transfer failed; or nothing where none is done.
   [-0, +0, 2 or 3] */
static int engine_collect(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushcfunction(L, push_answer); /* may collect garbage: the engine is looked at after it */
    lua_pushvalue(L, 1);
    engine *self = check_engine(L);
    if (!self->done) return 0;
    mc_transfer *transfer = take_done(self); /* a finalizer that collects meanwhile gets the next one */
    lua_pushlightuserdata(L, transfer);
    int status = lua_pcall(L, 2, LUA_MULTRET, 0);
    put_collected(self, transfer, status == 0);
    return status == 0 ? lua_gettop(L) - 1 : lua_error(L);
}

/* engine:cancel(id) -> true if it was there. Its bytes may have left. [-0, +1] */
static int engine_cancel(lua_State *L)
{
    engine *self = own_engine(L);
    lua_Number id = luaL_checknumber(L, 2);
    mc_transfer *transfer = self->owned;
    while (transfer && !(transfer->state == MC_FLYING && transfer->id >= id && transfer->id <= id))
        transfer = transfer->next_owned;
    lua_pushboolean(L, transfer != NULL);
    if (!transfer) return 1;
    curl_multi_remove_handle(self->multi, transfer->easy);
    self->flying--;
    put_idle(self, transfer);
    return 1;
}

/* engine:reset_connections(): no connection that is open now carries another request. What is in flight lands. [-0, +0] */
static int engine_reset_connections(lua_State *L)
{
    mc_sockets_retire(&check_engine(L)->defaults.sockets);
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", engine_close},
    {"__close", engine_close},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"submit", engine_submit},
    {"step", engine_step},
    {"collect", engine_collect},
    {"cancel", engine_cancel},
    {"reset_connections", engine_reset_connections},
    {"close", engine_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"engine", engine_new},
    {NULL, NULL},
};

__attribute__((visibility("default"))) int luaopen_mimecast_http(lua_State *L);

/* Leaves the module's table. [-0, +1] */
int luaopen_mimecast_http(lua_State *L)
{
    mc_checkabi(L);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return luaL_error(L, "libcurl could not start");
    mc_newtype(L, MC_ENGINE, metamethods, methods);
    lua_newtable(L);
    mc_setfuncs(L, functions);
    lua_pushstring(L, curl_version());
    lua_setfield(L, -2, "curl");
    return 1;
}

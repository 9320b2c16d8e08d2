/* mimecast.core: pure functions. It never decides, never waits for Lua. */
#include "clock.h"
#include "address.h"
#include "compat.h"
#include "datetime.h"
#include "json.h"
#include "number.h"
#include "secure_file.h"
#include "redact.h"
#include "aead.h"
#include "secret.h"
#include "schema.h"
#include "signature.h"
#include "text.h"
#include "unicode.h"
#include "url.h"

#include <time.h>
#include <unistd.h>

#define MC_VERSION "0.1.0"

__attribute__((visibility("default"))) int luaopen_mimecast_core(lua_State *L);

/* now() -> seconds since 1970, with their fraction. [-0, +1] */
static int now(lua_State *L)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    lua_pushnumber(L, (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec / 1e9);
    return 1;
}

/* monotonic() -> seconds since some moment; nobody can set this clock back or forward, and it goes on while the machine
   sleeps. [-0, +1] */
static int monotonic(lua_State *L)
{
    lua_pushnumber(L, mc_monotonic());
    return 1;
}

/* process() -> the process's id, which a fork changes. [-0, +1] */
static int process_id(lua_State *L)
{
    mc_pushinteger(L, (lua_Number)getpid());
    return 1;
}

/* can_yield() -> whether the caller can yield: not within a finalizer. nginx takes coroutine.isyieldable away. [-0, +1] */
static int can_yield(lua_State *L)
{
    lua_pushboolean(L, mc_canyield(L));
    return 1;
}

/* url_error(url) -> what is wrong with it, or nil. [-0, +1] */
static int url_error(lua_State *L)
{
    size_t length;
    int loopback;
    const char *url = luaL_checklstring(L, 1, &length);
    lua_pushstring(L, mc_url_error(url, length, &loopback));
    return 1;
}

/* http_time(text[, now]) -> seconds since 1970 of the date of an HTTP header, or nil; `now`, by default this machine's
 * clock, tells the century of a year of two digits. [-0, +1] */
static int http_time(lua_State *L)
{
    size_t length;
    int64_t epoch;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Number at = luaL_optnumber(L, 2, (lua_Number)time(NULL));
    if (!(at >= (lua_Number)MC_EPOCH_MIN && at <= (lua_Number)MC_EPOCH_MAX)) at = 0; /* a host's clock may say anything */
    if (!mc_http_date_parse(text, length, (int64_t)at, &epoch)) return 0;
    lua_pushnumber(L, (lua_Number)epoch);
    return 1;
}

static const luaL_Reg functions[] = {
    {"http_time", http_time},
    {"url_error", url_error},
    {"now", now},
    {"monotonic", monotonic},
    {"process_id", process_id},
    {"can_yield", can_yield},
    {NULL, NULL},
};

/* Leaves the module's table. [-0, +1] */
int luaopen_mimecast_core(lua_State *L)
{
    mc_checkabi(L);
    lua_newtable(L);
    mc_secret_open(L);
    mc_text_open(L);
    mc_unicode_open(L);
    mc_number_open(L);
    mc_address_open(L);
    mc_signature_open(L);
    mc_schema_open(L);
    mc_secure_file_open(L);
    mc_redact_open(L);
    mc_aead_open(L);
    mc_json_open(L);
    mc_setfuncs(L, functions);
    lua_pushliteral(L, MC_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}

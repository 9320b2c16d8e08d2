/* mimecast.core: pure functions and one HTTP engine. It never decides, never waits for Lua. */
#include "compat.h"
#include "http.h"
#include "private.h"
#include "secret.h"
#include "shape.h"
#include "signature.h"
#include "text.h"

#include <curl/curl.h>
#include <time.h>

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

/* Leaves the module's table. [-0, +1] */
int luaopen_mimecast_core(lua_State *L)
{
    mc_checkabi(L);
    lua_newtable(L);
    mc_secret_open(L);
    mc_text_open(L);
    mc_signature_open(L);
    mc_shape_open(L);
    mc_private_open(L);
    mc_http_open(L);
    lua_pushcfunction(L, now);
    lua_setfield(L, -2, "now");
    lua_pushliteral(L, MC_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushstring(L, curl_version());
    lua_setfield(L, -2, "curl");
    return 1;
}

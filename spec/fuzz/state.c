#include "state.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

int luaopen_mimecast_core(lua_State *L);
int luaopen_mimecast_http(lua_State *L);
int luaopen_mimecast_system(lua_State *L);

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
    lua_pop(L, 2);
}

static void fail(lua_State *L)
{
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    abort();
}

lua_State *fuzz_state(const char *script)
{
    lua_State *L = luaL_newstate();
    if (!L) abort();
    luaL_openlibs(L);
    preload(L, "mimecast.core", luaopen_mimecast_core);
    preload(L, "mimecast.http", luaopen_mimecast_http);
    preload(L, "mimecast.system", luaopen_mimecast_system);
    if (luaL_loadfile(L, script) != 0 || lua_pcall(L, 0, 1, 0) != 0) fail(L);
    return L;
}

void fuzz_call(lua_State *L, const void *data, size_t size)
{
    lua_pushvalue(L, 1);
    lua_pushlstring(L, data, size);
    if (lua_pcall(L, 1, 0, 0) != 0) fail(L);
    lua_settop(L, 1);
}

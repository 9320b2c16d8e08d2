/* Helpers over the Lua C API. The #if for Lua versions are in this file, so that the other files need none. */
#include "compat.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MC_LARGEST_INTEGER 9007199254740992.0 /* 2^53 */

void mc_setfuncs(lua_State *L, const luaL_Reg *functions)
{
    for (; functions->name; functions++) {
        lua_pushcfunction(L, functions->func);
        lua_setfield(L, -2, functions->name);
    }
}

void mc_newtype(lua_State *L, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods)
{
    luaL_newmetatable(L, name);
    mc_setfuncs(L, metamethods);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    if (methods) {
        lua_newtable(L);
        mc_setfuncs(L, methods);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
}

void *mc_testudata(lua_State *L, int index, const char *name)
{
    void *pointer = lua_touserdata(L, index);
    if (!pointer || lua_islightuserdata(L, index) || !lua_getmetatable(L, index)) return NULL;
    luaL_getmetatable(L, name);
    int same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? pointer : NULL;
}

void *mc_newudata(lua_State *L, size_t size, const char *name)
{
#if LUA_VERSION_NUM >= 504
    void *memory = lua_newuserdatauv(L, size, 1);
#else
    void *memory = lua_newuserdata(L, size);
#endif
    memset(memory, 0, size);
    luaL_getmetatable(L, name);
    lua_setmetatable(L, -2);
    return memory;
}

void mc_setuservalue(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 504
    lua_setiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_setuservalue(L, index);
#else
    lua_setfenv(L, index);
#endif
}

void mc_getuservalue(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 504
    lua_getiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_getuservalue(L, index);
#else
    lua_getfenv(L, index);
#endif
}

int mc_tointeger(lua_State *L, int index, lua_Number *value)
{
    if (lua_type(L, index) != LUA_TNUMBER) return 0;
#if LUA_VERSION_NUM >= 503
    if (lua_isinteger(L, index)) {
        /* The conversion would round an integer beyond 2^53: compare first. */
        lua_Integer integer = lua_tointeger(L, index);
        if (integer > (lua_Integer)MC_LARGEST_INTEGER || integer < -(lua_Integer)MC_LARGEST_INTEGER) return 0;
        *value = (lua_Number)integer;
        return 1;
    }
#endif
    lua_Number number = lua_tonumber(L, index);
    if (!(number >= -MC_LARGEST_INTEGER && number <= MC_LARGEST_INTEGER) || floor(number) < number) return 0;
    *value = number;
    return 1;
}

int mc_isinteger(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 503
    return lua_isinteger(L, index);
#else
    (void)L;
    (void)index;
    return 0;
#endif
}

void mc_pushinteger(lua_State *L, lua_Number value)
{
#if LUA_VERSION_NUM >= 503
    lua_pushinteger(L, (lua_Integer)value);
#else
    lua_pushnumber(L, value);
#endif
}

size_t mc_rawlen(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 502
    return (size_t)lua_rawlen(L, index);
#else
    return lua_objlen(L, index);
#endif
}

int mc_push_error(lua_State *L, const char *message, const char *kind)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    if (!kind) return 2;
    lua_pushstring(L, kind);
    return 3;
}

void mc_raise(lua_State *L, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    lua_pushvfstring(L, format, values);
    va_end(values);
    lua_error(L);
    abort(); /* lua_error does not return, which its declaration does not say */
}

#if LUA_VERSION_NUM == 501
/* Lua 5.2 and later have lua_callk. Weak: NULL in a 5.1 host. */
extern void lua_callk(lua_State *L, int nargs, int nresults, ptrdiff_t ctx, void *k) __attribute__((weak));
/* LuaJIT has lua_isyieldable, plain Lua 5.1 does not. */
extern int lua_isyieldable(lua_State *L) __attribute__((weak));
#endif

int mc_canyield(lua_State *L)
{
#if LUA_VERSION_NUM >= 503
    return lua_isyieldable(L);
#elif LUA_VERSION_NUM == 502
    (void)L;
    return 1;
#else
    return lua_isyieldable ? lua_isyieldable(L) : 1;
#endif
}

void mc_checkabi(lua_State *L)
{
#if LUA_VERSION_NUM == 501
    if (lua_callk) luaL_error(L, "mimecast: this build is for Lua 5.1 and LuaJIT, but the host is another Lua");
#else
    /* luaL_checkversion alone would say "incompatible numeric types" of a build for 5.2 in 5.3. */
    lua_getglobal(L, "_VERSION");
    const char *host = lua_tostring(L, -1);
    if (host && strncmp(host, "Lua ", 4) == 0 && strcmp(host, LUA_VERSION) != 0)
        luaL_error(L, "mimecast: this build is for %s, but the host is %s", LUA_VERSION, host);
    lua_pop(L, 1);
    luaL_checkversion(L);
#endif
}

/* The few differences between Lua 5.1/LuaJIT and Lua 5.4, under names of our own. */
#ifndef MC_COMPAT_H
#define MC_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

#if LUA_VERSION_NUM != 501 && LUA_VERSION_NUM != 504
#error "mimecast.core is built for Lua 5.4, and for Lua 5.1 and LuaJIT"
#endif

/* Registers functions into the table on top of the stack. [-0, +0] */
void mc_setfuncs(lua_State *L, const luaL_Reg *functions);

/* Makes the metatable of a userdata type: methods in __index, metamethods beside it, both hidden from getmetatable.
   [-0, +0] */
void mc_newtype(lua_State *L, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods);

/* The userdata at an index if it is of that type, else NULL. [-0, +0] */
void *mc_testudata(lua_State *L, int index, const char *name);

/* A userdata with the metatable of that type; its memory is zeroed before the metatable is set. [-0, +1] */
void *mc_newudata(lua_State *L, size_t size, const char *name);

/* The table that a userdata keeps alive. set: [-1, +0], get: [-0, +1] */
void mc_setuservalue(lua_State *L, int index);
void mc_getuservalue(lua_State *L, int index);

/* True if the number at an index is whole and within +-2^53, the integers that JSON and every Lua agree on. */
int mc_tointeger(lua_State *L, int index, lua_Number *value);

/* Pushes a whole number as an integer where Lua has integers. [-0, +1] */
void mc_pushinteger(lua_State *L, lua_Number value);

size_t mc_rawlen(lua_State *L, int index);
int mc_absindex(lua_State *L, int index);

/* Whether the running function can yield: not within a finalizer. True where Lua cannot tell (5.1 itself). */
int mc_canyield(lua_State *L);

/* Refuses to load into another Lua than the one this object was built for. [-0, +0] */
void mc_checkabi(lua_State *L);

#endif

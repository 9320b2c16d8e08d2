/* Helpers over the Lua C API: the differences between LuaJIT and Lua 5.1 to 5.4, userdata types, error returns. */
#ifndef MC_COMPAT_H
#define MC_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

#if LUA_VERSION_NUM < 501 || LUA_VERSION_NUM > 504
#error "mimecast needs LuaJIT or Lua 5.1 to 5.4"
#endif

/* Sets functions into the table on top of the stack. [-0, +0] */
void mc_setfuncs(lua_State *L, const luaL_Reg *functions);

/* Creates the metatable of a userdata type, with the methods in __index; getmetatable returns false. [-0, +0] */
void mc_newtype(lua_State *L, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods);

/* Returns the userdata at an index, or NULL if the value is not of that type. [-0, +0] */
void *mc_testudata(lua_State *L, int index, const char *name);

/* Pushes a userdata of that type; its memory is zeroed before the metatable is set. [-0, +1] */
void *mc_newudata(lua_State *L, size_t size, const char *name);

/* The uservalue is a table that a userdata keeps alive. set: [-1, +0], get: [-0, +1] */
void mc_setuservalue(lua_State *L, int index);
void mc_getuservalue(lua_State *L, int index);

/* Reads an integer within +-2^53, the range that JSON and all Lua versions share. 0 for any other value.
   [-0, +0] */
int mc_tointeger(lua_State *L, int index, lua_Number *value);

/* Returns whether the value is an integer; a float with a whole number is not. Always 0 if Lua has no integers.
   [-0, +0] */
int mc_isinteger(lua_State *L, int index);

/* Pushes a whole number, as an integer if Lua has integers. [-0, +1] */
void mc_pushinteger(lua_State *L, lua_Number value);

/* Pushes nil, the message and the kind, and returns how many values these are. `kind` may be NULL. [-0, +2 or 3] */
int mc_push_error(lua_State *L, const char *message, const char *kind);

/* Raises an error with the message alone, without a position. Never returns. */
void mc_raise(lua_State *L, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* lua_rawlen. [-0, +0] */
size_t mc_rawlen(lua_State *L, int index);

/* Returns whether the running function can yield; a finalizer cannot. Always 1 in plain Lua 5.1 and in 5.2. [-0, +0] */
int mc_canyield(lua_State *L);

/* Raises an error if the host is a different Lua than this build is for. [-0, +0] */
void mc_checkabi(lua_State *L);

#endif

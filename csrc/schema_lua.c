/* The Lua binding of schemas. */
#include "modules.h"
#include "schema.h"

#define ITEMS_MAX 100000 /* of a response that is read straight */

/* schema(definitions, object metatable, array metatable) -> schema. Raises an error if a definition is invalid: the
   program itself writes them. [-0, +1] */
static int schema_lua_new(lua_State *L)
{
    mc_schema_push_compiled(L);
    return 1;
}

/* Returns the value on top, or nil and the errors. [-0, +0 or 2] */
static int schema_lua_finish(lua_State *L, const mc_schema_run *run)
{
    if (!run->count) return 1;
    lua_pushnil(L);
    lua_pushvalue(L, run->errors);
    return 2;
}

/* schema:encode(input[, from_file]) -> wire table; or nil and a list of errors {field, code, message, order}. If
   `from_file` is true, a date must be text: in a file the unit of a number is not known. [-0, +1 or 2] */
static int schema_lua_encode(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SCHEMA);
    mc_schema_run run = {.errors = 3, .from_file = lua_toboolean(L, 3)};
    lua_settop(L, 2);
    lua_newtable(L);
    mc_schema_encode_object(L, &run, 1, 2, NULL);
    return schema_lua_finish(L, &run);
}

/* schema:decode(wire table) -> Lua table; or nil and a list of errors. [-0, +1 or 2] */
static int schema_lua_decode(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SCHEMA);
    mc_schema_run run = {.errors = 3, .visited = 4};
    lua_settop(L, 2);
    lua_newtable(L);
    lua_pushnil(L);
    mc_schema_decode_object(L, &run, 1, 2, NULL);
    return schema_lua_finish(L, &run);
}

/* schema:decode_json(text, count[, wire items, key, name]) -> list of the Lua tables of the response's `count` objects.
   nil if the response must be read in the general way (schema_read_json.c), or if an object does not name its item: the
   table's field `name` must have the value that the wire item has under `key`. [-0, +1] */
static int schema_lua_decode_json(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SCHEMA);
    lua_Number count = luaL_checknumber(L, 3);
    int fits = lua_type(L, 2) == LUA_TSTRING && count >= 0 && count <= ITEMS_MAX;
    lua_settop(L, 6);
    int has_names = !lua_isnil(L, 6);
    if (has_names) luaL_checktype(L, 4, LUA_TTABLE);
    if (!fits || !mc_schema_push_outputs(L, 1, 2, (int)count, has_names ? 4 : 0)) lua_pushnil(L);
    return 1;
}

static const luaL_Reg metamethods[] = {
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"encode", schema_lua_encode},
    {"decode", schema_lua_decode},
    {"decode_json", schema_lua_decode_json},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"schema", schema_lua_new},
    {NULL, NULL},
};

void mc_schema_open(lua_State *L)
{
    mc_newtype(L, MC_SCHEMA, metamethods, methods);
    mc_setfuncs(L, functions);
}

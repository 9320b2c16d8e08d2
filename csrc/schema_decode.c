/* Decodes a wire object to a Lua table, or reports where it does not match the schema. */
#include "schema.h"

#define DEPTH_MAX 64

/* Pushes the table of visited tables, and creates it if there is none. [-0, +1] */
static void schema_push_visited(lua_State *L, const mc_schema_run *run)
{
    if (!lua_istable(L, run->visited)) {
        lua_newtable(L);
        lua_replace(L, run->visited);
    }
    lua_pushvalue(L, run->visited);
}

/* Records the flag on top for a table: true once the table is normalised, false while it is being visited. [-1, +0] */
static void schema_set_visited(lua_State *L, const mc_schema_run *run, int table)
{
    schema_push_visited(L, run);
    lua_pushvalue(L, table);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 2);
}

/* Returns whether the table on top was visited. Sets *holds_itself if the table is being visited. [-0, +0] */
static int schema_is_visited(lua_State *L, const mc_schema_run *run, int *holds_itself)
{
    schema_push_visited(L, run);
    lua_pushvalue(L, -2);
    lua_rawget(L, -2);
    int visited = !lua_isnil(L, -1);
    *holds_itself = visited && !lua_toboolean(L, -1);
    lua_pop(L, 2);
    return visited;
}

/* Normalises the value on top, which no schema describes, in place: whole numbers become integers, and an object
   loses its nulls. An array keeps its nulls, because it must not have holes. Each table is visited once. Returns 0
   if the value is nested too deep or contains itself. [-1, +1] */
static int schema_normalise(lua_State *L, const mc_schema_run *run, int depth)
{
    lua_Number number;
    int holds_itself = 0, fits = 1;
    if (mc_tointeger(L, -1, &number)) {
        lua_pop(L, 1);
        mc_pushinteger(L, number);
    }
    if (!lua_istable(L, -1)) return 1;
    if (depth > DEPTH_MAX) return 0;
    luaL_checkstack(L, 8, "response too deep");
    if (schema_is_visited(L, run, &holds_itself)) return !holds_itself;
    int table = lua_gettop(L);
    lua_pushboolean(L, 0);
    schema_set_visited(L, run, table);
    lua_pushnil(L);
    while (fits && lua_next(L, table)) {
        lua_pushvalue(L, -2);
        if (lua_islightuserdata(L, -2) && lua_type(L, -3) == LUA_TSTRING) {
            lua_pushnil(L);
        } else {
            lua_pushvalue(L, -2);
            fits = schema_normalise(L, run, depth + 1);
        }
        lua_rawset(L, table); /* an existing key may be set during a traversal */
        lua_pop(L, 1);
    }
    lua_settop(L, table);
    lua_pushboolean(L, 1);
    schema_set_visited(L, run, table);
    return fits;
}

/* Normalises the value on top, or reports an error. [-1, +1] */
static void schema_normalise_field(lua_State *L, mc_schema_run *run, const mc_field_path *path, int order)
{
    if (schema_normalise(L, run, 0)) return;
    lua_pushfstring(L, "is nested deeper than %d levels, or contains itself", DEPTH_MAX);
    mc_schema_add_error(L, run, path, order, "wrong_shape");
}

/* Replaces the list on top by its Lua form. [-1, +1] */
static void schema_decode_list(lua_State *L, mc_schema_run *run, int inner_index, const mc_field_path *path, int order)
{
    mc_schema *inner = lua_touserdata(L, inner_index);
    int list = lua_gettop(L);
    if (!lua_istable(L, list)) {
        lua_pushliteral(L, "should be a list");
        mc_schema_add_error(L, run, path, order, "wrong_shape");
        return;
    }
    int count = (int)mc_rawlen(L, list);
    mc_getuservalue(L, inner_index);
    lua_rawgeti(L, -1, mc_schema_field_slot(0, MC_SLOT_DETAIL));
    int detail = lua_gettop(L);
    lua_createtable(L, count, 0);
    for (int i = 1; i <= count; i++) {
        mc_field_path item = {path, NULL, i};
        lua_rawgeti(L, list, i);
        if (inner->fields[0].type == MC_OBJECT) {
            mc_schema_decode_object(L, run, detail, lua_gettop(L), &item);
            lua_replace(L, -2);
        } else if (inner->fields[0].type == MC_ANY) {
            schema_normalise_field(L, run, &item, order);
        } else if (!mc_field_decode(L, &inner->fields[0])) {
            mc_schema_add_error(L, run, &item, order, "wrong_shape");
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
    lua_settop(L, list);
}

/* Replaces the wire value on top by its Lua form. [-1, +1] */
static void schema_decode_field(lua_State *L, mc_schema_run *run, mc_schema *self, int number, int uservalue,
                                const mc_field_path *path)
{
    const mc_field *field = &self->fields[number];
    if (field->type == MC_LIST || field->type == MC_OBJECT) {
        lua_rawgeti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_DETAIL));
        lua_insert(L, -2);
        int value = lua_gettop(L);
        if (field->type == MC_LIST) {
            schema_decode_list(L, run, value - 1, path, number + 1);
        } else {
            mc_schema_decode_object(L, run, value - 1, value, path);
            lua_replace(L, value);
        }
        lua_remove(L, value - 1);
    } else if (field->type == MC_ANY) {
        schema_normalise_field(L, run, path, number + 1);
    } else if (!mc_field_decode(L, field)) {
        mc_schema_add_error(L, run, path, number + 1, "wrong_shape");
        lua_pushnil(L);
    }
}

/* Keeps an unknown field under its wire name, unless a known field has that name. Key and value are on top. [-1, +0] */
static void schema_keep_unknown(lua_State *L, mc_schema_run *run, int names, int out, const mc_field_path *parent)
{
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -1);
    lua_rawget(L, names);
    int is_taken = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (is_taken) {
        lua_pop(L, 2);
        return;
    }
    lua_insert(L, -2);
    schema_normalise_field(L, run, parent, 0);
    lua_rawset(L, out);
}

void mc_schema_decode_object(lua_State *L, mc_schema_run *run, int schema_index, int wire, const mc_field_path *parent)
{
    mc_schema *self = lua_touserdata(L, schema_index);
    luaL_checkstack(L, 20, "response too deep");
    lua_createtable(L, 0, self->count);
    int out = lua_gettop(L), uservalue = out + 1;
    if (!lua_istable(L, wire) || mc_rawlen(L, wire)) {
        lua_pushliteral(L, "should be an object");
        mc_schema_add_error(L, run, parent, 0, "wrong_shape");
        return;
    }
    mc_getuservalue(L, schema_index);
    lua_rawgeti(L, uservalue, mc_schema_table_slot(self, MC_TABLE_NAMES));
    lua_rawgeti(L, uservalue, mc_schema_table_slot(self, MC_TABLE_WIRES));
    lua_pushnil(L);
    while (lua_next(L, wire)) {
        lua_pushvalue(L, -2);
        lua_rawget(L, out + 3);
        int number = (int)lua_tonumber(L, -1) - 1;
        lua_pop(L, 1);
        if (lua_islightuserdata(L, -1) || (number >= 0 && self->fields[number].secret)) {
            lua_pop(L, 1); /* null is nil; a secret is never returned */
        } else if (number < 0) {
            schema_keep_unknown(L, run, out + 2, out, parent);
        } else {
            mc_field_path path = {parent, mc_schema_field_name(L, uservalue, number), 0};
            schema_decode_field(L, run, self, number, uservalue, &path);
            lua_rawgeti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_NAME));
            lua_insert(L, -2);
            lua_rawset(L, out);
        }
    }
    lua_settop(L, out);
}

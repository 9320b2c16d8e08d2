/* From the wire to Lua: a decoded object becomes an output table, or where it has another shape is told. */
#include "schema.h"

#define DEPTH_MAX 64

/* Pushes the table of what was settled in this call, made when it is first needed. [-0, +1] */
static void push_settled(lua_State *L, const mc_report *report)
{
    if (!lua_istable(L, report->settled)) {
        lua_newtable(L);
        lua_replace(L, report->settled);
    }
    lua_pushvalue(L, report->settled);
}

/* Notes how far a table is: the top is true where it is done, false where it is being settled. [-1, +0] */
static void set_settled(lua_State *L, const mc_report *report, int table)
{
    push_settled(L, report);
    lua_pushvalue(L, table);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 2);
}

/* Whether there is nothing to do for the table on top: it is done, or it is one of those that it stands in. [-0, +0] */
static int is_settled(lua_State *L, const mc_report *report, int *holds_itself)
{
    push_settled(L, report);
    lua_pushvalue(L, -2);
    lua_rawget(L, -2);
    int known = !lua_isnil(L, -1);
    *holds_itself = known && !lua_toboolean(L, -1);
    lua_pop(L, 2);
    return known;
}

/* Makes a value that no model knows fit for Lua, in place: whole numbers are integers, an object's nulls are gone.
   An array's nulls stay, or it would have holes. Each table is visited once. False where it is nested too deep or holds
   itself. The value is on top. [-1, +1] */
static int settle_value(lua_State *L, const mc_report *report, int depth)
{
    lua_Number number;
    int holds_itself = 0, fits = 1;
    if (mc_tointeger(L, -1, &number)) {
        lua_pop(L, 1);
        mc_pushinteger(L, number);
    }
    if (!lua_istable(L, -1)) return 1;
    if (depth > DEPTH_MAX) return 0;
    luaL_checkstack(L, 8, "answer too deep");
    if (is_settled(L, report, &holds_itself)) return !holds_itself;
    int table = lua_gettop(L);
    lua_pushboolean(L, 0);
    set_settled(L, report, table);
    lua_pushnil(L);
    while (fits && lua_next(L, table)) {
        lua_pushvalue(L, -2);
        if (lua_islightuserdata(L, -2) && lua_type(L, -3) == LUA_TSTRING) {
            lua_pushnil(L);
        } else {
            lua_pushvalue(L, -2);
            fits = settle_value(L, report, depth + 1);
        }
        lua_rawset(L, table); /* an existing key: allowed while traversing */
        lua_pop(L, 1);
    }
    lua_settop(L, table);
    lua_pushboolean(L, 1);
    set_settled(L, report, table);
    return fits;
}

/* The same; what does not fit is told. [-1, +1] */
static void settle(lua_State *L, mc_report *report, const mc_path *path, int order)
{
    if (settle_value(L, report, 0)) return;
    lua_pushfstring(L, "is nested deeper than %d levels, or holds itself", DEPTH_MAX);
    mc_report_problem(L, report, path, order, "wrong_shape");
}

/* Replaces the list on top by its Lua form. [-1, +1] */
static void decode_list(lua_State *L, mc_report *report, int inner_index, const mc_path *path, int order)
{
    mc_schema *inner = lua_touserdata(L, inner_index);
    int list = lua_gettop(L);
    if (!lua_istable(L, list)) {
        lua_pushliteral(L, "should be a list");
        mc_report_problem(L, report, path, order, "wrong_shape");
        return;
    }
    int count = (int)mc_rawlen(L, list);
    mc_getuservalue(L, inner_index);
    lua_rawgeti(L, -1, mc_field_slot(0, MC_SLOT_DETAIL));
    int detail = lua_gettop(L);
    lua_createtable(L, count, 0);
    for (int i = 1; i <= count; i++) {
        mc_path item = {path, NULL, i};
        lua_rawgeti(L, list, i);
        if (inner->fields[0].type == MC_OBJECT) {
            mc_schema_decode_object(L, report, detail, lua_gettop(L), &item);
            lua_replace(L, -2);
        } else if (inner->fields[0].type == MC_ANY) {
            settle(L, report, &item, order);
        } else if (!mc_field_decode(L, &inner->fields[0])) {
            mc_report_problem(L, report, &item, order, "wrong_shape");
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
    lua_settop(L, list);
}

/* Replaces the wire value on top by the Lua value of that field. [-1, +1] */
static void decode_field(lua_State *L, mc_report *report, mc_schema *self, int number, int anchor, const mc_path *path)
{
    const mc_field *field = &self->fields[number];
    if (field->type == MC_LIST || field->type == MC_OBJECT) {
        lua_rawgeti(L, anchor, mc_field_slot(number, MC_SLOT_DETAIL));
        lua_insert(L, -2);
        int value = lua_gettop(L);
        if (field->type == MC_LIST) {
            decode_list(L, report, value - 1, path, number + 1);
        } else {
            mc_schema_decode_object(L, report, value - 1, value, path);
            lua_replace(L, value);
        }
        lua_remove(L, value - 1);
    } else if (field->type == MC_ANY) {
        settle(L, report, path, number + 1);
    } else if (!mc_field_decode(L, field)) {
        mc_report_problem(L, report, path, number + 1, "wrong_shape");
        lua_pushnil(L);
    }
}

/* A field that the model does not know: kept under its wire name, unless a known field has that name. Key and value
   are on top. [-1, +0] */
static void keep_unknown(lua_State *L, mc_report *report, int names, int out, const mc_path *parent)
{
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -1);
    lua_rawget(L, names);
    int taken = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (taken) {
        lua_pop(L, 2);
        return;
    }
    lua_insert(L, -2);
    settle(L, report, parent, 0);
    lua_rawset(L, out);
}

void mc_schema_decode_object(lua_State *L, mc_report *report, int schema_index, int wire, const mc_path *parent)
{
    mc_schema *self = lua_touserdata(L, schema_index);
    luaL_checkstack(L, 20, "answer too deep");
    lua_createtable(L, 0, self->count);
    int out = lua_gettop(L), anchor = out + 1;
    if (!lua_istable(L, wire) || mc_rawlen(L, wire)) {
        lua_pushliteral(L, "should be an object");
        mc_report_problem(L, report, parent, 0, "wrong_shape");
        return;
    }
    mc_getuservalue(L, schema_index);
    lua_rawgeti(L, anchor, mc_table_slot(self, MC_TABLE_NAMES));
    lua_rawgeti(L, anchor, mc_table_slot(self, MC_TABLE_WIRES));
    lua_pushnil(L);
    while (lua_next(L, wire)) {
        lua_pushvalue(L, -2);
        lua_rawget(L, out + 3);
        int number = (int)lua_tonumber(L, -1) - 1;
        lua_pop(L, 1);
        if (lua_islightuserdata(L, -1) || (number >= 0 && self->fields[number].secret)) {
            lua_pop(L, 1); /* null is nil; a secret never comes back */
        } else if (number < 0) {
            keep_unknown(L, report, out + 2, out, parent);
        } else {
            mc_path path = {parent, mc_field_name(L, anchor, number), 0};
            decode_field(L, report, self, number, anchor, &path);
            lua_rawgeti(L, anchor, mc_field_slot(number, MC_SLOT_NAME));
            lua_insert(L, -2);
            lua_rawset(L, out);
        }
    }
    lua_settop(L, out);
}

/* Encodes a Lua table for the wire, or reports all its errors. */
#include "schema.h"
#include "suggest.h"
#include "text.h"

#include <limits.h>
#include <string.h>

/* Returns the length of the list at an index; -1 if it is not a list, or has other keys, too. [-0, +0] */
static int schema_list_length(lua_State *L, int list)
{
    size_t entries = 0;
    if (!lua_istable(L, list)) return -1;
    lua_pushnil(L);
    for (; lua_next(L, list); lua_pop(L, 1)) entries++;
    return entries == mc_rawlen(L, list) && entries <= INT_MAX ? (int)entries : -1;
}

/* Replaces the list on top by its wire form. [-1, +1] */
static void schema_encode_list(lua_State *L, mc_schema_run *run, const mc_field *field, int inner_index, int array_mt,
                               const mc_field_path *path, int order)
{
    mc_schema *inner = lua_touserdata(L, inner_index);
    int list = lua_gettop(L), count = schema_list_length(L, list);
    if (count < 0) {
        lua_pushliteral(L, "must be a list, like { \"one\", \"two\" }");
        mc_schema_add_error(L, run, path, order, "invalid_value");
        return;
    }
    if (count < field->min || count > field->max) {
        mc_field_push_number(L, "must have ", field->min);
        mc_field_push_number(L, " to ", field->max);
        mc_field_push_number(L, " items, not ", count);
        lua_concat(L, 3);
        mc_schema_add_error(L, run, path, order, "invalid_value");
        return;
    }
    mc_getuservalue(L, inner_index);
    lua_rawgeti(L, -1, mc_schema_field_slot(0, MC_SLOT_DETAIL));
    int detail = lua_gettop(L);
    lua_createtable(L, count, 0);
    lua_pushvalue(L, array_mt);
    lua_setmetatable(L, -2);
    for (int i = 1; i <= count; i++) {
        mc_field_path item = {path, NULL, i};
        lua_rawgeti(L, list, i);
        if (inner->fields[0].type == MC_OBJECT) {
            mc_schema_encode_object(L, run, detail, lua_gettop(L), &item);
            lua_replace(L, -2);
        } else if (!mc_field_encode(L, &inner->fields[0], detail, run->from_file)) {
            mc_schema_add_error(L, run, &item, order, "invalid_value");
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
    lua_settop(L, list);
}

/* Replaces the value on top by its wire form. [-1, +1] */
static void schema_encode_field(lua_State *L, mc_schema_run *run, mc_schema *self, int number, int uservalue,
                                const mc_field_path *path)
{
    const mc_field *field = &self->fields[number];
    if (field->type == MC_ENUM || field->type == MC_LIST || field->type == MC_OBJECT) {
        lua_rawgeti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_DETAIL));
        lua_rawgeti(L, uservalue, mc_schema_table_slot(self, MC_TABLE_ARRAY_MT));
        lua_pushvalue(L, -3);
        int detail = lua_gettop(L) - 2;
        if (field->type == MC_LIST) {
            schema_encode_list(L, run, field, detail, detail + 1, path, number + 1);
        } else if (field->type == MC_OBJECT) {
            mc_schema_encode_object(L, run, detail, detail + 2, path);
        } else if (!mc_field_encode(L, field, detail, run->from_file)) {
            mc_schema_add_error(L, run, path, number + 1, "invalid_value");
            lua_pushnil(L);
        }
        lua_replace(L, detail - 1);
        lua_settop(L, detail - 1);
    } else if (!mc_field_encode(L, field, 0, run->from_file)) {
        mc_schema_add_error(L, run, path, number + 1, "invalid_value");
        lua_pushnil(L);
    }
}

/* Reports the unknown field name at an index, and suggests a known name. [-0, +0] */
static void schema_unknown_field(lua_State *L, mc_schema_run *run, int key, int names, const mc_field_path *parent)
{
    int top = lua_gettop(L);
    mc_suggestion suggestion = {0};
    if (lua_type(L, key) != LUA_TSTRING) {
        /* Such as { "ann@example.com" }. The value is not shown: it could be a password. */
        lua_pushliteral(L, "has no field name; write name = value");
        mc_field_path path = {parent, "a value", 0};
        mc_schema_add_error(L, run, &path, MC_FIELDS_MAX + 1, "unknown_field");
        return;
    }
    suggestion.word = lua_tolstring(L, key, &suggestion.word_length);
    lua_pushnil(L);
    while (lua_next(L, names)) {
        size_t length;
        const char *name = lua_tolstring(L, -2, &length);
        mc_suggest_candidate(&suggestion, name, length); /* `names` keeps it alive */
        lua_pop(L, 1);
    }
    mc_push_printable(L, suggestion.word, suggestion.word_length, 64);
    mc_field_path path = {parent, lua_tostring(L, -1), 0};
    if (suggestion.best) {
        lua_pushfstring(L, "is not a field; did you mean %s?", suggestion.best);
    } else {
        lua_pushliteral(L, "is not a field");
    }
    mc_schema_add_error(L, run, &path, MC_FIELDS_MAX + 1, "unknown_field");
    lua_settop(L, top);
}

/* Sets the wire form of the value on top in the table `wire`. The key is below the value. [-1, +0] */
static void schema_encode_member(lua_State *L, mc_schema_run *run, mc_schema *self, int uservalue, int names, int wire,
                                 const char **seen, const mc_field_path *parent)
{
    int key = lua_gettop(L) - 1;
    lua_pushvalue(L, key);
    lua_rawget(L, names);
    int number = (int)lua_tonumber(L, -1) - 1;
    lua_pop(L, 1);
    if (number < 0) {
        schema_unknown_field(L, run, key, names, parent);
        lua_pop(L, 1);
        return;
    }
    mc_field_path path = {parent, mc_schema_field_name(L, uservalue, number), 0};
    if (seen[number]) {
        const char *first = seen[number], *second = lua_tostring(L, key);
        int swap = strcmp(first, second) > 0;
        lua_pushfstring(L, "is given twice, as %s and as %s; give it once", swap ? second : first,
                        swap ? first : second);
        mc_schema_add_error(L, run, &path, number + 1, "duplicate_field");
        lua_pop(L, 1);
        return;
    }
    seen[number] = lua_tostring(L, key); /* the input keeps it alive */
    schema_encode_field(L, run, self, number, uservalue, &path);
    lua_rawgeti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_WIRE));
    lua_insert(L, -2);
    lua_rawset(L, wire);
}

void mc_schema_encode_object(lua_State *L, mc_schema_run *run, int schema_index, int input, const mc_field_path *parent)
{
    mc_schema *self = lua_touserdata(L, schema_index);
    const char *seen[MC_FIELDS_MAX];
    luaL_checkstack(L, 20, "fields too deep");
    lua_createtable(L, 0, self->count < 8 ? self->count : 8);
    int wire = lua_gettop(L);
    if (!lua_istable(L, input)) {
        lua_pushliteral(L, "must be a table, like { name = value }");
        mc_schema_add_error(L, run, parent, 0, "invalid_value");
        return;
    }
    memset(seen, 0, (size_t)self->count * sizeof *seen);
    mc_getuservalue(L, schema_index);
    lua_rawgeti(L, wire + 1, mc_schema_table_slot(self, MC_TABLE_NAMES));
    lua_rawgeti(L, wire + 1, mc_schema_table_slot(self, MC_TABLE_OBJECT_MT));
    lua_setmetatable(L, wire);
    lua_pushnil(L);
    while (lua_next(L, input)) schema_encode_member(L, run, self, wire + 1, wire + 2, wire, seen, parent);
    for (int i = 0; i < self->count; i++) {
        if (!self->fields[i].required || seen[i]) continue;
        mc_field_path path = {parent, mc_schema_field_name(L, wire + 1, i), 0};
        lua_pushliteral(L, "is required");
        mc_schema_add_error(L, run, &path, i + 1, "missing_field");
    }
    lua_settop(L, wire);
}

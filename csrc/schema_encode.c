/* From Lua to the wire: an input table becomes a wire table, or all that is wrong with it is told. */
#include "schema.h"
#include "text.h"

#include <limits.h>
#include <string.h>

/* How many items the list at an index has; -1 where it is no list, or holds more than its items. [-0, +0] */
static int list_count(lua_State *L, int list)
{
    size_t entries = 0;
    if (!lua_istable(L, list)) return -1;
    lua_pushnil(L);
    for (; lua_next(L, list); lua_pop(L, 1)) entries++;
    return entries == mc_rawlen(L, list) && entries <= INT_MAX ? (int)entries : -1;
}

/* Replaces the list on top by its wire form. [-1, +1] */
static void encode_list(lua_State *L, mc_report *report, const mc_field *field, int inner_index, int array_mt, const mc_path *path,
                         int order)
{
    mc_schema *inner = lua_touserdata(L, inner_index);
    int list = lua_gettop(L), count = list_count(L, list);
    if (count < 0) {
        lua_pushliteral(L, "must be a list, like { \"one\", \"two\" }");
        mc_report_problem(L, report, path, order, "invalid_value");
        return;
    }
    if (count < field->min || count > field->max) {
        mc_push_number(L, "must have ", field->min);
        mc_push_number(L, " to ", field->max);
        mc_push_number(L, " items, not ", count);
        lua_concat(L, 3);
        mc_report_problem(L, report, path, order, "invalid_value");
        return;
    }
    mc_getuservalue(L, inner_index);
    lua_rawgeti(L, -1, mc_field_slot(0, MC_SLOT_DETAIL));
    int detail = lua_gettop(L);
    lua_createtable(L, count, 0);
    lua_pushvalue(L, array_mt);
    lua_setmetatable(L, -2);
    for (int i = 1; i <= count; i++) {
        mc_path item = {path, NULL, i};
        lua_rawgeti(L, list, i);
        if (inner->fields[0].type == MC_OBJECT) {
            mc_schema_encode_object(L, report, detail, lua_gettop(L), &item);
            lua_replace(L, -2);
        } else if (!mc_field_encode(L, &inner->fields[0], detail, report->from_file)) {
            mc_report_problem(L, report, &item, order, "invalid_value");
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
    lua_settop(L, list);
}

/* Replaces the value on top by the wire form of that field. [-1, +1] */
static void encode_field(lua_State *L, mc_report *report, mc_schema *self, int number, int anchor, const mc_path *path)
{
    const mc_field *field = &self->fields[number];
    if (field->type == MC_ENUM || field->type == MC_LIST || field->type == MC_OBJECT) {
        lua_rawgeti(L, anchor, mc_field_slot(number, MC_SLOT_DETAIL));
        lua_rawgeti(L, anchor, mc_table_slot(self, MC_TABLE_ARRAY_MT));
        lua_pushvalue(L, -3);
        int detail = lua_gettop(L) - 2;
        if (field->type == MC_LIST) {
            encode_list(L, report, field, detail, detail + 1, path, number + 1);
        } else if (field->type == MC_OBJECT) {
            mc_schema_encode_object(L, report, detail, detail + 2, path);
        } else if (!mc_field_encode(L, field, detail, report->from_file)) {
            mc_report_problem(L, report, path, number + 1, "invalid_value");
            lua_pushnil(L);
        }
        lua_replace(L, detail - 1);
        lua_settop(L, detail - 1);
    } else if (!mc_field_encode(L, field, 0, report->from_file)) {
        mc_report_problem(L, report, path, number + 1, "invalid_value");
        lua_pushnil(L);
    }
}

/* The key at an index names no field: says so, with the nearest name. [-0, +0] */
static void unknown_field(lua_State *L, mc_report *report, int key, int names, const mc_path *parent)
{
    int top = lua_gettop(L);
    mc_nearest nearest = {0};
    if (lua_type(L, key) != LUA_TSTRING) {
        /* Such as { "ann@example.com" }: what stands there is not shown, it could be a password. */
        lua_pushliteral(L, "has no field's name before it; write name = value");
        mc_path path = {parent, "a value", 0};
        mc_report_problem(L, report, &path, MC_FIELDS_MAX + 1, "unknown_field");
        return;
    }
    nearest.word = lua_tolstring(L, key, &nearest.word_length);
    lua_pushnil(L);
    while (lua_next(L, names)) {
        size_t length;
        const char *name = lua_tolstring(L, -2, &length);
        mc_nearest_consider(&nearest, name, length); /* `names` keeps it alive */
        lua_pop(L, 1);
    }
    mc_push_printable(L, nearest.word, nearest.word_length, 64);
    mc_path path = {parent, lua_tostring(L, -1), 0};
    if (nearest.best) {
        lua_pushfstring(L, "is not a field; did you mean %s?", nearest.best);
    } else {
        lua_pushliteral(L, "is not a field");
    }
    mc_report_problem(L, report, &path, MC_FIELDS_MAX + 1, "unknown_field");
    lua_settop(L, top);
}

/* Key and value are on top. Puts the value's wire form into the table `wire`. [-1, +0] */
static void encode_member(lua_State *L, mc_report *report, mc_schema *self, int anchor, int names, int wire, const char **seen,
                           const mc_path *parent)
{
    int key = lua_gettop(L) - 1;
    lua_pushvalue(L, key);
    lua_rawget(L, names);
    int number = (int)lua_tonumber(L, -1) - 1;
    lua_pop(L, 1);
    if (number < 0) {
        unknown_field(L, report, key, names, parent);
        lua_pop(L, 1);
        return;
    }
    mc_path path = {parent, mc_field_name(L, anchor, number), 0};
    if (seen[number]) {
        const char *one = seen[number], *other = lua_tostring(L, key);
        int swap = strcmp(one, other) > 0;
        lua_pushfstring(L, "is given twice, as %s and as %s; give it once", swap ? other : one, swap ? one : other);
        mc_report_problem(L, report, &path, number + 1, "duplicate_field");
        lua_pop(L, 1);
        return;
    }
    seen[number] = lua_tostring(L, key); /* the input keeps it alive */
    encode_field(L, report, self, number, anchor, &path);
    lua_rawgeti(L, anchor, mc_field_slot(number, MC_SLOT_WIRE));
    lua_insert(L, -2);
    lua_rawset(L, wire);
}

void mc_schema_encode_object(lua_State *L, mc_report *report, int schema_index, int input, const mc_path *parent)
{
    mc_schema *self = lua_touserdata(L, schema_index);
    const char *seen[MC_FIELDS_MAX];
    luaL_checkstack(L, 20, "fields too deep");
    lua_createtable(L, 0, self->count < 8 ? self->count : 8);
    int wire = lua_gettop(L);
    if (!lua_istable(L, input)) {
        lua_pushliteral(L, "must be a table, like { name = value }");
        mc_report_problem(L, report, parent, 0, "invalid_value");
        return;
    }
    memset(seen, 0, (size_t)self->count * sizeof *seen);
    mc_getuservalue(L, schema_index);
    lua_rawgeti(L, wire + 1, mc_table_slot(self, MC_TABLE_NAMES));
    lua_rawgeti(L, wire + 1, mc_table_slot(self, MC_TABLE_OBJECT_MT));
    lua_setmetatable(L, wire);
    lua_pushnil(L);
    while (lua_next(L, input)) encode_member(L, report, self, wire + 1, wire + 2, wire, seen, parent);
    for (int i = 0; i < self->count; i++) {
        if (!self->fields[i].required || seen[i]) continue;
        mc_path path = {parent, mc_field_name(L, wire + 1, i), 0};
        lua_pushliteral(L, "is required");
        mc_report_problem(L, report, &path, i + 1, "missing_field");
    }
    lua_settop(L, wire);
}

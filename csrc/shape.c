/* A list of fields, compiled once: marshal from Lua to the wire, unmarshal from the wire to Lua.

   A shape's anchor is a Lua array that holds what its fields need: for each field its Lua name, its wire name and its
   detail (an enum's values, the shape of an object or of a list's items), then the four tables named below. */
#include "shape.h"

#include "field.h"
#include "text.h"

#include <string.h>

#define MC_SHAPE "mimecast.shape"
#define FIELDS_MAX 96
#define DEPTH_MAX 8
#define PROBLEMS_MAX 100
#define LIST_MAX 100000

typedef struct shape {
    int count, depth;
    mc_field fields[];
} shape;

/* Slots of the anchor. */
enum { NAME = 1, WIRE, DETAIL, SLOTS = 3 };
enum { NAMES = 1, WIRES, OBJECT_MT, ARRAY_MT };

static int field_slot(int field, int slot)
{
    return field * SLOTS + slot;
}

static int table_slot(const shape *self, int slot)
{
    return self->count * SLOTS + slot;
}

/* A call in progress: where its problems go, and how many there are. */
typedef struct mc_report {
    int problems, count;
} mc_report;

static void add_problem(lua_State *L, mc_report *report, const mc_path *path, int order, const char *code)
{
    if (report->count++ < PROBLEMS_MAX) {
        mc_problem(L, report->problems, path, order, code);
    } else {
        lua_pop(L, 1);
    }
}

/* ---- compile ---- */

static const char *required_text(lua_State *L, int definition, const char *key, int number)
{
    lua_getfield(L, definition, key);
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "field %d has no %s", number, key);
    return lua_tostring(L, -1);
}

/* Maps a name to the field's number, unless another field has it. The name is on top. [-1, +0] */
static void map_name(lua_State *L, int map, int number)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, map);
    lua_Number taken = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (taken > 0 && taken != (lua_Number)number) luaL_error(L, "two fields are named %s", lua_tostring(L, -1));
    lua_pushinteger(L, number);
    lua_rawset(L, map);
}

static lua_Number optional_number(lua_State *L, int definition, const char *key, lua_Number otherwise)
{
    lua_getfield(L, definition, key);
    lua_Number number = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    return number;
}

static int optional_flag(lua_State *L, int definition, const char *key)
{
    lua_getfield(L, definition, key);
    int flag = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

static void compile_bounds(lua_State *L, mc_field *field, int definition)
{
    lua_Number largest = field->type == MC_INTEGER ? 9007199254740992.0 : field->type == MC_LIST ? LIST_MAX : 4096;
    field->min = optional_number(L, definition, "min", field->type == MC_INTEGER ? -largest : 0);
    field->max = optional_number(L, definition, "max", largest);
}

/* The detail of a field: values for an enum, the shape for an object or a list. [-0, +1] */
static void push_detail(lua_State *L, shape *self, const mc_field *field, int definition, const char *name)
{
    lua_getfield(L, definition, field->type == MC_ENUM ? "values" : "shape");
    if (field->type == MC_ENUM) {
        if (!lua_istable(L, -1)) luaL_error(L, "the enum %s has no values", name);
    } else if (field->type == MC_LIST || field->type == MC_OBJECT) {
        shape *inner = mc_testudata(L, -1, MC_SHAPE);
        if (!inner) luaL_error(L, "the %s %s has no shape", field->type == MC_LIST ? "list" : "object", name);
        if (field->type == MC_LIST && inner->count != 1) luaL_error(L, "the list %s needs a shape of one field, its item", name);
        if (inner->depth >= DEPTH_MAX) luaL_error(L, "the field %s is too deep", name);
        if (inner->depth + 1 > self->depth) self->depth = inner->depth + 1;
    }
}

/* Field `number` from its definition on top of the stack. [-1, +0] */
static void compile_field(lua_State *L, shape *self, int number, int anchor, int names, int wires)
{
    mc_field *field = &self->fields[number];
    int definition = lua_gettop(L);
    if (!lua_istable(L, definition)) luaL_error(L, "field %d is not a table", number + 1);
    int type = mc_type_of(required_text(L, definition, "type", number + 1));
    if (type < 0) luaL_error(L, "field %d has an unknown type", number + 1);
    field->type = (mc_type)type;
    field->required = optional_flag(L, definition, "required");
    field->secret = optional_flag(L, definition, "secret");
    compile_bounds(L, field, definition);

    const char *name = required_text(L, definition, "name", number + 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, anchor, field_slot(number, NAME));
    map_name(L, names, number + 1);
    required_text(L, definition, "wire", number + 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, anchor, field_slot(number, WIRE));
    lua_pushvalue(L, -1);
    map_name(L, wires, number + 1);
    map_name(L, names, number + 1);
    lua_getfield(L, definition, "label");
    if (lua_isstring(L, -1)) {
        map_name(L, names, number + 1);
    } else {
        lua_pop(L, 1);
    }
    push_detail(L, self, field, definition, name);
    lua_rawseti(L, anchor, field_slot(number, DETAIL));
    lua_settop(L, definition - 1);
}

/* shape(definitions, object metatable, array metatable) -> shape. Raises for a definition that is not one: the
   definitions are the program's own. [-0, +1] */
static int shape_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TTABLE);
    size_t count = mc_rawlen(L, 1);
    luaL_argcheck(L, count <= FIELDS_MAX, 1, "too many fields");
    lua_settop(L, 3);
    shape *self = mc_newudata(L, sizeof *self + count * sizeof *self->fields, MC_SHAPE); /* 4 */
    self->count = (int)count;
    lua_createtable(L, (int)count * SLOTS + 4, 0); /* 5: the anchor */
    lua_newtable(L);                               /* 6: names */
    lua_newtable(L);                               /* 7: wires */
    for (int i = 0; i < self->count; i++) {
        lua_rawgeti(L, 1, i + 1);
        compile_field(L, self, i, 5, 6, 7);
    }
    lua_rawseti(L, 5, table_slot(self, WIRES));
    lua_rawseti(L, 5, table_slot(self, NAMES));
    lua_pushvalue(L, 2);
    lua_rawseti(L, 5, table_slot(self, OBJECT_MT));
    lua_pushvalue(L, 3);
    lua_rawseti(L, 5, table_slot(self, ARRAY_MT));
    mc_setanchor(L, 4);
    return 1;
}

/* ---- Lua to wire ---- */

static void marshal_object(lua_State *L, mc_report *report, int shape_index, int input, const mc_path *parent);

/* How many items the list at an index has; -1 where it is no list, or holds more than its items. [-0, +0] */
static int list_count(lua_State *L, int list)
{
    int entries = 0;
    if (!lua_istable(L, list)) return -1;
    lua_pushnil(L);
    for (; lua_next(L, list); lua_pop(L, 1)) entries++;
    return entries == (int)mc_rawlen(L, list) ? entries : -1;
}

/* Replaces the list on top by its wire form. [-1, +1] */
static void marshal_list(lua_State *L, mc_report *report, const mc_field *field, int inner_index, int array_mt, const mc_path *path,
                         int order)
{
    shape *inner = lua_touserdata(L, inner_index);
    int list = lua_gettop(L), count = list_count(L, list);
    if (count < 0) {
        lua_pushliteral(L, "must be a list, like { \"one\", \"two\" }");
        add_problem(L, report, path, order, "invalid_value");
        return;
    }
    if (count < field->min || count > field->max) {
        lua_pushfstring(L, "must have %d to %d items, not %d", (int)field->min, (int)field->max, count);
        add_problem(L, report, path, order, "invalid_value");
        return;
    }
    mc_getanchor(L, inner_index);
    lua_rawgeti(L, -1, field_slot(0, DETAIL));
    int detail = lua_gettop(L);
    lua_createtable(L, count, 0);
    lua_pushvalue(L, array_mt);
    lua_setmetatable(L, -2);
    for (int i = 1; i <= count; i++) {
        mc_path item = {path, NULL, i};
        lua_rawgeti(L, list, i);
        if (inner->fields[0].type == MC_OBJECT) {
            marshal_object(L, report, detail, lua_gettop(L), &item);
            lua_replace(L, -2);
        } else if (!mc_field_marshal(L, &inner->fields[0], detail)) {
            add_problem(L, report, &item, order, "invalid_value");
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
    lua_settop(L, list);
}

/* Replaces the value on top by the wire form of that field. [-1, +1] */
static void marshal_field(lua_State *L, mc_report *report, shape *self, int number, int anchor, const mc_path *path)
{
    const mc_field *field = &self->fields[number];
    if (field->type == MC_ENUM || field->type == MC_LIST || field->type == MC_OBJECT) {
        lua_rawgeti(L, anchor, field_slot(number, DETAIL));
        lua_rawgeti(L, anchor, table_slot(self, ARRAY_MT));
        lua_pushvalue(L, -3);
        int detail = lua_gettop(L) - 2;
        if (field->type == MC_LIST) {
            marshal_list(L, report, field, detail, detail + 1, path, number + 1);
        } else if (field->type == MC_OBJECT) {
            marshal_object(L, report, detail, detail + 2, path);
        } else if (!mc_field_marshal(L, field, detail)) {
            add_problem(L, report, path, number + 1, "invalid_value");
            lua_pushnil(L);
        }
        lua_replace(L, detail - 1);
        lua_settop(L, detail - 1);
    } else if (!mc_field_marshal(L, field, 0)) {
        add_problem(L, report, path, number + 1, "invalid_value");
        lua_pushnil(L);
    }
}

/* The key at an index names no field: says so, with the nearest name. [-0, +0] */
static void unknown_field(lua_State *L, mc_report *report, int key, int names, const mc_path *parent)
{
    int top = lua_gettop(L);
    mc_nearest nearest = {0};
    if (lua_type(L, key) != LUA_TSTRING) {
        lua_pushfstring(L, "the key %s is not a field's name; write name = value", luaL_typename(L, key));
        mc_path path = {parent, "?", 0};
        add_problem(L, report, &path, FIELDS_MAX + 1, "unknown_field");
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
    add_problem(L, report, &path, FIELDS_MAX + 1, "unknown_field");
    lua_settop(L, top);
}

static const char *field_name(lua_State *L, int anchor, int number)
{
    lua_rawgeti(L, anchor, field_slot(number, NAME));
    const char *name = lua_tostring(L, -1);
    lua_pop(L, 1); /* the anchor keeps it alive */
    return name;
}

/* Key and value are on top. Puts the value's wire form into the table `wire`. [-1, +0] */
static void marshal_member(lua_State *L, mc_report *report, shape *self, int anchor, int names, int wire, const char **seen,
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
    mc_path path = {parent, field_name(L, anchor, number), 0};
    if (seen[number]) {
        const char *one = seen[number], *other = lua_tostring(L, key);
        int swap = strcmp(one, other) > 0;
        lua_pushfstring(L, "is given twice, as %s and as %s; give it once", swap ? other : one, swap ? one : other);
        add_problem(L, report, &path, number + 1, "duplicate_field");
        lua_pop(L, 1);
        return;
    }
    seen[number] = lua_tostring(L, key); /* the input keeps it alive */
    marshal_field(L, report, self, number, anchor, &path);
    lua_rawgeti(L, anchor, field_slot(number, WIRE));
    lua_insert(L, -2);
    lua_rawset(L, wire);
}

/* Pushes the wire form of the table at `input`. [-0, +1] */
static void marshal_object(lua_State *L, mc_report *report, int shape_index, int input, const mc_path *parent)
{
    shape *self = lua_touserdata(L, shape_index);
    const char *seen[FIELDS_MAX];
    luaL_checkstack(L, 20, "fields too deep");
    lua_createtable(L, 0, self->count < 8 ? self->count : 8);
    int wire = lua_gettop(L);
    if (!lua_istable(L, input)) {
        lua_pushliteral(L, "must be a table, like { name = value }");
        add_problem(L, report, parent, 0, "invalid_value");
        return;
    }
    memset(seen, 0, (size_t)self->count * sizeof *seen);
    mc_getanchor(L, shape_index);
    lua_rawgeti(L, wire + 1, table_slot(self, NAMES));
    lua_rawgeti(L, wire + 1, table_slot(self, OBJECT_MT));
    lua_setmetatable(L, wire);
    lua_pushnil(L);
    while (lua_next(L, input)) marshal_member(L, report, self, wire + 1, wire + 2, wire, seen, parent);
    for (int i = 0; i < self->count; i++) {
        if (!self->fields[i].required || seen[i]) continue;
        mc_path path = {parent, field_name(L, wire + 1, i), 0};
        lua_pushliteral(L, "is required");
        add_problem(L, report, &path, i + 1, "missing_field");
    }
    lua_settop(L, wire);
}

/* Result of a run: the value on top, or nil and the problems. [-0, +0 or 2] */
static int finish(lua_State *L, const mc_report *report)
{
    if (!report->count) return 1;
    lua_pushnil(L);
    lua_pushvalue(L, report->problems);
    return 2;
}

/* shape:marshal(input) -> wire table, or nil and a list of problems {field, code, message, order}. [-0, +1 or 2] */
static int shape_marshal(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SHAPE);
    lua_settop(L, 2);
    lua_newtable(L);
    mc_report report = {3, 0};
    marshal_object(L, &report, 1, 2, NULL);
    return finish(L, &report);
}

/* ---- wire to Lua ---- */

/* Makes a value that no model knows fit for Lua, in place: whole numbers are integers, an object's nulls are gone.
   An array's nulls stay, or it would have holes. The value is on top. [-1, +1] */
static void settle(lua_State *L, int depth)
{
    lua_Number number;
    if (mc_tointeger(L, -1, &number)) {
        lua_pop(L, 1);
        mc_pushinteger(L, number);
    }
    if (!lua_istable(L, -1) || depth > 64) return;
    luaL_checkstack(L, 6, "answer too deep");
    int table = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pushvalue(L, -2);
        if (lua_islightuserdata(L, -2) && lua_type(L, -3) == LUA_TSTRING) {
            lua_pushnil(L);
        } else {
            lua_pushvalue(L, -2);
            settle(L, depth + 1);
        }
        lua_rawset(L, table); /* an existing key: allowed while traversing */
        lua_pop(L, 1);
    }
}

static void unmarshal_object(lua_State *L, mc_report *report, int shape_index, int wire, const mc_path *parent);

/* Replaces the list on top by its Lua form. [-1, +1] */
static void unmarshal_list(lua_State *L, mc_report *report, int inner_index, const mc_path *path, int order)
{
    shape *inner = lua_touserdata(L, inner_index);
    int list = lua_gettop(L);
    if (!lua_istable(L, list)) {
        lua_pushliteral(L, "should be a list");
        add_problem(L, report, path, order, "wrong_shape");
        return;
    }
    int count = (int)mc_rawlen(L, list);
    mc_getanchor(L, inner_index);
    lua_rawgeti(L, -1, field_slot(0, DETAIL));
    int detail = lua_gettop(L);
    lua_createtable(L, count, 0);
    for (int i = 1; i <= count; i++) {
        mc_path item = {path, NULL, i};
        lua_rawgeti(L, list, i);
        if (inner->fields[0].type == MC_OBJECT) {
            unmarshal_object(L, report, detail, lua_gettop(L), &item);
            lua_replace(L, -2);
        } else if (inner->fields[0].type == MC_ANY) {
            settle(L, 0);
        } else if (!mc_field_unmarshal(L, &inner->fields[0])) {
            add_problem(L, report, &item, order, "wrong_shape");
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
    lua_settop(L, list);
}

/* Replaces the wire value on top by the Lua value of that field. [-1, +1] */
static void unmarshal_field(lua_State *L, mc_report *report, shape *self, int number, int anchor, const mc_path *path)
{
    const mc_field *field = &self->fields[number];
    if (field->type == MC_LIST || field->type == MC_OBJECT) {
        lua_rawgeti(L, anchor, field_slot(number, DETAIL));
        lua_insert(L, -2);
        int value = lua_gettop(L);
        if (field->type == MC_LIST) {
            unmarshal_list(L, report, value - 1, path, number + 1);
        } else {
            unmarshal_object(L, report, value - 1, value, path);
            lua_replace(L, value);
        }
        lua_remove(L, value - 1);
    } else if (field->type == MC_ANY) {
        settle(L, 0);
    } else if (!mc_field_unmarshal(L, field)) {
        add_problem(L, report, path, number + 1, "wrong_shape");
        lua_pushnil(L);
    }
}

/* A field that the model does not know: kept under its wire name, unless a known field has that name. Key and value
   are on top. [-1, +0] */
static void keep_unknown(lua_State *L, int names, int out)
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
    settle(L, 0);
    lua_rawset(L, out);
}

/* Pushes the Lua form of the wire object at `wire`. [-0, +1] */
static void unmarshal_object(lua_State *L, mc_report *report, int shape_index, int wire, const mc_path *parent)
{
    shape *self = lua_touserdata(L, shape_index);
    luaL_checkstack(L, 20, "answer too deep");
    lua_createtable(L, 0, self->count);
    int out = lua_gettop(L), anchor = out + 1;
    if (!lua_istable(L, wire) || mc_rawlen(L, wire)) {
        lua_pushliteral(L, "should be an object");
        add_problem(L, report, parent, 0, "wrong_shape");
        return;
    }
    mc_getanchor(L, shape_index);
    lua_rawgeti(L, anchor, table_slot(self, NAMES));
    lua_rawgeti(L, anchor, table_slot(self, WIRES));
    lua_pushnil(L);
    while (lua_next(L, wire)) {
        lua_pushvalue(L, -2);
        lua_rawget(L, out + 3);
        int number = (int)lua_tonumber(L, -1) - 1;
        lua_pop(L, 1);
        if (lua_islightuserdata(L, -1) || (number >= 0 && self->fields[number].secret)) {
            lua_pop(L, 1); /* null is nil; a secret never comes back */
        } else if (number < 0) {
            keep_unknown(L, out + 2, out);
        } else {
            mc_path path = {parent, field_name(L, anchor, number), 0};
            unmarshal_field(L, report, self, number, anchor, &path);
            lua_rawgeti(L, anchor, field_slot(number, NAME));
            lua_insert(L, -2);
            lua_rawset(L, out);
        }
    }
    lua_settop(L, out);
}

/* shape:unmarshal(wire table) -> Lua table, or nil and a list of problems. [-0, +1 or 2] */
static int shape_unmarshal(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SHAPE);
    lua_settop(L, 2);
    lua_newtable(L);
    mc_report report = {3, 0};
    unmarshal_object(L, &report, 1, 2, NULL);
    return finish(L, &report);
}

static const luaL_Reg metamethods[] = {
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"marshal", shape_marshal},
    {"unmarshal", shape_unmarshal},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"shape", shape_new},
    {NULL, NULL},
};

void mc_shape_open(lua_State *L)
{
    mc_newtype(L, MC_SHAPE, metamethods, methods);
    mc_setfuncs(L, functions);
}

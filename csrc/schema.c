/* A list of fields, compiled once: names to fields, types, bounds. */
#include "schema.h"

#define DEPTH_MAX 8
#define PROBLEMS_MAX 100
#define LIST_MAX 100000

int mc_field_slot(int field, int slot)
{
    return field * MC_SLOTS + slot;
}

int mc_table_slot(const mc_schema *self, int slot)
{
    return self->count * MC_SLOTS + slot;
}

const char *mc_field_name(lua_State *L, int anchor, int number)
{
    lua_rawgeti(L, anchor, mc_field_slot(number, MC_SLOT_NAME));
    const char *name = lua_tostring(L, -1);
    lua_pop(L, 1); /* the anchor keeps it alive */
    return name;
}

void mc_report_problem(lua_State *L, mc_report *report, const mc_path *path, int order, const char *code)
{
    if (report->count++ < PROBLEMS_MAX) {
        mc_problem(L, report->problems, path, order, code);
    } else {
        lua_pop(L, 1);
    }
}

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

static void compile_bounds(lua_State *L, mc_field *field, int definition, const char *name)
{
    lua_Number largest = field->type == MC_INTEGER ? 9007199254740992.0 : field->type == MC_LIST ? LIST_MAX : 4096;
    field->min = optional_number(L, definition, "min", field->type == MC_INTEGER ? -largest : 0);
    field->max = optional_number(L, definition, "max", largest);
    /* Without NaN, which lets everything pass. */
    if (!(field->min <= field->max)) luaL_error(L, "the field %s has a min above its max", name);
}

/* The detail of a field: values for an enum, the shape for an object or a list. [-0, +1] */
static void push_detail(lua_State *L, mc_schema *self, const mc_field *field, int definition, const char *name)
{
    lua_getfield(L, definition, field->type == MC_ENUM ? "values" : "shape");
    if (field->type == MC_ENUM) {
        if (!lua_istable(L, -1)) luaL_error(L, "the enum %s has no values", name);
    } else if (field->type == MC_LIST || field->type == MC_OBJECT) {
        mc_schema *inner = mc_testudata(L, -1, MC_SCHEMA);
        if (!inner) luaL_error(L, "the %s %s has no shape", field->type == MC_LIST ? "list" : "object", name);
        if (field->type == MC_LIST && inner->count != 1) luaL_error(L, "the list %s needs a shape of one field, its item", name);
        if (inner->depth >= DEPTH_MAX) luaL_error(L, "the field %s is too deep", name);
        if (inner->depth + 1 > self->depth) self->depth = inner->depth + 1;
    }
}

/* Field `number` from its definition on top of the stack. [-1, +0] */
static void compile_field(lua_State *L, mc_schema *self, int number, int anchor, int names, int wires)
{
    mc_field *field = &self->fields[number];
    int definition = lua_gettop(L);
    if (!lua_istable(L, definition)) luaL_error(L, "field %d is not a table", number + 1);
    int type = mc_type_of(required_text(L, definition, "type", number + 1));
    if (type < 0) luaL_error(L, "field %d has an unknown type", number + 1);
    field->type = (mc_type)type;
    field->required = optional_flag(L, definition, "required");
    field->secret = optional_flag(L, definition, "secret");

    const char *name = required_text(L, definition, "name", number + 1);
    compile_bounds(L, field, definition, name);
    lua_pushvalue(L, -1);
    lua_rawseti(L, anchor, mc_field_slot(number, MC_SLOT_NAME));
    map_name(L, names, number + 1);
    required_text(L, definition, "wire", number + 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, anchor, mc_field_slot(number, MC_SLOT_WIRE));
    lua_pushvalue(L, -1);
    map_name(L, wires, number + 1);
    map_name(L, names, number + 1);
    lua_getfield(L, definition, "label");
    if (lua_type(L, -1) == LUA_TSTRING) { /* a number as a key would be changed while the names are traversed */
        map_name(L, names, number + 1);
    } else {
        lua_pop(L, 1);
    }
    push_detail(L, self, field, definition, name);
    lua_rawseti(L, anchor, mc_field_slot(number, MC_SLOT_DETAIL));
    lua_settop(L, definition - 1);
}

/* shape(definitions, object metatable, array metatable) -> shape. Raises for a definition that is not one: the
   definitions are the program's own. [-0, +1] */
static int schema_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TTABLE);
    size_t count = mc_rawlen(L, 1);
    luaL_argcheck(L, count <= MC_FIELDS_MAX, 1, "too many fields");
    lua_settop(L, 3);
    mc_schema *self = mc_newudata(L, sizeof *self + count * sizeof *self->fields, MC_SCHEMA); /* 4 */
    self->count = (int)count;
    lua_createtable(L, (int)count * MC_SLOTS + 4, 0); /* 5: the anchor */
    lua_newtable(L);                               /* 6: names */
    lua_newtable(L);                               /* 7: wires */
    for (int i = 0; i < self->count; i++) {
        lua_rawgeti(L, 1, i + 1);
        compile_field(L, self, i, 5, 6, 7);
    }
    lua_rawseti(L, 5, mc_table_slot(self, MC_TABLE_WIRES));
    lua_rawseti(L, 5, mc_table_slot(self, MC_TABLE_NAMES));
    lua_pushvalue(L, 2);
    lua_rawseti(L, 5, mc_table_slot(self, MC_TABLE_OBJECT_MT));
    lua_pushvalue(L, 3);
    lua_rawseti(L, 5, mc_table_slot(self, MC_TABLE_ARRAY_MT));
    mc_setuservalue(L, 4);
    return 1;
}

/* Result of a run: the value on top, or nil and the problems. [-0, +0 or 2] */
static int finish(lua_State *L, const mc_report *report)
{
    if (!report->count) return 1;
    lua_pushnil(L);
    lua_pushvalue(L, report->problems);
    return 2;
}

/* schema:encode(input, from_file) -> wire table, or nil and a list of problems {field, code, message, order}. Where
   `from_file` is true, a date is text: in a file nobody knows what a number counts. [-0, +1 or 2] */
static int schema_encode(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SCHEMA);
    mc_report report = {3, 0, lua_toboolean(L, 3), 0};
    lua_settop(L, 2);
    lua_newtable(L);
    mc_schema_encode_object(L, &report, 1, 2, NULL);
    return finish(L, &report);
}

/* schema:decode(wire table) -> Lua table, or nil and a list of problems. [-0, +1 or 2] */
static int schema_decode(lua_State *L)
{
    luaL_checkudata(L, 1, MC_SCHEMA);
    lua_settop(L, 2);
    lua_newtable(L);
    lua_pushnil(L);
    mc_report report = {3, 0, 0, 4};
    mc_schema_decode_object(L, &report, 1, 2, NULL);
    return finish(L, &report);
}

static const luaL_Reg metamethods[] = {
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"encode", schema_encode},
    {"decode", schema_decode},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"schema", schema_new},
    {NULL, NULL},
};

void mc_schema_open(lua_State *L)
{
    mc_newtype(L, MC_SCHEMA, metamethods, methods);
    mc_setfuncs(L, functions);
}

/* Compiles a schema: names, types and bounds of its fields. */
#include "schema.h"

#define DEPTH_MAX 8
#define ERRORS_MAX 100
#define LIST_MAX 100000

int mc_schema_field_slot(int field, int slot)
{
    return field * MC_SLOTS + slot;
}

int mc_schema_table_slot(const mc_schema *self, int slot)
{
    return self->count * MC_SLOTS + slot;
}

const char *mc_schema_field_name(lua_State *L, int uservalue, int number)
{
    lua_rawgeti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_NAME));
    const char *name = lua_tostring(L, -1);
    lua_pop(L, 1); /* the uservalue keeps it alive */
    return name;
}

void mc_schema_add_error(lua_State *L, mc_schema_run *run, const mc_field_path *path, int order, const char *code)
{
    if (run->count++ < ERRORS_MAX) {
        mc_field_add_error(L, run->errors, path, order, code);
    } else {
        lua_pop(L, 1);
    }
}

/* Pushes a text of the definition, or raises an error. [-0, +1] */
static const char *schema_required_text(lua_State *L, int definition, const char *key, int number)
{
    lua_getfield(L, definition, key);
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "field %d has no %s", number, key);
    return lua_tostring(L, -1);
}

/* Maps the name on top to a field's number, or raises an error if another field has the name. [-1, +0] */
static void schema_map_name(lua_State *L, int map, int number)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, map);
    lua_Number taken = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (taken > 0 && taken != (lua_Number)number) luaL_error(L, "two fields are named %s", lua_tostring(L, -1));
    lua_pushinteger(L, number);
    lua_rawset(L, map);
}

/* Returns a number of the definition, or the default. [-0, +0] */
static lua_Number schema_optional_number(lua_State *L, int definition, const char *key, lua_Number otherwise)
{
    lua_getfield(L, definition, key);
    lua_Number number = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    return number;
}

/* Returns a flag of the definition. [-0, +0] */
static int schema_optional_flag(lua_State *L, int definition, const char *key)
{
    lua_getfield(L, definition, key);
    int flag = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

/* Sets the bounds of a field. [-0, +0] */
static void schema_compile_bounds(lua_State *L, mc_field *field, int definition, const char *name)
{
    lua_Number largest = field->type == MC_INTEGER ? 9007199254740992.0 : field->type == MC_LIST ? LIST_MAX : 4096;
    field->min = schema_optional_number(L, definition, "min", field->type == MC_INTEGER ? -largest : 0);
    field->max = schema_optional_number(L, definition, "max", largest);
    /* NaN would accept every value. */
    if (!(field->min <= field->max)) luaL_error(L, "the field %s has a min above its max", name);
}

/* Pushes the detail of a field: the values of an enum, the schema of an object or a list. [-0, +1] */
static void schema_push_detail(lua_State *L, mc_schema *self, const mc_field *field, int definition, const char *name)
{
    lua_getfield(L, definition, field->type == MC_ENUM ? "values" : "schema");
    if (field->type == MC_ENUM) {
        if (!lua_istable(L, -1)) luaL_error(L, "the enum %s has no values", name);
    } else if (field->type == MC_LIST || field->type == MC_OBJECT) {
        mc_schema *inner = mc_testudata(L, -1, MC_SCHEMA);
        if (!inner) luaL_error(L, "the %s %s has no schema", field->type == MC_LIST ? "list" : "object", name);
        if (field->type == MC_LIST && inner->count != 1)
            luaL_error(L, "the list %s needs a schema of one field, its item", name);
        if (inner->depth >= DEPTH_MAX) luaL_error(L, "the field %s is too deep", name);
        if (inner->depth + 1 > self->depth) self->depth = inner->depth + 1;
    }
}

/* Compiles field `number` from the definition on top. [-1, +0] */
static void schema_compile_field(lua_State *L, mc_schema *self, int number, int uservalue, int names, int wires)
{
    mc_field *field = &self->fields[number];
    int definition = lua_gettop(L);
    if (!lua_istable(L, definition)) luaL_error(L, "field %d is not a table", number + 1);
    int type = mc_field_type_of(schema_required_text(L, definition, "type", number + 1));
    if (type < 0) luaL_error(L, "field %d has an unknown type", number + 1);
    field->type = (mc_field_type)type;
    field->required = schema_optional_flag(L, definition, "required");
    field->secret = schema_optional_flag(L, definition, "secret");

    const char *name = schema_required_text(L, definition, "name", number + 1);
    schema_compile_bounds(L, field, definition, name);
    lua_pushvalue(L, -1);
    lua_rawseti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_NAME));
    schema_map_name(L, names, number + 1);
    schema_required_text(L, definition, "wire", number + 1);
    field->wire = lua_tolstring(L, -1, &field->wire_length);
    lua_pushvalue(L, -1);
    lua_rawseti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_WIRE));
    lua_pushvalue(L, -1);
    schema_map_name(L, wires, number + 1);
    schema_map_name(L, names, number + 1);
    lua_getfield(L, definition, "label");
    /* Not a number: lua_tolstring would change the key while the names are traversed. */
    if (lua_type(L, -1) == LUA_TSTRING) {
        schema_map_name(L, names, number + 1);
    } else {
        lua_pop(L, 1);
    }
    schema_push_detail(L, self, field, definition, name);
    lua_rawseti(L, uservalue, mc_schema_field_slot(number, MC_SLOT_DETAIL));
    lua_settop(L, definition - 1);
}

void mc_schema_push_compiled(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TTABLE);
    size_t count = mc_rawlen(L, 1);
    luaL_argcheck(L, count <= MC_FIELDS_MAX, 1, "too many fields");
    lua_settop(L, 3);
    mc_schema *self = mc_newudata(L, sizeof *self + count * sizeof *self->fields, MC_SCHEMA); /* 4 */
    self->count = (int)count;
    lua_createtable(L, (int)count * MC_SLOTS + 4, 0); /* 5: the uservalue */
    lua_newtable(L);                                  /* 6: names */
    lua_newtable(L);                                  /* 7: wires */
    for (int i = 0; i < self->count; i++) {
        lua_rawgeti(L, 1, i + 1);
        schema_compile_field(L, self, i, 5, 6, 7);
    }
    lua_rawseti(L, 5, mc_schema_table_slot(self, MC_TABLE_WIRES));
    lua_rawseti(L, 5, mc_schema_table_slot(self, MC_TABLE_NAMES));
    lua_pushvalue(L, 2);
    lua_rawseti(L, 5, mc_schema_table_slot(self, MC_TABLE_OBJECT_MT));
    lua_pushvalue(L, 3);
    lua_rawseti(L, 5, mc_schema_table_slot(self, MC_TABLE_ARRAY_MT));
    mc_setuservalue(L, 4);
}

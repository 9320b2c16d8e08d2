/* Reads the usual response straight into output tables: the envelope of a success whose objects are flat.

   It declines every other response, also one that the schema would report: then the general way reads it
   (mc_json_check, lua-cjson, schema_decode.c), whose results and errors are the only ones. Values are checked and
   converted by the same function in both ways (mc_field_decode). */
#include "json_flat.h"
#include "schema.h"

typedef struct schema_reader {
    lua_State *L;
    const mc_schema *schema;
    int uservalue, names; /* indexes of the schema's tables */
    int list;             /* index of the list of output tables */
    int count;            /* objects that data[] must have */
    mc_flat json;
} schema_reader;

/* Returns the number of the field with that wire name, or -1. Responses mostly have the order of the schema, so the
   search starts behind the field that was found last. */
static int schema_find_field(const mc_schema *self, const mc_flat_span *name, int after)
{
    for (int i = 0; i < self->count; i++) {
        int number = after + 1 + i < self->count ? after + 1 + i : after + 1 + i - self->count;
        if (mc_flat_equals(name, self->fields[number].wire, self->fields[number].wire_length)) return number;
    }
    return -1;
}

/* Pushes a value that is not null. [-0, +1] */
static void schema_push_flat(lua_State *L, const mc_flat_member *member)
{
    switch (member->type) {
    case MC_FLAT_TEXT: lua_pushlstring(L, member->text.bytes, member->text.length); break;
    case MC_FLAT_BOOLEAN: lua_pushboolean(L, member->number != 0); break;
    default: mc_pushinteger(L, member->number);
    }
}

/* Sets a known field in the table on top. 0 if it declines. [-0, +0] */
static int schema_set_known(schema_reader *self, const mc_flat_member *member, int number)
{
    lua_State *L = self->L;
    const mc_field *field = &self->schema->fields[number];
    if (field->type == MC_LIST || field->type == MC_OBJECT) return 0;
    /* A date that is a number stays as lua-cjson pushes it: a float in Lua 5.4. */
    if (field->type == MC_DATETIME && member->type == MC_FLAT_INTEGER) return 0;
    lua_rawgeti(L, self->uservalue, mc_schema_field_slot(number, MC_SLOT_NAME));
    schema_push_flat(L, member);
    if (!mc_field_decode(L, field)) return 0;
    lua_rawset(L, -3);
    return 1;
}

/* Keeps an unknown field under its wire name in the table on top, unless a known field has that name. [-0, +0] */
static void schema_set_unknown(schema_reader *self, const mc_flat_member *member)
{
    lua_State *L = self->L;
    lua_pushlstring(L, member->name.bytes, member->name.length);
    lua_pushvalue(L, -1);
    lua_rawget(L, self->names);
    int is_taken = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (is_taken) {
        lua_pop(L, 1);
        return;
    }
    schema_push_flat(L, member);
    lua_rawset(L, -3);
}

/* Pushes the output table of the object that was read. 0 if it declines; the stack is then undefined. [-0, +1] */
static int schema_push_output(schema_reader *self)
{
    const mc_flat *json = &self->json;
    int values = 0, number = -1;
    luaL_checkstack(self->L, 8, "response too deep");
    for (int i = 0; i < json->count; i++) values += json->members[i].type != MC_FLAT_NULL;
    lua_createtable(self->L, 0, values);
    for (int i = 0; i < json->count; i++) {
        const mc_flat_member *member = &json->members[i];
        int found = schema_find_field(self->schema, &member->name, number);
        if (found >= 0) number = found;
        /* null is nil; a secret is never returned */
        if (member->type == MC_FLAT_NULL || (found >= 0 && self->schema->fields[found].secret)) continue;
        if (found < 0) {
            schema_set_unknown(self, member);
        } else if (!schema_set_known(self, member, found)) {
            return 0;
        }
    }
    return 1;
}

/* meta must say that the call succeeded. */
static int schema_read_meta(schema_reader *self)
{
    mc_flat *json = &self->json;
    if (!mc_flat_read_object(json)) return 0;
    for (int i = 0; i < json->count; i++) {
        const mc_flat_member *member = &json->members[i];
        if (mc_flat_equals(&member->name, "status", 6))
            return member->type == MC_FLAT_INTEGER && member->number >= 200 && member->number <= 299;
    }
    return 1; /* the HTTP status counts */
}

static int schema_read_data(schema_reader *self)
{
    mc_flat *json = &self->json;
    if (!mc_flat_take(json, '[')) return 0;
    for (int i = 1; i <= self->count; i++) {
        if (i > 1 && !mc_flat_take(json, ',')) return 0;
        if (!mc_flat_read_object(json) || !schema_push_output(self)) return 0;
        lua_rawseti(self->L, self->list, i);
    }
    return mc_flat_take(json, ']');
}

/* fail must be empty. */
static int schema_read_fail(schema_reader *self)
{
    mc_flat *json = &self->json;
    return mc_flat_take(json, '[') ? mc_flat_take(json, ']') : mc_flat_take_word(json, "null");
}

/* Reads the members of the envelope in any order. */
static int schema_read_envelope(schema_reader *self)
{
    static const struct {
        const char *name;
        int (*read)(schema_reader *);
    } parts[] = {{"meta", schema_read_meta}, {"data", schema_read_data}, {"fail", schema_read_fail}};
    enum { DATA = 1, PARTS = 3 };
    int seen[PARTS] = {0};
    if (!mc_flat_take(&self->json, '{')) return 0;
    do {
        int i = 0;
        mc_flat_span name;
        if (!mc_flat_read_name(&self->json, &name)) return 0;
        while (i < PARTS && !mc_flat_equals(&name, parts[i].name, 4)) i++;
        if (i == PARTS || seen[i]++ || !parts[i].read(self)) return 0;
    } while (mc_flat_take(&self->json, ','));
    return seen[DATA] && mc_flat_take(&self->json, '}') && mc_flat_is_at_end(&self->json);
}

/* Returns whether each output of a list names its item: it has the value that the item has under `key` in the field
   `name`. An output without a name is that of the only item. [-0, +0] */
static int schema_names_match(const schema_reader *self, int items, int key, int name)
{
    lua_State *L = self->L;
    int matches = 1;
    for (int i = 1; i <= self->count && matches; i++) {
        lua_rawgeti(L, self->list, i);
        lua_pushvalue(L, name);
        lua_rawget(L, -2);
        lua_rawgeti(L, items, i);
        if (!lua_istable(L, -1)) return 0;
        lua_pushvalue(L, key);
        lua_rawget(L, -2);
        matches = lua_isnil(L, -3) ? self->count == 1 : lua_rawequal(L, -3, -1);
        lua_pop(L, 4);
    }
    return matches;
}

int mc_schema_push_outputs(lua_State *L, int schema_index, int text, int count, int items)
{
    size_t length;
    schema_reader self;
    int top = lua_gettop(L);
    const char *bytes = lua_tolstring(L, text, &length);
    self.L = L;
    self.schema = lua_touserdata(L, schema_index);
    self.count = count;
    mc_flat_init(&self.json, bytes, length);
    lua_createtable(L, count, 0);
    self.list = top + 1;
    mc_getuservalue(L, schema_index);
    self.uservalue = top + 2;
    lua_rawgeti(L, self.uservalue, mc_schema_table_slot(self.schema, MC_TABLE_NAMES));
    self.names = top + 3;
    int is_read = schema_read_envelope(&self) && (!items || schema_names_match(&self, items, items + 1, items + 2));
    lua_settop(L, is_read ? self.list : top);
    return is_read;
}

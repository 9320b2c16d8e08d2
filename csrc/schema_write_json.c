/* Writes wire items as JSON: the same bytes as mimecast.json's encode, in one pass.

   It declines what schema_encode.c does not make: other metatables than the schema's, fractions, integers beyond 2^53,
   tables that no schema describes. Then mimecast.json writes the items. */
#include "schema.h"

#include <stdio.h>
#include <string.h>

typedef struct json_writer {
    lua_State *L;
    int box; /* index of the userdata that holds a longer text */
    char *data;
    size_t length, capacity;
    char on_stack[1024];
} json_writer;

/* Returns room for more bytes. [-0, +0] */
static char *json_writer_room(json_writer *self, size_t more)
{
    if (more > self->capacity - self->length) {
        size_t capacity = self->capacity * 2;
        while (capacity - self->length < more) capacity *= 2;
        char *data = lua_newuserdata(self->L, capacity);
        memcpy(data, self->data, self->length);
        lua_replace(self->L, self->box);
        self->data = data;
        self->capacity = capacity;
    }
    return self->data + self->length;
}

static void json_writer_put(json_writer *self, const char *bytes, size_t count)
{
    memcpy(json_writer_room(self, count), bytes, count);
    self->length += count;
}

static void json_writer_put_char(json_writer *self, char c)
{
    *json_writer_room(self, 1) = c;
    self->length++;
}

/* Writes the escape of a character. */
static void json_writer_put_escape(json_writer *self, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    char escape[8];
    const char *found = c ? strchr(plain, c) : NULL;
    int length = found ? snprintf(escape, sizeof escape, "\\%c", letters[found - plain])
                       : snprintf(escape, sizeof escape, "\\u%04x", c);
    json_writer_put(self, escape, (size_t)length);
}

static void json_writer_put_text(json_writer *self, const char *text, size_t length)
{
    const char *from = text, *end = text + length;
    json_writer_put_char(self, '"');
    for (const char *at = text; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
        json_writer_put(self, from, (size_t)(at - from));
        json_writer_put_escape(self, c);
        from = at + 1;
    }
    json_writer_put(self, from, (size_t)(end - from));
    json_writer_put_char(self, '"');
}

static int json_writer_put_object(json_writer *self, int schema_index);
static int json_writer_put_list(json_writer *self, const mc_schema *schema, int uservalue, int detail);

/* Writes a text, a boolean or an integer. 0 if it declines. [-0, +0] */
static int json_writer_put_scalar(json_writer *self)
{
    lua_State *L = self->L;
    lua_Number number;
    size_t length;
    const char *text;
    char digits[32];
    switch (lua_type(L, -1)) {
    case LUA_TSTRING:
        text = lua_tolstring(L, -1, &length);
        json_writer_put_text(self, text, length);
        return 1;
    case LUA_TBOOLEAN:
        if (lua_toboolean(L, -1)) {
            json_writer_put(self, "true", 4);
        } else {
            json_writer_put(self, "false", 5);
        }
        return 1;
    case LUA_TNUMBER:
        if (!mc_tointeger(L, -1, &number)) return 0;
        json_writer_put(self, digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)number));
        return 1;
    default: return 0;
    }
}

/* Writes the value on top. 0 if it declines. [-0, +0] */
static int json_writer_put_value(json_writer *self, const mc_schema *schema, int uservalue, int number)
{
    mc_field_type type = schema->fields[number].type;
    if (type != MC_LIST && type != MC_OBJECT) return json_writer_put_scalar(self);
    lua_rawgeti(self->L, uservalue, mc_schema_field_slot(number, MC_SLOT_DETAIL));
    lua_insert(self->L, -2);
    int detail = lua_gettop(self->L) - 1;
    int is_written = type == MC_OBJECT ? json_writer_put_object(self, detail)
                                       : json_writer_put_list(self, schema, uservalue, detail);
    if (is_written) lua_remove(self->L, detail);
    return is_written;
}

/* Returns whether the value on top is a table with the metatable of that slot of the schema. [-0, +0] */
static int json_writer_is_made(lua_State *L, const mc_schema *schema, int uservalue, int slot)
{
    if (!lua_istable(L, -1) || !lua_getmetatable(L, -1)) return 0;
    lua_rawgeti(L, uservalue, mc_schema_table_slot(schema, slot));
    int is_made = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is_made;
}

/* Writes the list on top, whose item's schema is at `detail`. 0 if it declines. [-0, +0] */
static int json_writer_put_list(json_writer *self, const mc_schema *schema, int uservalue, int detail)
{
    lua_State *L = self->L;
    if (!json_writer_is_made(L, schema, uservalue, MC_TABLE_ARRAY_MT)) return 0;
    luaL_checkstack(L, 8, "fields too deep");
    const mc_schema *inner = lua_touserdata(L, detail);
    int list = lua_gettop(L), count = (int)mc_rawlen(L, list);
    mc_getuservalue(L, detail);
    json_writer_put_char(self, '[');
    for (int i = 1; i <= count; i++) {
        if (i > 1) json_writer_put_char(self, ',');
        lua_rawgeti(L, list, i);
        if (!json_writer_put_value(self, inner, list + 1, 0)) return 0;
        lua_pop(L, 1);
    }
    json_writer_put_char(self, ']');
    lua_settop(L, list);
    return 1;
}

/* Writes the object on top, in the order of the schema. Other keys are not written, as by json.object(order, true).
   0 if it declines. [-0, +0] */
static int json_writer_put_object(json_writer *self, int schema_index)
{
    lua_State *L = self->L;
    const mc_schema *schema = lua_touserdata(L, schema_index);
    luaL_checkstack(L, 8, "fields too deep");
    int object = lua_gettop(L), uservalue = object + 1;
    char separator = '{';
    mc_getuservalue(L, schema_index);
    lua_pushvalue(L, object);
    if (!json_writer_is_made(L, schema, uservalue, MC_TABLE_OBJECT_MT)) return 0;
    lua_pop(L, 1);
    for (int i = 0; i < schema->count; i++) {
        const mc_field *field = &schema->fields[i];
        lua_rawgeti(L, uservalue, mc_schema_field_slot(i, MC_SLOT_WIRE));
        lua_rawget(L, object);
        if (!lua_isnil(L, -1)) {
            json_writer_put_char(self, separator);
            json_writer_put_text(self, field->wire, field->wire_length);
            json_writer_put_char(self, ':');
            if (!json_writer_put_value(self, schema, uservalue, i)) return 0;
            separator = ',';
        }
        lua_pop(L, 1);
    }
    if (separator == '{') json_writer_put_char(self, separator);
    json_writer_put_char(self, '}');
    lua_settop(L, object);
    return 1;
}

/* Returns whether the value on top is a table without keys. [-0, +0] */
static int json_writer_is_empty(lua_State *L)
{
    if (!lua_istable(L, -1)) return 0;
    lua_pushnil(L);
    if (!lua_next(L, -2)) return 1;
    lua_pop(L, 2);
    return 0;
}

/* Writes the items of the list, without empty ones. 0 if it declines. [-0, +0] */
static int json_writer_put_items(json_writer *self, int schema_index, int list)
{
    lua_State *L = self->L;
    int top = lua_gettop(L), count = (int)mc_rawlen(L, list), is_first = 1;
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, list, i);
        if (!json_writer_is_empty(L)) {
            if (!is_first) json_writer_put_char(self, ',');
            if (!json_writer_put_object(self, schema_index)) return 0;
            is_first = 0;
        }
        lua_settop(L, top);
    }
    return 1;
}

int mc_schema_push_json(lua_State *L, int schema_index, int list, int before, int after)
{
    json_writer self;
    int top = lua_gettop(L);
    size_t length;
    luaL_checkstack(L, 8, "fields too deep");
    lua_pushnil(L);
    self.L = L;
    self.box = top + 1;
    self.data = self.on_stack;
    self.length = 0;
    self.capacity = sizeof self.on_stack;
    const char *text = lua_tolstring(L, before, &length);
    json_writer_put(&self, text, length);
    if (!json_writer_put_items(&self, schema_index, list)) {
        lua_settop(L, top);
        return 0;
    }
    text = lua_tolstring(L, after, &length);
    json_writer_put(&self, text, length);
    lua_pushlstring(L, self.data, self.length);
    lua_replace(L, self.box);
    return 1;
}

/* Writes JSON for mimecast.json. The same value gives the same bytes, in any locale and in every Lua.

   A table is an array if it has the metatable of arrays, or if all its keys are those of a list. Every other table is
   an object. A metatable with `order` says in which order the object's keys are written; the keys that its `known` does
   not name follow, sorted by bytes. Without `known` there are no other keys. */
#include "modules.h"
#include "number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 500

enum { UPVALUE_ARRAY_MT = 1, UPVALUE_ORDER, UPVALUE_KNOWN, UPVALUES = 3 };

typedef struct json_writer {
    lua_State *L;
    int box; /* index of the userdata that holds a text longer than `on_stack` */
    int depth;
    char *data;
    size_t length, capacity;
    char on_stack[1024];
} json_writer;

typedef struct json_key {
    const char *bytes;
    size_t length;
    int number; /* in the list of keys */
} json_key;

static void json_put_value(json_writer *self);

/* ---- text ---- */

/* Pushes nil, which is the place of the box. [-0, +1] */
static void json_writer_init(json_writer *self, lua_State *L)
{
    lua_pushnil(L);
    self->L = L;
    self->box = lua_gettop(L);
    self->depth = 0;
    self->data = self->on_stack;
    self->length = 0;
    self->capacity = sizeof self->on_stack;
}

static void json_put(json_writer *self, const char *bytes, size_t count)
{
    if (count > self->capacity - self->length) {
        size_t capacity = self->capacity * 2;
        while (capacity - self->length < count) capacity *= 2;
        char *data = lua_newuserdata(self->L, capacity);
        memcpy(data, self->data, self->length);
        lua_replace(self->L, self->box);
        self->data = data;
        self->capacity = capacity;
    }
    memcpy(self->data + self->length, bytes, count);
    self->length += count;
}

static void json_put_char(json_writer *self, char c)
{
    json_put(self, &c, 1);
}

static void json_put_escape(json_writer *self, unsigned char c)
{
    static const char characters[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    char escape[8];
    const char *found = c ? strchr(characters, c) : NULL;
    int length = found ? snprintf(escape, sizeof escape, "\\%c", letters[found - characters])
                       : snprintf(escape, sizeof escape, "\\u%04x", c);
    json_put(self, escape, (size_t)length);
}

/* Bytes that are not ASCII stay as they are. */
static void json_put_text(json_writer *self, const char *text, size_t length)
{
    const char *from = text, *end = text + length;
    json_put_char(self, '"');
    for (const char *at = text; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
        json_put(self, from, (size_t)(at - from));
        json_put_escape(self, c);
        from = at + 1;
    }
    json_put(self, from, (size_t)(end - from));
    json_put_char(self, '"');
}

/* ---- numbers ---- */

/* Writes the number on top with all its digits. */
static void json_put_number(json_writer *self)
{
    lua_State *L = self->L;
    lua_Number number;
    size_t length;
    char text[MC_NUMBER_SIZE];
    if (mc_tointeger(L, -1, &number)) {
        json_put(self, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number));
    } else if (mc_isinteger(L, -1)) {
        lua_pushvalue(L, -1);
        const char *digits = lua_tolstring(L, -1, &length);
        json_put(self, digits, length);
        lua_pop(L, 1);
    } else {
        number = lua_tonumber(L, -1);
        if (!(number - number == 0)) mc_raise(L, "JSON has no NaN and no infinity");
        mc_number_format_exactly(number, text);
        json_put(self, text, strlen(text));
        /* A whole double beyond 2^53 must not look like an integer with exact digits. */
        if (!strpbrk(text, ".e")) json_put(self, ".0", 2);
    }
}

/* ---- tables ---- */

/* Writes the elements of the table at an index. */
static void json_put_array(json_writer *self, int table)
{
    int count = (int)mc_rawlen(self->L, table);
    json_put_char(self, '[');
    for (int i = 1; i <= count; i++) {
        if (i > 1) json_put_char(self, ',');
        lua_rawgeti(self->L, table, i);
        json_put_value(self);
        lua_pop(self->L, 1);
    }
    json_put_char(self, ']');
}

/* Writes the member of the table at an index whose key is on top, if it has a value. Returns the separator of the next
   member. [-1, +0] */
static char json_put_member(json_writer *self, int table, char separator)
{
    lua_State *L = self->L;
    size_t length;
    lua_pushvalue(L, -1);
    lua_rawget(L, table);
    if (!lua_isnil(L, -1)) {
        const char *key = lua_tolstring(L, -2, &length);
        json_put_char(self, separator);
        json_put_text(self, key, length);
        json_put_char(self, ':');
        json_put_value(self);
        separator = ',';
    }
    lua_pop(L, 2);
    return separator;
}

/* Sorts by bytes; strcmp would stop at a NUL. */
static int json_compare_keys(const void *left, const void *right)
{
    const json_key *a = left, *b = right;
    int order = memcmp(a->bytes, b->bytes, a->length < b->length ? a->length : b->length);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

/* Pushes a list of the keys of the table at an index which the table at `known` does not have, or nil if there are none.
   `known` may be 0. Returns their number. [-0, +1] */
static int json_push_keys(json_writer *self, int table, int known)
{
    lua_State *L = self->L;
    int count = 0, keys = lua_gettop(L) + 1;
    lua_pushnil(L);
    lua_pushnil(L);
    for (; lua_next(L, table); lua_settop(L, keys + 1)) {
        if (known) {
            lua_pushvalue(L, keys + 1);
            lua_rawget(L, known);
            if (lua_toboolean(L, -1)) continue;
        }
        if (lua_type(L, keys + 1) != LUA_TSTRING)
            mc_raise(L, "an object's keys must be text in JSON, got a %s", luaL_typename(L, keys + 1));
        if (!count) {
            lua_newtable(L);
            lua_replace(L, keys);
        }
        lua_pushvalue(L, keys + 1);
        lua_rawseti(L, keys, ++count);
    }
    return count;
}

/* Writes the other members of the table at an index, sorted by their keys. Returns the separator of the next member. */
static char json_put_sorted(json_writer *self, int table, int known, char separator)
{
    lua_State *L = self->L;
    int count = json_push_keys(self, table, known), keys = lua_gettop(L);
    json_key *sorted = count ? lua_newuserdata(L, (size_t)count * sizeof *sorted) : NULL;
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, keys, i + 1);
        sorted[i].number = i + 1;
        sorted[i].bytes = lua_tolstring(L, -1, &sorted[i].length); /* the list keeps it alive */
        lua_pop(L, 1);
    }
    if (count > 1) qsort(sorted, (size_t)count, sizeof *sorted, json_compare_keys);
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, keys, sorted[i].number);
        separator = json_put_member(self, table, separator);
    }
    lua_settop(L, keys - 1);
    return separator;
}

/* Writes the members of the table at an index in the order on top, which its metatable below has. */
static void json_put_ordered(json_writer *self, int table)
{
    lua_State *L = self->L;
    int order = lua_gettop(L), mt = order - 1, count = (int)mc_rawlen(L, order);
    char separator = '{';
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, order, i);
        separator = json_put_member(self, table, separator);
    }
    lua_pushvalue(L, lua_upvalueindex(UPVALUE_KNOWN));
    lua_rawget(L, mt);
    if (lua_istable(L, -1)) separator = json_put_sorted(self, table, lua_gettop(L), separator);
    if (separator == '{') json_put_char(self, separator);
    json_put_char(self, '}');
}

/* Returns whether all keys of the table at an index are those of a list. */
static int json_is_list(lua_State *L, int table)
{
    size_t count = 0, length = mc_rawlen(L, table);
    if (!length) return 0;
    lua_pushnil(L);
    for (; lua_next(L, table); lua_pop(L, 1)) count++;
    return count == length;
}

/* Writes the table on top. */
static void json_put_table(json_writer *self)
{
    lua_State *L = self->L;
    int table = lua_gettop(L), has_order = 0;
    if (++self->depth > DEPTH_MAX)
        mc_raise(L, "a table is nested deeper than %d levels, or contains itself", DEPTH_MAX);
    luaL_checkstack(L, 12, "nested too deep for JSON");
    int has_mt = lua_getmetatable(L, table),
        is_array = has_mt && lua_rawequal(L, -1, lua_upvalueindex(UPVALUE_ARRAY_MT));
    if (has_mt && !is_array) {
        lua_pushvalue(L, lua_upvalueindex(UPVALUE_ORDER));
        lua_rawget(L, -2);
        has_order = lua_istable(L, -1);
    }
    if (has_order) {
        json_put_ordered(self, table);
    } else if (is_array || json_is_list(L, table)) {
        json_put_array(self, table);
    } else {
        if (json_put_sorted(self, table, 0, '{') == '{') json_put_char(self, '{');
        json_put_char(self, '}');
    }
    lua_settop(L, table);
    self->depth--;
}

/* Writes the value on top. [-0, +0] */
static void json_put_value(json_writer *self)
{
    lua_State *L = self->L;
    size_t length;
    const char *text;
    switch (lua_type(L, -1)) {
    case LUA_TTABLE: json_put_table(self); return;
    case LUA_TNUMBER: json_put_number(self); return;
    case LUA_TNIL: json_put(self, "null", 4); return;
    case LUA_TSTRING:
        text = lua_tolstring(L, -1, &length);
        json_put_text(self, text, length);
        return;
    case LUA_TBOOLEAN:
        text = lua_toboolean(L, -1) ? "true" : "false";
        json_put(self, text, strlen(text));
        return;
    case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(L, -1)) {
            json_put(self, "null", 4);
            return;
        }
    }
    mc_raise(L, "JSON cannot hold a %s", luaL_typename(L, -1));
}

/* ---- Lua ---- */

/* encode(value) -> text without white space. Raises an error for a value that JSON cannot hold. [-0, +1] */
static int json_encode(lua_State *L)
{
    json_writer self;
    lua_settop(L, 1);
    json_writer_init(&self, L);
    lua_pushvalue(L, 1);
    json_put_value(&self);
    lua_pushlstring(L, self.data, self.length);
    return 1;
}

/* Returns whether the value on top is a table without keys. [-0, +0] */
static int json_is_empty(lua_State *L)
{
    if (!lua_istable(L, -1)) return 0;
    lua_pushnil(L);
    if (!lua_next(L, -2)) return 1;
    lua_pop(L, 2);
    return 0;
}

/* encode_elements(list, before, after) -> the text `before`, the elements separated by commas, without empty tables, and
   the text `after`. [-0, +1] */
static int json_encode_elements(lua_State *L)
{
    json_writer self;
    size_t length, tail_length;
    luaL_checktype(L, 1, LUA_TTABLE);
    const char *head = luaL_checklstring(L, 2, &length), *tail = luaL_checklstring(L, 3, &tail_length);
    int count = (int)mc_rawlen(L, 1), is_first = 1;
    lua_settop(L, 3);
    json_writer_init(&self, L);
    json_put(&self, head, length);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        if (!json_is_empty(L)) {
            if (!is_first) json_put_char(&self, ',');
            json_put_value(&self);
            is_first = 0;
        }
        lua_pop(L, 1);
    }
    json_put(&self, tail, tail_length);
    lua_pushlstring(L, self.data, self.length);
    return 1;
}

/* Pushes a closure with the values from index 1 on as upvalues. [-0, +1] */
static void json_push_closure(lua_State *L, lua_CFunction function)
{
    for (int i = 1; i <= UPVALUES; i++) lua_pushvalue(L, i);
    lua_pushcclosure(L, function, UPVALUES);
}

/* json_encoder(metatable of arrays) -> encode, encode_elements. [-0, +2] */
static int json_encoder_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushliteral(L, "order");
    lua_pushliteral(L, "known");
    json_push_closure(L, json_encode);
    json_push_closure(L, json_encode_elements);
    return 2;
}

static const luaL_Reg functions[] = {
    {"json_encoder", json_encoder_new},
    {NULL, NULL},
};

void mc_json_write_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

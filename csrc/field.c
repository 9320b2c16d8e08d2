/* A field: its type, and the check and conversion of a value in both directions.

   Messages never show a value that is text: it could be a misplaced password. */
#include "field.h"

#include "address.h"
#include "datetime.h"
#include "number.h"
#include "password.h"
#include "secret.h"
#include "text.h"

#include <math.h>
#include <string.h>

int mc_field_type_of(const char *name)
{
    static const char *const names[] = {
        [MC_TEXT] = "text",         [MC_EMAIL] = "email",     [MC_BOOLEAN] = "boolean",
        [MC_DATETIME] = "datetime", [MC_INTEGER] = "integer", [MC_ENUM] = "enum",
        [MC_LIST] = "list",         [MC_OBJECT] = "object",   [MC_ANY] = "any",
    };
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

void mc_field_push_number(lua_State *L, const char *text, lua_Number number)
{
    char digits[MC_NUMBER_SIZE];
    mc_number_format(number, 16, digits);
    lua_pushfstring(L, "%s%s", text, digits);
}

void mc_field_push_found(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: mc_field_push_number(L, "not the number ", lua_tonumber(L, index)); break;
    case LUA_TBOOLEAN: lua_pushfstring(L, "not the boolean %s", lua_toboolean(L, index) ? "true" : "false"); break;
    case LUA_TSTRING: lua_pushliteral(L, "not text"); break;
    case LUA_TLIGHTUSERDATA: lua_pushliteral(L, "not null; leave the field out to keep what is set"); break;
    default: lua_pushfstring(L, "not a %s", luaL_typename(L, index));
    }
}

/* Replaces the value on top by "<expected>, not …", and returns 0. [-1, +1] */
static int field_type_error(lua_State *L, const char *expected)
{
    mc_field_push_found(L, -1);
    lua_pushfstring(L, "%s, %s", expected, lua_tostring(L, -1));
    lua_replace(L, -3);
    lua_pop(L, 1);
    return 0;
}

/* Replaces the value on top by a message, and returns 0. [-1, +1] */
static int field_error(lua_State *L, const char *message)
{
    lua_pop(L, 1);
    lua_pushstring(L, message);
    return 0;
}

/* Replaces a secret on top by its text, if the field is secret. [-1, +1] */
static void field_reveal_secret(lua_State *L, const mc_field *field)
{
    size_t length;
    if (!field->secret || lua_type(L, -1) != LUA_TUSERDATA) return;
    const char *bytes = mc_secret_bytes(L, -1, &length);
    if (!bytes) return;
    lua_pushlstring(L, bytes, length);
    lua_replace(L, -2);
}

/* Checks the password on top: its user must be able to type it at a login. [-1, +1] */
static int field_check_password(lua_State *L)
{
    char buffer[MC_PASSWORD_ERROR_SIZE];
    size_t length;
    const char *text = lua_tolstring(L, -1, &length), *error = mc_password_error(text, length, buffer);
    return error ? field_error(L, error) : 1;
}

/* Checks text or a secret. [-1, +1] */
static int field_encode_text(lua_State *L, const mc_field *field)
{
    field_reveal_secret(L, field);
    if (lua_type(L, -1) != LUA_TSTRING)
        return field->secret ? field_error(L, "must be text or a secret") : field_type_error(L, "must be text");
    size_t length;
    lua_Number characters = 0;
    const unsigned char *at = (const unsigned char *)lua_tolstring(L, -1, &length), *end = at + length;
    for (; at < end; characters++) {
        int32_t code = mc_utf8_next(&at, end);
        if (code < 0) return field_error(L, "must be valid UTF-8");
        if (code == 0) return field_error(L, "must not hold a NUL character");
    }
    if (characters > field->max || characters < field->min) {
        int too_long = characters > field->max;
        lua_Number bound = too_long ? field->max : field->min;
        lua_pop(L, 1);
        mc_field_push_number(L, too_long ? "must have at most " : "must have at least ", bound);
        mc_field_push_number(L, bound == 1 ? " character, not " : " characters, not ", characters);
        lua_concat(L, 2);
        return 0;
    }
    return field->secret ? field_check_password(L) : 1;
}

/* Checks an e-mail address. [-1, +1] */
static int field_encode_email(lua_State *L)
{
    char buffer[MC_EMAIL_ERROR_SIZE];
    if (lua_type(L, -1) != LUA_TSTRING) return field_type_error(L, "must be an e-mail address");
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    const char *error = mc_email_error(text, length, buffer);
    return error ? field_error(L, error) : 1;
}

/* Returns 1 or 0 for true and false in any case, -1 for other text. */
static int field_parse_boolean(const char *text, size_t length)
{
    static const char *const words[] = {"false", "true"};
    for (int truth = 0; truth < 2; truth++) {
        size_t i = 0;
        if (length != strlen(words[truth])) continue;
        while (i < length && (text[i] | 0x20) == words[truth][i]) i++;
        if (i == length) return truth;
    }
    return -1;
}

/* Converts in both directions: the service, too, accepts and may write booleans as text (mimecast-api 7.2). [-1, +1] */
static int field_convert_boolean(lua_State *L)
{
    size_t length;
    if (lua_type(L, -1) == LUA_TBOOLEAN) return 1;
    if (lua_type(L, -1) != LUA_TSTRING) return field_type_error(L, "must be true or false");
    const char *text = lua_tolstring(L, -1, &length);
    int truth = field_parse_boolean(text, length);
    if (truth < 0) return field_error(L, "must be true or false, not other text");
    lua_pop(L, 1);
    lua_pushboolean(L, truth);
    return 1;
}

/* Replaces the value on top by a date and time. [-1, +1] */
static void field_replace_by_iso(lua_State *L, int64_t epoch)
{
    char text[MC_ISO_SIZE];
    mc_iso_format(epoch, text);
    lua_pop(L, 1);
    lua_pushlstring(L, text, sizeof text - 1);
}

/* A number outside of these years is not in seconds, but in a spreadsheet's days or in milliseconds. */
#define SECONDS_MIN 946684800.0  /* 2000-01-01T00:00:00Z */
#define SECONDS_MAX 4133980799.0 /* 2100-12-31T23:59:59Z */

/* Replaces the number on top by why it is not a date, and returns 0. [-1, +1] */
static int field_seconds_error(lua_State *L, lua_Number number)
{
    lua_pop(L, 1);
    if (number > SECONDS_MAX) {
        mc_field_push_number(L, "must count seconds since 1970 up to the year 2100, not milliseconds; found ", number);
    } else {
        mc_field_push_number(L, "must count seconds since 1970 from the year 2000 on, not a spreadsheet's days; found ",
                             number);
        lua_pushliteral(L, "; write an earlier date as text, like 1999-12-31T00:00:00Z");
        lua_concat(L, 2);
    }
    return 0;
}

/* Converts a date and time, or seconds. [-1, +1] */
static int field_encode_datetime(lua_State *L, int from_file)
{
    int64_t epoch;
    if (lua_type(L, -1) == LUA_TNUMBER) {
        if (from_file) return field_error(L, mc_bare_number);
        lua_Number seconds = floor(lua_tonumber(L, -1));
        if (!(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) return field_seconds_error(L, seconds);
        epoch = (int64_t)seconds;
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        size_t length;
        const char *text = lua_tolstring(L, -1, &length);
        const char *error = mc_iso_parse(text, length, &epoch);
        if (error) return field_error(L, error);
    } else {
        return field_type_error(L, from_file ? "must be an ISO 8601 date and time"
                                             : "must be an ISO 8601 date and time or seconds since 1970");
    }
    field_replace_by_iso(L, epoch);
    return 1;
}

/* Checks an integer, in both directions. [-1, +1] */
static int field_convert_integer(lua_State *L, const mc_field *field)
{
    lua_Number value;
    if (lua_type(L, -1) != LUA_TNUMBER) return field_type_error(L, "must be a whole number");
    if (!mc_tointeger(L, -1, &value)) return field_type_error(L, "must be a whole number within +-2^53");
    if (value < field->min || value > field->max) {
        lua_pop(L, 1);
        int too_small = value < field->min;
        mc_field_push_number(L, too_small ? "must be at least " : "must be at most ",
                             too_small ? field->min : field->max);
        return 0;
    }
    lua_pop(L, 1);
    mc_pushinteger(L, value);
    return 1;
}

/* Checks a value against the enum's values at index `detail`. [-1, +1] */
static int field_encode_enum(lua_State *L, int detail)
{
    if (lua_type(L, -1) != LUA_TSTRING) return field_type_error(L, "must be text");
    int count = (int)mc_rawlen(L, detail);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, detail, i);
        int same = lua_rawequal(L, -1, -2);
        lua_pop(L, 1);
        if (same) return 1;
    }
    luaL_Buffer buffer;
    lua_pop(L, 1);
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, "must be one of: ");
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addstring(&buffer, ", ");
        lua_rawgeti(L, detail, i);
        luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    return 0;
}

int mc_field_encode(lua_State *L, const mc_field *field, int detail, int from_file)
{
    switch (field->type) {
    case MC_TEXT: return field_encode_text(L, field);
    case MC_EMAIL: return field_encode_email(L);
    case MC_BOOLEAN: return field_convert_boolean(L);
    case MC_DATETIME: return field_encode_datetime(L, from_file);
    case MC_INTEGER: return field_convert_integer(L, field);
    case MC_ENUM: return field_encode_enum(L, detail);
    case MC_LIST:
    case MC_OBJECT:
    case MC_ANY: break;
    }
    return 1;
}

int mc_field_decode(lua_State *L, const mc_field *field)
{
    switch (field->type) {
    case MC_TEXT:
    case MC_EMAIL:
    case MC_ENUM: return lua_type(L, -1) == LUA_TSTRING ? 1 : field_type_error(L, "should be text");
    case MC_BOOLEAN: return field_convert_boolean(L);
    case MC_INTEGER: /* mimecast.json decodes an integer beyond 2^53 as text */
        return lua_type(L, -1) == LUA_TSTRING ? field_type_error(L, "should be a whole number within +-2^53")
                                              : field_convert_integer(L, field);
    case MC_DATETIME: {
        /* The service's form is not documented everywhere: normalise what parses, keep other text and numbers. */
        int64_t epoch;
        size_t length;
        if (lua_type(L, -1) == LUA_TNUMBER) return 1;
        if (lua_type(L, -1) != LUA_TSTRING) return field_type_error(L, "should be a date and time");
        const char *text = lua_tolstring(L, -1, &length);
        if (!mc_iso_parse(text, length, &epoch)) field_replace_by_iso(L, epoch);
        return 1;
    }
    case MC_LIST:
    case MC_OBJECT:
    case MC_ANY: break;
    }
    return 1;
}

/* Pushes the path as text, such as links[2].uri. [-0, +1] */
static void field_push_path(lua_State *L, const mc_field_path *path)
{
    if (!path) {
        lua_pushliteral(L, "");
        return;
    }
    luaL_checkstack(L, 4, "fields too deep");
    field_push_path(L, path->parent);
    if (path->name) {
        lua_pushfstring(L, "%s%s%s", lua_tostring(L, -1), *lua_tostring(L, -1) ? "." : "", path->name);
    } else {
        lua_pushfstring(L, "%s[%d]", lua_tostring(L, -1), path->item);
    }
    lua_replace(L, -2);
}

void mc_field_add_error(lua_State *L, int errors, const mc_field_path *path, int order, const char *code)
{
    lua_createtable(L, 0, 4);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
    field_push_path(L, path);
    lua_setfield(L, -2, "field");
    lua_pushstring(L, code);
    lua_setfield(L, -2, "code");
    lua_pushinteger(L, order);
    lua_setfield(L, -2, "order");
    lua_rawseti(L, errors, (int)mc_rawlen(L, errors) + 1);
}

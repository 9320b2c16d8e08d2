/* Formats and parses numbers independently of the locale's decimal point. In a German locale, printf and strtod, and
   with them Lua, use 1,5. */
#include "number.h"

#include "modules.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MAX 64
#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

/* Replaces the locale's decimal point, which may be several bytes, by a point. */
static void number_use_point(char *text)
{
    char *to = text;
    int in_point = 0;
    for (const char *at = text; *at; at++) {
        int is_number = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || *at == '-' || *at == '+';
        if (is_number || !in_point) *to++ = is_number ? *at : '.';
        in_point = !is_number;
    }
    *to = 0;
}

void mc_number_format(lua_Number number, int digits, char text[MC_NUMBER_SIZE])
{
    snprintf(text, MC_NUMBER_SIZE, "%.*g", digits, number);
    number_use_point(text);
}

/* Returns the number of digits at index 2, or raises an error. [-0, +0] */
static int number_check_digits(lua_State *L, lua_Number least)
{
    lua_Number digits = luaL_checknumber(L, 2);
    luaL_argcheck(L, digits >= least && digits <= 17, 2, "a number of digits up to 17 expected");
    return (int)digits;
}

void mc_number_format_exactly(lua_Number value, char text[MC_NUMBER_SIZE])
{
    if (value >= -WHOLE_MAX && value <= WHOLE_MAX && value == floor(value)) {
        snprintf(text, MC_NUMBER_SIZE, "%.0f", value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, MC_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break; /* both use the locale's decimal point */
    }
    number_use_point(text);
}

/* format_number(value[, digits]) -> text with at most `digits` significant digits, by default all. [-0, +1] */
static int number_lua_format(lua_State *L)
{
    char text[MC_NUMBER_SIZE];
    lua_Number value = luaL_checknumber(L, 1);
    if (lua_isnoneornil(L, 2)) {
        mc_number_format_exactly(value, text);
    } else {
        mc_number_format(value, number_check_digits(L, 1), text);
    }
    lua_pushstring(L, text);
    return 1;
}

/* format_fixed(value, digits) -> text with `digits` digits after the point. [-0, +1] */
static int number_lua_fixed(lua_State *L)
{
    char text[MC_NUMBER_SIZE];
    snprintf(text, sizeof text, "%.*f", number_check_digits(L, 0), luaL_checknumber(L, 1));
    number_use_point(text);
    lua_pushstring(L, text);
    return 1;
}

static const char *number_skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

static const char *number_skip_sign(const char *at, const char *end)
{
    return at < end && (*at == '-' || *at == '+') ? at + 1 : at;
}

/* Returns whether the text is a decimal number such as -12, 1.5, .5 or 2e3. */
static int number_is_decimal(const char *at, const char *end)
{
    const char *whole = number_skip_sign(at, end), *next = number_skip_digits(whole, end);
    int has_digits = next > whole;
    if (next < end && *next == '.') {
        const char *fraction = next + 1;
        next = number_skip_digits(fraction, end);
        has_digits |= next > fraction;
    }
    if (has_digits && next < end && (*next == 'e' || *next == 'E')) {
        const char *exponent = number_skip_sign(next + 1, end);
        next = number_skip_digits(exponent, end);
        has_digits = next > exponent;
    }
    return has_digits && next == end;
}

/* Pushes the number that Lua reads from the text at index 1. [-0, +1] */
static void number_push_parsed(lua_State *L, const char *text)
{
#if LUA_VERSION_NUM >= 503
    lua_stringtonumber(L, text); /* keeps integers; accepts a point in any locale */
#else
    lua_pushnumber(L, lua_tonumber(L, 1));
    (void)text;
#endif
}

/* parse_number(value) -> the number in a text such as 12, -1.5 or 2e3, or the number itself; nil for any other
   value, such as 1,5, 0x10, or a text with spaces. [-0, +1] */
static int number_lua_parse(lua_State *L)
{
    size_t length = 0;
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) return 1;
    const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
    if (!text || length > READ_MAX || !number_is_decimal(text, text + length)) {
        lua_pushnil(L);
        return 1;
    }
    if (!lua_isnumber(L, 1)) { /* Lua 5.1 accepts only the locale's decimal point */
        const char *point = strchr(text, '.');
        lua_pushlstring(L, text, point ? (size_t)(point - text) : length);
        lua_pushstring(L, localeconv()->decimal_point);
        lua_pushstring(L, point ? point + 1 : "");
        lua_concat(L, 3);
        lua_replace(L, 1);
        text = lua_tostring(L, 1);
    }
    number_push_parsed(L, text);
    return 1;
}

static const luaL_Reg functions[] = {
    {"format_number", number_lua_format},
    {"format_fixed", number_lua_fixed},
    {"parse_number", number_lua_parse},
    {NULL, NULL},
};

void mc_number_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

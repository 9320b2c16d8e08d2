/* Numbers as text, whatever the locale's decimal point: C's printf and strtod, and with them Lua's, write and read 1,5 in
   a German one. */
#include "number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MAX 64
#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

/* Puts a point where the locale's decimal point stands, which may be several bytes. */
static void use_point(char *text)
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
    use_point(text);
}

static int check_digits(lua_State *L, lua_Number least)
{
    lua_Number digits = luaL_checknumber(L, 2);
    luaL_argcheck(L, digits >= least && digits <= 17, 2, "a number of digits up to 17 expected");
    return (int)digits;
}

/* Writes all the digits that tell the number from its neighbours, and whole ones as JSON writes them. */
static void format_exactly(lua_Number value, char text[MC_NUMBER_SIZE])
{
    if (value >= -WHOLE_MAX && value <= WHOLE_MAX && value == floor(value)) {
        snprintf(text, MC_NUMBER_SIZE, "%.0f", value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, MC_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break; /* both with the locale's point */
    }
    use_point(text);
}

/* number(value, digits) -> text of at most so many significant digits; without them, of all that it has. [-0, +1] */
static int number_format(lua_State *L)
{
    char text[MC_NUMBER_SIZE];
    lua_Number value = luaL_checknumber(L, 1);
    if (lua_isnoneornil(L, 2)) {
        format_exactly(value, text);
    } else {
        mc_number_format(value, check_digits(L, 1), text);
    }
    lua_pushstring(L, text);
    return 1;
}

/* fixed(value, places) -> text with so many digits after the point. [-0, +1] */
static int number_fixed(lua_State *L)
{
    char text[MC_NUMBER_SIZE];
    snprintf(text, sizeof text, "%.*f", check_digits(L, 0), luaL_checknumber(L, 1));
    use_point(text);
    lua_pushstring(L, text);
    return 1;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

static const char *skip_sign(const char *at, const char *end)
{
    return at < end && (*at == '-' || *at == '+') ? at + 1 : at;
}

/* Whether the text is a decimal number: -12, 1.5, .5, 2e3. */
static int is_decimal(const char *at, const char *end)
{
    const char *whole = skip_sign(at, end), *next = skip_digits(whole, end);
    int some = next > whole;
    if (next < end && *next == '.') {
        const char *fraction = next + 1;
        next = skip_digits(fraction, end);
        some |= next > fraction;
    }
    if (some && next < end && (*next == 'e' || *next == 'E')) {
        const char *exponent = skip_sign(next + 1, end);
        next = skip_digits(exponent, end);
        some = next > exponent;
    }
    return some && next == end;
}

/* Pushes the number that Lua reads from the text on top. [-0, +1] */
static void push_read(lua_State *L, const char *text)
{
#if LUA_VERSION_NUM >= 503
    lua_stringtonumber(L, text); /* an integer where it is one; tries a point, too */
#else
    lua_pushnumber(L, lua_tonumber(L, 1));
    (void)text;
#endif
}

/* to_number(value) -> the number of a text like 12, -1.5 or 2e3, or of a number; nil for all else, be it 1,5 in a locale
   that writes so, 0x10, or a text with blanks. [-0, +1] */
static int number_parse(lua_State *L)
{
    size_t length = 0;
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) return 1;
    const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
    if (!text || length > READ_MAX || !is_decimal(text, text + length)) {
        lua_pushnil(L);
        return 1;
    }
    if (!lua_isnumber(L, 1)) { /* Lua 5.1 knows the locale's point only */
        const char *point = strchr(text, '.');
        lua_pushlstring(L, text, point ? (size_t)(point - text) : length);
        lua_pushstring(L, localeconv()->decimal_point);
        lua_pushstring(L, point ? point + 1 : "");
        lua_concat(L, 3);
        lua_replace(L, 1);
        text = lua_tostring(L, 1);
    }
    push_read(L, text);
    return 1;
}

static const luaL_Reg functions[] = {
    {"format_number", number_format},
    {"format_fixed", number_fixed},
    {"parse_number", number_parse},
    {NULL, NULL},
};

void mc_number_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

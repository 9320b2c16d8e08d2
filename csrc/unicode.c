/* What Unicode says of characters, from the tables of utf8proc. Nothing here depends on the process's locale. */
#include "unicode.h"

#include <string.h>
#include <utf8proc.h>

#define FOLD_MAX 65536 /* bytes; no name is longer */
#define CODES_ON_STACK 256

int mc_is_invisible(int32_t code)
{
    /* Symbols and letters that are drawn as an empty space; Unicode has no property for them. */
    static const int32_t blank[] = {0x2800, 0xfffc, 0x13441, 0x13442, 0x16fe4, 0x1d159};
    if (code < 0x7f) return code <= 0x20;
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        if (code == blank[i]) return 1;
    const utf8proc_property_t *property = utf8proc_get_property(code);
    return property->ignorable || property->category == UTF8PROC_CATEGORY_CN || property->category >= UTF8PROC_CATEGORY_ZS;
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* Pushes the text with each byte replaced. [-0, +1] */
static void push_mapped(lua_State *L, const char *text, size_t length, char (*map)(char))
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < length; i++) luaL_addchar(&buffer, map(text[i]));
    luaL_pushresult(&buffer);
}

/* Pushes UTF-8 normalised. False, with nothing pushed, where it is not valid. [-0, +0 or 1] */
static int push_normalised(lua_State *L, const char *text, size_t length, utf8proc_option_t options)
{
    utf8proc_int32_t some[CODES_ON_STACK + 1], *codes = some;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t size = (utf8proc_ssize_t)length, count = utf8proc_decompose(bytes, size, NULL, 0, options);
    if (count < 0) return 0;
    int top = lua_gettop(L);
    if (count > CODES_ON_STACK) codes = lua_newuserdata(L, ((size_t)count + 1) * sizeof *codes); /* one for a final NUL */
    count = utf8proc_decompose(bytes, size, codes, count, options);
    if (count >= 0) count = utf8proc_reencode(codes, count, options);
    if (count >= 0) lua_pushlstring(L, (const char *)codes, (size_t)count);
    if (count >= 0) lua_insert(L, top + 1);
    lua_settop(L, count >= 0 ? top + 1 : top);
    return count >= 0;
}

/* Canonical caseless matching (Unicode 3.13, D145) compares NFD(fold(NFD(text))); composed at the end it is shorter. */
void mc_push_folded(lua_State *L, const char *text, size_t length)
{
    int is_ascii = 1;
    for (size_t i = 0; i < length; i++) is_ascii &= (unsigned char)text[i] < 0x80;
    if (is_ascii || length > FOLD_MAX || !push_normalised(L, text, length, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE)) {
        push_mapped(L, text, length, ascii_lower);
        return;
    }
    text = lua_tolstring(L, -1, &length);
    if (!push_normalised(L, text, length, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD)) return;
    lua_replace(L, -2);
}

/* fold(text) -> a text that is the same for all spellings that differ in case or in composition only, in any script.
   For comparing addresses and names. Of what is not UTF-8, and beyond 64 KiB, the case of ASCII letters alone. [-0, +1] */
static int fold(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    mc_push_folded(L, text, length);
    return 1;
}

/* lower(text) -> the text with ASCII letters in lower case, whatever the locale. For words of a protocol. [-0, +1] */
static int lower(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    push_mapped(L, text, length, ascii_lower);
    return 1;
}

/* upper(text) -> the text with ASCII letters in upper case, whatever the locale. [-0, +1] */
static int upper(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    push_mapped(L, text, length, ascii_upper);
    return 1;
}

/* before(a, b) -> whether a text comes before another by its bytes; Lua's `<` asks the locale. [-0, +1] */
static int before(lua_State *L)
{
    size_t left, right;
    const char *a = luaL_checklstring(L, 1, &left), *b = luaL_checklstring(L, 2, &right);
    int order = memcmp(a, b, left < right ? left : right);
    lua_pushboolean(L, order < 0 || (order == 0 && left < right));
    return 1;
}

static const luaL_Reg functions[] = {
    {"fold", fold},
    {"lower", lower},
    {"upper", upper},
    {"before", before},
    {NULL, NULL},
};

void mc_unicode_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

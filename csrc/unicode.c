/* Unicode properties from the tables of utf8proc, independent of the process's locale. */
#include "unicode.h"

#include "modules.h"

#include <string.h>
#include <utf8proc.h>

#define FOLD_MAX 65536 /* bytes; no name is longer */
#define CODES_ON_STACK 256

int mc_is_invisible(int32_t code)
{
    /* Symbols and letters with an empty glyph; Unicode has no property for them. */
    static const int32_t blank[] = {0x2800, 0xfffc, 0x13441, 0x13442, 0x16fe4, 0x1d159};
    if (code < 0x7f) return code <= 0x20;
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        if (code == blank[i]) return 1;
    const utf8proc_property_t *property = utf8proc_get_property(code);
    return property->ignorable || property->category == UTF8PROC_CATEGORY_CN ||
           property->category >= UTF8PROC_CATEGORY_ZS;
}

static char unicode_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char unicode_ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* Pushes the text with each byte mapped. [-0, +1] */
static void unicode_push_mapped(lua_State *L, const char *text, size_t length, char (*map)(char))
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < length; i++) luaL_addchar(&buffer, map(text[i]));
    luaL_pushresult(&buffer);
}

/* Pushes the normalised text. Returns 0, with nothing pushed, if the text is not valid UTF-8. [-0, +0 or 1] */
static int unicode_push_normalised(lua_State *L, const char *text, size_t length, utf8proc_option_t options)
{
    utf8proc_int32_t buffer[CODES_ON_STACK + 1], *codes = buffer;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t size = (utf8proc_ssize_t)length, count = utf8proc_decompose(bytes, size, NULL, 0, options);
    if (count < 0) return 0;
    int top = lua_gettop(L);
    if (count > CODES_ON_STACK)
        codes = lua_newuserdata(L, ((size_t)count + 1) * sizeof *codes); /* utf8proc adds a NUL */
    count = utf8proc_decompose(bytes, size, codes, count, options);
    if (count >= 0) count = utf8proc_reencode(codes, count, options);
    if (count >= 0) lua_pushlstring(L, (const char *)codes, (size_t)count);
    if (count >= 0) lua_insert(L, top + 1);
    lua_settop(L, count >= 0 ? top + 1 : top);
    return count >= 0;
}

/* Canonical caseless matching (Unicode 3.13, D145) compares NFD(fold(NFD(text))). The final composition only
   shortens it. */
void mc_push_folded(lua_State *L, const char *text, size_t length)
{
    int is_ascii = 1;
    for (size_t i = 0; i < length; i++) is_ascii &= (unsigned char)text[i] < 0x80;
    if (is_ascii || length > FOLD_MAX ||
        !unicode_push_normalised(L, text, length, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE)) {
        unicode_push_mapped(L, text, length, unicode_ascii_lower);
        return;
    }
    text = lua_tolstring(L, -1, &length);
    if (!unicode_push_normalised(L, text, length, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD)) return;
    lua_replace(L, -2);
}

/* fold(text) -> text that is equal for all spellings that differ only in case or composition, in any script; for
   comparing addresses and names. If the text is not UTF-8 or is over 64 KiB, only ASCII letters are folded. [-0, +1] */
static int unicode_fold(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    mc_push_folded(L, text, length);
    return 1;
}

/* lower(text) -> text with ASCII letters in lower case in any locale, for protocol words. [-0, +1] */
static int unicode_lower(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    unicode_push_mapped(L, text, length, unicode_ascii_lower);
    return 1;
}

/* upper(text) -> text with ASCII letters in upper case in any locale. [-0, +1] */
static int unicode_upper(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    unicode_push_mapped(L, text, length, unicode_ascii_upper);
    return 1;
}

/* before(a, b) -> whether text a sorts before text b by bytes; Lua's `<` depends on the locale. [-0, +1] */
static int unicode_before(lua_State *L)
{
    size_t left, right;
    const char *a = luaL_checklstring(L, 1, &left), *b = luaL_checklstring(L, 2, &right);
    int order = memcmp(a, b, left < right ? left : right);
    lua_pushboolean(L, order < 0 || (order == 0 && left < right));
    return 1;
}

/* clang-format off */
static const luaL_Reg functions[] = {
    {"fold", unicode_fold},
    {"lower", unicode_lower},
    {"upper", unicode_upper},
    {"before", unicode_before},
    {NULL, NULL},
};
/* clang-format on */

void mc_unicode_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

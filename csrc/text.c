/* UTF-8 text, and its form for terminals and logs. */
#include "text.h"

#include "modules.h"
#include "unicode.h"

int32_t mc_utf8_next(const unsigned char **at, const unsigned char *end)
{
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    unsigned char first = *(*at)++;
    if (first < 0x80) return first;
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || end - *at < more) return -1;
    int32_t code = first & (0x3f >> more);
    for (int i = 0; i < more; i++) {
        unsigned char next = (*at)[i];
        if ((next & 0xc0) != 0x80) return -1;
        code = code * 64 + (next & 0x3f);
    }
    if (code < smallest[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return -1;
    *at += more;
    return code;
}

/* Returns the bytes of the character at `start`, or 0 if it is not printable. */
static size_t text_printable_size(const unsigned char *start, const unsigned char *end)
{
    const unsigned char *at = start;
    int32_t code = mc_utf8_next(&at, end);
    if (code < 0 || code == '\\' || (code != ' ' && mc_is_invisible(code))) return 0;
    return (size_t)(at - start);
}

void mc_push_printable(lua_State *L, const char *text, size_t length, size_t max)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = (const unsigned char *)text, *end = at + (length < max ? length : max);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    while (at < end) {
        size_t size = text_printable_size(at, end);
        if (size) {
            luaL_addlstring(&buffer, (const char *)at, size);
            at += size;
        } else {
            char escaped[4] = {'\\', 'x', digits[*at >> 4], digits[*at & 15]};
            luaL_addlstring(&buffer, escaped, sizeof escaped);
            at++;
        }
    }
    if (length > max) luaL_addstring(&buffer, "\xE2\x80\xA6");
    luaL_pushresult(&buffer);
}

/* printable(text[, max bytes]) -> text that is safe for a terminal and a log. [-0, +1] */
static int text_printable(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Number max = luaL_optnumber(L, 2, 1048576);
    luaL_argcheck(L, max >= 0 && max <= 1048576, 2, "0 to 1048576 expected");
    mc_push_printable(L, text, length, (size_t)max);
    return 1;
}

static const luaL_Reg functions[] = {
    {"printable", text_printable},
    {NULL, NULL},
};

void mc_text_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

/* Text: UTF-8, what may be shown, and which known name is nearest to an unknown one. */
#include "text.h"

#include "unicode.h"

#include <string.h>

#define NAME_MAX_LENGTH 64

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

static size_t printable_size(const unsigned char *start, const unsigned char *end)
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
        size_t size = printable_size(at, end);
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

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

/* Edits from one name to the other: insert, delete, replace, swap two neighbours; letters' case is free. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= b_length; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            int x = lower(a[i - 1]), y = lower(b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]) && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

void mc_nearest_consider(mc_nearest *state, const char *name, size_t length)
{
    if (length > NAME_MAX_LENGTH || state->word_length > NAME_MAX_LENGTH) return;
    size_t edits = distance(state->word, state->word_length, name, length);
    if (edits > 1 && edits > state->word_length / 3) return;
    /* On a tie the first in the alphabet: the advice must not depend on the order of a hash table. */
    if (state->best && (edits > state->distance || (edits == state->distance && strcmp(name, state->best) >= 0))) return;
    state->best = name;
    state->best_length = length;
    state->distance = edits;
}

/* nearest(word, names) -> the name that was probably meant, or nil. [-0, +1] */
static int suggest(lua_State *L)
{
    mc_nearest state = {0};
    state.word = luaL_checklstring(L, 1, &state.word_length);
    luaL_checktype(L, 2, LUA_TTABLE);
    for (int i = 1; i <= (int)mc_rawlen(L, 2); i++) {
        size_t length;
        lua_rawgeti(L, 2, i);
        luaL_checktype(L, -1, LUA_TSTRING); /* a number's text would be gone with the next collection */
        const char *name = lua_tolstring(L, -1, &length);
        mc_nearest_consider(&state, name, length); /* the table keeps the name alive */
        lua_pop(L, 1);
    }
    if (!state.best) return 0;
    lua_pushlstring(L, state.best, state.best_length);
    return 1;
}

/* printable(text, max bytes) -> text that is safe on a terminal and in a log. [-0, +1] */
static int printable(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Number max = luaL_optnumber(L, 2, 1048576);
    luaL_argcheck(L, max >= 0 && max <= 1048576, 2, "0 to 1048576 expected");
    mc_push_printable(L, text, length, (size_t)max);
    return 1;
}

static const luaL_Reg functions[] = {
    {"suggest", suggest},
    {"printable", printable},
    {NULL, NULL},
};

void mc_text_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

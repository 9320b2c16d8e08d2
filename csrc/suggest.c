/* Suggests the known name that is most similar to an unknown name: "did you mean". */
#include "suggest.h"

#include "modules.h"

#include <string.h>

#define NAME_MAX_LENGTH 64

static int suggest_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

/* Returns the number of edits between two names: insert, delete, replace, swap two neighbours; case is ignored. */
static size_t suggest_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= b_length; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            int x = suggest_lower(a[i - 1]), y = suggest_lower(b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == suggest_lower(b[j - 2]) && y == suggest_lower(a[i - 2]) &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

void mc_suggest_candidate(mc_suggestion *self, const char *name, size_t length)
{
    if (length > NAME_MAX_LENGTH || self->word_length > NAME_MAX_LENGTH) return;
    size_t edits = suggest_distance(self->word, self->word_length, name, length);
    if (edits > 1 && edits > self->word_length / 3) return;
    /* On a tie the alphabet decides: a suggestion must not depend on the order of a hash table. */
    if (self->best && (edits > self->distance || (edits == self->distance && strcmp(name, self->best) >= 0))) return;
    self->best = name;
    self->best_length = length;
    self->distance = edits;
}

/* suggest(word, names) -> the most similar name, or nil if all are too different. [-0, +1] */
static int suggest_name(lua_State *L)
{
    mc_suggestion state = {0};
    state.word = luaL_checklstring(L, 1, &state.word_length);
    luaL_checktype(L, 2, LUA_TTABLE);
    for (int i = 1; i <= (int)mc_rawlen(L, 2); i++) {
        size_t length;
        lua_rawgeti(L, 2, i);
        luaL_checktype(L, -1, LUA_TSTRING); /* the collector would free the text of a number */
        const char *name = lua_tolstring(L, -1, &length);
        mc_suggest_candidate(&state, name, length); /* the table keeps the name alive */
        lua_pop(L, 1);
    }
    if (!state.best) return 0;
    lua_pushlstring(L, state.best, state.best_length);
    return 1;
}

static const luaL_Reg functions[] = {
    {"suggest", suggest_name},
    {NULL, NULL},
};

void mc_suggest_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

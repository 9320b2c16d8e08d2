/* Decodes JSON for mimecast.json: lua-cjson decodes a text that has passed the check. */
#include "json_check.h"
#include "modules.h"
#include "text.h"

#include <locale.h>

static const char *const messages[] = {
    [MC_JSON_TRUNCATED] = "the text ends too early",
    [MC_JSON_UNEXPECTED] = "unexpected character",
    [MC_JSON_NUMBER] = "invalid number",
    [MC_JSON_RANGE] = "the number is out of range",
    [MC_JSON_ESCAPE] = "invalid escape",
    [MC_JSON_CONTROL] = "unescaped control character",
    [MC_JSON_SURROGATE] = "half a surrogate pair",
    [MC_JSON_DEPTH] = "nested too deep",
    [MC_JSON_NAMES] = "too many names in one object",
    [MC_JSON_UTF16] = "the text is UTF-16; save it as UTF-8",
    [MC_JSON_SIZE] = "the text is longer than 1 GiB",
};

/* Pushes nil, a message, and "truncated" if the text ends too early. [-0, +2 or 3] */
static int json_push_error(lua_State *L, mc_json_error error, const mc_json *found, const char *text)
{
    int place = (int)found->at + 1;
    lua_pushnil(L);
    if (error == MC_JSON_TRUNCATED || error == MC_JSON_UTF16 || error == MC_JSON_SIZE) {
        lua_pushstring(L, messages[error]);
    } else if (error == MC_JSON_DUPLICATE) {
        mc_push_printable(L, text + found->at, found->length, 64);
        lua_pushfstring(L, "duplicate name \"%s\" at byte %d", lua_tostring(L, -1), place);
        lua_remove(L, -2);
    } else {
        lua_pushfstring(L, "%s at byte %d", messages[error], place);
    }
    if (error != MC_JSON_TRUNCATED) return 2;
    lua_pushliteral(L, "truncated");
    return 3;
}

/* Calls lua-cjson with the text on top, and pushes the value, or nil and a message. [-1, +1 or 2] */
static int json_call_decoder(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, -2);
    int status = lua_pcall(L, 1, 1, 0);
    if (status == 0) return 1;
    if (status != LUA_ERRRUN) return lua_error(L); /* no memory: the text may be valid */
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

/* decode(text) -> value; or nil, a message, and "truncated" if the text ends too early. [-0, +1, 2 or 3] */
static int json_decode(lua_State *L)
{
    size_t length;
    mc_json found;
    if (lua_type(L, 1) != LUA_TSTRING) {
        lua_pushnil(L);
        lua_pushfstring(L, "text expected, not a %s", luaL_typename(L, 1));
        return 2;
    }
    lua_settop(L, 1);
    const char *text = lua_tolstring(L, 1, &length);
    /* lua-cjson calls strtod, and reads the locale's decimal point only when it is loaded. */
    int flags = *localeconv()->decimal_point == '.' ? 0 : MC_JSON_COMMA;
    if (lua_toboolean(L, lua_upvalueindex(2))) flags |= MC_JSON_REPAIR;
    mc_json_error error = mc_json_check(text, length, flags, &found);
    if (error == MC_JSON_MEMORY) return luaL_error(L, "not enough memory");
    if (error) return json_push_error(L, error, &found, text);
    if (found.rewritten) {
        char *out = lua_newuserdata(L, found.size);
        mc_json_rewrite(text, length, flags, out);
        lua_pushlstring(L, out, found.size);
    }
    return json_call_decoder(L);
}

/* json_decoder(decode, repair) -> function that checks a text and calls lua-cjson's decode. With repair, half a
   surrogate pair and bytes that are not UTF-8 become U+FFFD. [-0, +1] */
static int json_decoder_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_pushcclosure(L, json_decode, 2);
    return 1;
}

static const luaL_Reg functions[] = {
    {"json_decoder", json_decoder_new},
    {NULL, NULL},
};

void mc_json_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

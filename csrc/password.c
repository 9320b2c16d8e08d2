/* Checks passwords. */
#include "password.h"

#include "modules.h"
#include "secret.h"
#include "text.h"
#include "unicode.h"

#include <stdint.h>
#include <stdio.h>

static const char *password_character_name(int32_t code)
{
    if (code == 0x09) return ", a tab";
    if (code == 0x0a) return ", a line feed";
    if (code == 0x0d) return ", a carriage return";
    if (code == 0xa0) return ", a no-break space";
    if (code == 0xfeff) return ", a byte order mark";
    return "";
}

/* Follows RFC 8265 4.2: no control characters, no ignorable characters, and no space other than U+0020. */
const char *mc_password_error(const char *text, size_t length, char *buffer)
{
    const unsigned char *start = (const unsigned char *)text, *at = start, *end = at + length;
    while (at < end) {
        const unsigned char *before = at;
        int32_t code = mc_utf8_next(&at, end);
        if (code < 0) return "must be valid UTF-8";
        if (code == 0) return "must not hold a NUL character";
        if (code == 0x20 || !mc_is_invisible(code)) continue;
        snprintf(buffer, MC_PASSWORD_ERROR_SIZE,
                 "%s U+%04X%s, which is invisible and cannot be typed at a login; remove it",
                 before == start ? "begins with"
                 : at == end     ? "ends with"
                                 : "holds",
                 (unsigned)code, password_character_name(code));
        return buffer;
    }
    return NULL;
}

/* password_error(text or secret) -> why a password is invalid, or nil. [-0, +1] */
static int password_error(lua_State *L)
{
    char buffer[MC_PASSWORD_ERROR_SIZE];
    size_t length;
    const char *text = mc_secret_check(L, 1, &length);
    lua_pushstring(L, length ? mc_password_error(text, length, buffer) : "must not be empty");
    return 1;
}

static const luaL_Reg functions[] = {
    {"password_error", password_error},
    {NULL, NULL},
};

void mc_password_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

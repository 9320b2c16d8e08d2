/* What an e-mail address and a password must be like. */
#include "address.h"

#include "secret.h"
#include "text.h"
#include "unicode.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LITERAL_MAX 64

static const char not_utf8[] = "must be valid UTF-8";

/* Whether one of the characters that RFC 5321's atoms do not have stands there: it is a list, a name with an address,
   or a route. Quoted names are refused with them; nobody's mailbox needs one. */
static int has_special(const char *at, const char *end)
{
    for (; at < end; at++)
        if (*at && strchr("\"(),:;<>[\\]", *at)) return 1;
    return 0;
}

static int starts_with(const char *text, const char *word)
{
    for (; *word; text++, word++)
        if ((*text >= 'A' && *text <= 'Z' ? *text + 32 : *text) != *word) return 0;
    return 1;
}

/* [192.0.2.1] or [IPv6:2001:db8::1]. */
static int is_address_literal(const char *at, const char *end)
{
    char host[LITERAL_MAX];
    unsigned char address[sizeof(struct in6_addr)];
    size_t length = (size_t)(end - at);
    if (length < 3 || length > sizeof host || *at != '[' || end[-1] != ']') return 0;
    memcpy(host, at + 1, length - 2);
    host[length - 2] = 0;
    if (strlen(host) != length - 2) return 0;
    return starts_with(host, "ipv6:") ? inet_pton(AF_INET6, host + 5, address) == 1 : inet_pton(AF_INET, host, address) == 1;
}

/* Whether nothing stands before, between or behind the dots of a part. */
static int has_empty_part(const char *start, const char *end)
{
    for (const char *at = start; at < end; at++)
        if (*at == '.' && (at == start || at == end - 1 || at[1] == '.')) return 1;
    return 0;
}

/* The first character that is invisible, and its number from 1; 0 where none is; -1 where the text is not UTF-8. */
static int32_t find_invisible(const char *text, size_t length, int *number)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    for (*number = 1; at < end; (*number)++) {
        int32_t code = mc_utf8_next(&at, end);
        if (code < 0) return -1;
        if (mc_is_invisible(code)) return code ? code : INT32_MAX;
    }
    return 0;
}

/* RFC 5321 4.5.3.1: 64 octets before the @, 255 after it, 254 in all (the path of 256 less its brackets). */
static const char *shape_problem(const char *text, const char *sign, const char *end)
{
    if (sign == text) return "must have a name before the @";
    if (sign + 1 == end) return "must have a domain after the @";
    if (sign - text > 64) return "must have at most 64 bytes before the @";
    if (end - text > 254) return "must have at most 254 bytes";
    if (has_special(text, sign)) return "must be one address alone, without \" ( ) , : ; < > [ \\ ]";
    if (has_empty_part(text, sign)) return "must not have a dot first, last or beside another one before the @";
    if (is_address_literal(sign + 1, end)) return NULL;
    if (sign[1] == '[' && end[-1] == ']') return "must have an IP address in the brackets, like [192.0.2.1] or [IPv6:2001:db8::1]";
    if (has_special(sign + 1, end)) return "must be one address alone, without \" ( ) , : ; < > [ \\ ]";
    return has_empty_part(sign + 1, end) ? "must not have an empty part in its domain" : NULL;
}

const char *mc_email_error(const char *text, size_t length, char *buffer)
{
    int number;
    int32_t code = find_invisible(text, length, &number);
    if (code < 0) return not_utf8;
    if (code) {
        snprintf(buffer, MC_PROBLEM_SIZE, "must not hold white space, control or invisible characters (character %d is U+%04X)",
                 number, code == INT32_MAX ? 0u : (unsigned)code);
        return buffer;
    }
    const char *sign = length ? memchr(text, '@', length) : NULL, *end = text + length;
    if (!sign || memchr(sign + 1, '@', (size_t)(end - sign - 1))) return "must be an e-mail address with one @";
    return shape_problem(text, sign, end);
}

static const char *name_of(int32_t code)
{
    if (code == 0x09) return ", a tab";
    if (code == 0x0a) return ", a line feed";
    if (code == 0x0d) return ", a carriage return";
    if (code == 0xa0) return ", a no-break space";
    if (code == 0xfeff) return ", a byte order mark";
    return "";
}

/* Much as RFC 8265 4.2 has it for passwords: no control and no ignorable characters, and of all spaces U+0020 alone. */
const char *mc_password_error(const char *text, size_t length, char *buffer)
{
    const unsigned char *start = (const unsigned char *)text, *at = start, *end = at + length;
    while (at < end) {
        const unsigned char *before = at;
        int32_t code = mc_utf8_next(&at, end);
        if (code < 0) return not_utf8;
        if (code == 0) return "must not hold a NUL character";
        if (code == 0x20 || !mc_is_invisible(code)) continue;
        snprintf(buffer, MC_PROBLEM_SIZE, "%s U+%04X%s, which cannot be seen or typed: nobody could log in with it; remove it",
                 before == start ? "begins with" : at == end ? "ends with" : "holds", (unsigned)code, name_of(code));
        return buffer;
    }
    return NULL;
}

/* email_error(text) -> what is wrong with it, or nil. [-0, +1] */
static int email_error(lua_State *L)
{
    char buffer[MC_PROBLEM_SIZE];
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_pushstring(L, mc_email_error(text, length, buffer));
    return 1;
}

/* is_visible(text) -> whether it is UTF-8 without white space and invisible characters. [-0, +1] */
static int is_visible(lua_State *L)
{
    size_t length;
    int number;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_pushboolean(L, find_invisible(text, length, &number) == 0);
    return 1;
}

/* password_error(text or secret) -> what is wrong with it, or nil. [-0, +1] */
static int password_error(lua_State *L)
{
    char buffer[MC_PROBLEM_SIZE];
    size_t length;
    const char *text = mc_secret_check(L, 1, &length);
    lua_pushstring(L, length ? mc_password_error(text, length, buffer) : "must not be empty");
    return 1;
}

static const luaL_Reg functions[] = {
    {"email_error", email_error},
    {"is_visible", is_visible},
    {"password_error", password_error},
    {NULL, NULL},
};

void mc_address_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

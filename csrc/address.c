/* Checks e-mail addresses. */
#include "address.h"

#include "modules.h"
#include "text.h"
#include "unicode.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LITERAL_MAX 64

/* Returns whether the text has a character that RFC 5321 does not allow in atoms, as in a list, a name with an
   address, or a route. Quoted local parts are invalid here, too: no mailbox needs them. */
static int address_has_special(const char *at, const char *end)
{
    for (; at < end; at++)
        if (*at && strchr("\"(),:;<>[\\]", *at)) return 1;
    return 0;
}

static int address_starts_with(const char *text, const char *word)
{
    for (; *word; text++, word++)
        if ((*text >= 'A' && *text <= 'Z' ? *text + 32 : *text) != *word) return 0;
    return 1;
}

/* Returns whether the domain is [192.0.2.1] or [IPv6:2001:db8::1]. */
static int address_is_literal(const char *at, const char *end)
{
    char host[LITERAL_MAX];
    unsigned char address[sizeof(struct in6_addr)];
    size_t length = (size_t)(end - at);
    if (length < 3 || length > sizeof host || *at != '[' || end[-1] != ']') return 0;
    memcpy(host, at + 1, length - 2);
    host[length - 2] = 0;
    if (strlen(host) != length - 2) return 0;
    return address_starts_with(host, "ipv6:") ? inet_pton(AF_INET6, host + 5, address) == 1
                                              : inet_pton(AF_INET, host, address) == 1;
}

/* Returns whether a label before, between or after the dots is empty. */
static int address_has_empty_label(const char *start, const char *end)
{
    for (const char *at = start; at < end; at++)
        if (*at == '.' && (at == start || at == end - 1 || at[1] == '.')) return 1;
    return 0;
}

/* Returns the first invisible character (INT32_MAX for NUL) and its position from 1; 0 if there is no such
   character, -1 if the text is not UTF-8. */
static int32_t address_find_invisible(const char *text, size_t length, int *number)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    for (*number = 1; at < end; (*number)++) {
        int32_t code = mc_utf8_next(&at, end);
        if (code < 0) return -1;
        if (mc_is_invisible(code)) return code ? code : INT32_MAX;
    }
    return 0;
}

/* RFC 5321 4.5.3.1 allows 64 octets before the @, 255 after it, and 254 in all: a path of 256 without its brackets. */
static const char *address_syntax_error(const char *text, const char *sign, const char *end)
{
    if (sign == text) return "must have a name before the @";
    if (sign + 1 == end) return "must have a domain after the @";
    if (sign - text > 64) return "must have at most 64 bytes before the @";
    if (end - text > 254) return "must have at most 254 bytes";
    if (address_has_special(text, sign)) return "must be a single address, without \" ( ) , : ; < > [ \\ ]";
    if (address_has_empty_label(text, sign))
        return "must not have a dot first, last or beside another one before the @";
    if (address_is_literal(sign + 1, end)) return NULL;
    if (sign[1] == '[' && end[-1] == ']')
        return "must have an IP address in the brackets, like [192.0.2.1] or [IPv6:2001:db8::1]";
    if (address_has_special(sign + 1, end)) return "must be a single address, without \" ( ) , : ; < > [ \\ ]";
    return address_has_empty_label(sign + 1, end) ? "must not have an empty part in its domain" : NULL;
}

const char *mc_email_error(const char *text, size_t length, char *buffer)
{
    int number;
    int32_t code = address_find_invisible(text, length, &number);
    if (code < 0) return "must be valid UTF-8";
    if (code) {
        snprintf(buffer, MC_EMAIL_ERROR_SIZE,
                 "must not hold white space, control or invisible characters (character %d is U+%04X)", number,
                 code == INT32_MAX ? 0u : (unsigned)code);
        return buffer;
    }
    const char *sign = length ? memchr(text, '@', length) : NULL, *end = text + length;
    if (!sign || memchr(sign + 1, '@', (size_t)(end - sign - 1))) return "must be an e-mail address with one @";
    return address_syntax_error(text, sign, end);
}

/* email_error(text) -> why an e-mail address is invalid, or nil. [-0, +1] */
static int address_email_error(lua_State *L)
{
    char buffer[MC_EMAIL_ERROR_SIZE];
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_pushstring(L, mc_email_error(text, length, buffer));
    return 1;
}

/* is_visible(text) -> whether the text is UTF-8 without white space and invisible characters. [-0, +1] */
static int address_is_visible(lua_State *L)
{
    size_t length;
    int number;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_pushboolean(L, address_find_invisible(text, length, &number) == 0);
    return 1;
}

static const luaL_Reg functions[] = {
    {"email_error", address_email_error},
    {"is_visible", address_is_visible},
    {NULL, NULL},
};

void mc_address_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

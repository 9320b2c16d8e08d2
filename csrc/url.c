/* Checks URLs: https, or plain http to a loopback address. */
#include "url.h"

#include "modules.h"

#include <string.h>

/* Returns the end of a loopback host: 127.a.b.c, [::1] or localhost. NULL for any other host. */
static const char *url_skip_loopback(const char *at)
{
    if (strncmp(at, "[::1]", 5) == 0) return at + 5;
    if (strncmp(at, "localhost", 9) == 0) return at + 9;
    if (strncmp(at, "127.", 4) != 0) return NULL;
    at += 4;
    for (int part = 0; part < 3; part++) {
        int value = 0, digits = 0;
        if (at[0] == '0' && at[1] >= '0' && at[1] <= '9') return NULL; /* the resolver could read octal, or a name */
        for (; *at >= '0' && *at <= '9' && digits < 4; digits++) value = value * 10 + (*at++ - '0');
        if (digits == 0 || digits > 3 || value > 255) return NULL;
        if (part < 2 && *at++ != '.') return NULL;
    }
    return at;
}

static int url_ends_authority(char c)
{
    return c == '\0' || c == '/' || c == '?';
}

const char *mc_url_error(const char *url, size_t length, int *loopback)
{
    *loopback = 0;
    for (size_t i = 0; i < length; i++)
        if (url[i] <= ' ' || url[i] > '~') return "the URL holds a character that must be percent-encoded";
    int https = strncmp(url, "https://", 8) == 0;
    if (!https && strncmp(url, "http://", 7) != 0) return "the URL must begin with https://";
    const char *host = url + (https ? 8 : 7), *end = host;
    while (!url_ends_authority(*end) && *end != '#') {
        if (*end == '@' || *end == '\\') return "the URL must not hold a user name";
        end++;
    }
    if (end == host) return "the URL has no host";
    const char *at = url_skip_loopback(host);
    if (at && *at == ':')
        for (at++; *at >= '0' && *at <= '9';) at++;
    *loopback = at && url_ends_authority(*at);
    return https || *loopback ? NULL : "plain http is allowed to loopback addresses only; use https";
}

/* url_error(url) -> why a URL is invalid, or nil. [-0, +1] */
static int url_error(lua_State *L)
{
    size_t length;
    int loopback;
    const char *url = luaL_checklstring(L, 1, &length);
    lua_pushstring(L, mc_url_error(url, length, &loopback));
    return 1;
}

static const luaL_Reg functions[] = {
    {"url_error", url_error},
    {NULL, NULL},
};

void mc_url_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

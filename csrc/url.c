/* Which URLs a request may go to: https, or plain http to this machine itself. */
#include "url.h"

#include <string.h>

/* Past the host of a loopback URL: 127.a.b.c, [::1] or localhost; NULL for another host. */
static const char *skip_loopback(const char *at)
{
    if (strncmp(at, "[::1]", 5) == 0) return at + 5;
    if (strncmp(at, "localhost", 9) == 0) return at + 9;
    if (strncmp(at, "127.", 4) != 0) return NULL;
    at += 4;
    for (int part = 0; part < 3; part++) {
        int value = 0, digits = 0;
        if (at[0] == '0' && at[1] >= '0' && at[1] <= '9') return NULL; /* octal, or a name: as the resolver likes */
        for (; *at >= '0' && *at <= '9' && digits < 4; digits++) value = value * 10 + (*at++ - '0');
        if (digits == 0 || digits > 3 || value > 255) return NULL;
        if (part < 2 && *at++ != '.') return NULL;
    }
    return at;
}

static int ends_authority(char c)
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
    while (!ends_authority(*end) && *end != '#') {
        if (*end == '@' || *end == '\\') return "the URL must not hold a user name";
        end++;
    }
    if (end == host) return "the URL has no host";
    const char *at = skip_loopback(host);
    if (at && *at == ':')
        for (at++; *at >= '0' && *at <= '9';) at++;
    *loopback = at && ends_authority(*at);
    return https || *loopback ? NULL : "plain http is allowed to loopback addresses only; use https";
}

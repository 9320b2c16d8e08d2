/* Which URLs a request may go to: https, or plain http to this machine itself. */
#ifndef MC_URL_H
#define MC_URL_H

#include <stddef.h>

/* The URL's problem, or NULL. https, or http to a loopback address (then *loopback is 1). The text ends with a NUL byte beyond its
   length, as Lua strings do. */
const char *mc_url_error(const char *url, size_t length, int *loopback);

#endif

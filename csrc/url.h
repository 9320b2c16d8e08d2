/* Checks URLs: https, or plain http to a loopback address. */
#ifndef MC_URL_H
#define MC_URL_H

#include <stddef.h>

/* Returns why a URL is invalid, or NULL. Sets *loopback to 1 for a loopback address. The text must end with a
   NUL behind its length, as Lua strings do. */
const char *mc_url_error(const char *url, size_t length, int *loopback);

#endif

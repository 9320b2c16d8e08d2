/* The ordinary characters of JSON text. No Lua. */
#ifndef MC_JSON_TEXT_H
#define MC_JSON_TEXT_H

/* Returns the first byte that is not ordinary: a control character, a quote, a backslash, a byte that is not ASCII, or
   the end. */
const unsigned char *mc_json_skip_plain(const unsigned char *at, const unsigned char *end);

#endif

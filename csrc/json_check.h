/* Checks a JSON text before lua-cjson decodes it. Pure functions on bytes: no Lua, no locale. */
#ifndef MC_JSON_CHECK_H
#define MC_JSON_CHECK_H

#include <stddef.h>

#define MC_JSON_SIZE_MAX 1073741824 /* bytes */
#define MC_JSON_DEPTH_MAX 64
#define MC_JSON_NAMES_MAX 65536 /* of all open objects together */

typedef enum mc_json_error {
    MC_JSON_VALID,
    MC_JSON_TRUNCATED,
    MC_JSON_UNEXPECTED,
    MC_JSON_NUMBER,
    MC_JSON_RANGE,
    MC_JSON_ESCAPE,
    MC_JSON_CONTROL,
    MC_JSON_SURROGATE,
    MC_JSON_DUPLICATE,
    MC_JSON_DEPTH,
    MC_JSON_NAMES,
    MC_JSON_UTF16,
    MC_JSON_SIZE,
    MC_JSON_MEMORY
} mc_json_error;

typedef struct mc_json {
    size_t at;     /* offset of the error */
    size_t length; /* of the duplicate name at that offset */
    size_t size;   /* of the text for lua-cjson */
    int rewritten; /* whether the text for lua-cjson differs from the checked text */
} mc_json;

/* Flags. REPAIR: half a surrogate pair and bytes that are not UTF-8 become U+FFFD; without it, half a pair is an
   error, and such bytes are kept. COMMA: the locale's decimal point is a comma, so that strtod would read the comma
   behind an integer; a space separates them. */
enum { MC_JSON_REPAIR = 1, MC_JSON_COMMA = 2 };

/* Checks a text, and returns MC_JSON_VALID or the error. */
mc_json_error mc_json_check(const char *text, size_t length, int flags, mc_json *found);

/* Writes the text for lua-cjson, `found->size` bytes. The text must have passed the check with the same flags. */
void mc_json_rewrite(const char *text, size_t length, int flags, char *out);

#endif

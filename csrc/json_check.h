/* The check that a JSON text passes before lua-cjson decodes it. Pure functions on bytes: no Lua, no locale. */
#ifndef MC_JSON_CHECK_H
#define MC_JSON_CHECK_H

#include <stddef.h>

#define MC_JSON_SIZE_MAX 1073741824 /* bytes */
#define MC_JSON_DEPTH_MAX 64
#define MC_JSON_NAMES_MAX 65536 /* of all objects that are open at one time */

typedef enum mc_json_problem {
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
} mc_json_problem;

typedef struct mc_json {
    size_t at;     /* where the problem is */
    size_t length; /* of a duplicate name, which begins there */
    size_t size;   /* bytes of the text that lua-cjson is to decode */
    int rewritten; /* whether that text differs from the one that was checked */
} mc_json;

/* How a text is read. REPAIR: half a surrogate pair and bytes that are not UTF-8 become U+FFFD; without it the first is a
   problem and the second stay as they are. COMMA: strtod takes the comma behind an integer for a decimal point, so a blank
   keeps them apart. */
enum { MC_JSON_REPAIR = 1, MC_JSON_COMMA = 2 };

mc_json_problem mc_json_check(const char *text, size_t length, int flags, mc_json *found);

/* Writes the text that lua-cjson is to decode, `found->size` bytes, for a text that was checked with the same flags. */
void mc_json_rewrite(const char *text, size_t length, int flags, char *out);

#endif

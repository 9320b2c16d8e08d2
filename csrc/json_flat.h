/* Reads flat JSON: objects whose values are null, true, false, integers of up to 15 digits, or text without escapes.
   Pure functions on bytes: no Lua, no memory, no locale.

   The reader declines everything else, and also duplicate names, invalid UTF-8 and invalid JSON. Then the text must be
   read in the general way: lua-cjson after mc_json_check. What the reader accepts, it reads as the general way does. */
#ifndef MC_JSON_FLAT_H
#define MC_JSON_FLAT_H

#include <stddef.h>

#define MC_FLAT_MEMBERS_MAX 96 /* of an object */

typedef enum mc_flat_type { MC_FLAT_NULL, MC_FLAT_BOOLEAN, MC_FLAT_INTEGER, MC_FLAT_TEXT } mc_flat_type;

/* Bytes of the text that is read. */
typedef struct mc_flat_span {
    const char *bytes;
    size_t length;
} mc_flat_span;

typedef struct mc_flat_member {
    mc_flat_span name, text; /* the text of MC_FLAT_TEXT */
    double number;           /* of MC_FLAT_INTEGER, or of MC_FLAT_BOOLEAN: 0 or 1 */
    mc_flat_type type;
} mc_flat_member;

typedef struct mc_flat {
    const char *at, *end;
    int count; /* of the members of the object that was read last */
    mc_flat_member members[MC_FLAT_MEMBERS_MAX];
} mc_flat;

void mc_flat_init(mc_flat *self, const char *text, size_t length);

/* Skips white space and takes the character if it is the next one. Returns whether it is. */
int mc_flat_take(mc_flat *self, char c);

/* Skips white space and takes the word if it comes next. Returns whether it does. */
int mc_flat_take_word(mc_flat *self, const char *word);

/* Reads a name and its colon. 0 if it declines. */
int mc_flat_read_name(mc_flat *self, mc_flat_span *name);

/* Reads an object into the members. 0 if it declines. */
int mc_flat_read_object(mc_flat *self);

/* Returns whether only white space is left. */
int mc_flat_is_at_end(mc_flat *self);

/* Returns whether the span has these bytes. */
int mc_flat_equals(const mc_flat_span *span, const char *bytes, size_t length);

#endif

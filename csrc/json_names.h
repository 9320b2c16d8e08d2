/* The names in the open objects of a JSON text, to find duplicates. No Lua. */
#ifndef MC_JSON_NAMES_H
#define MC_JSON_NAMES_H

#include "json_check.h"

#include <stdint.h>

typedef struct mc_json_name {
    const unsigned char *text;
    uint32_t length, hash;
} mc_json_name;

typedef struct mc_json_names {
    mc_json_name *list, on_stack[64];
    size_t count, capacity;
} mc_json_names;

void mc_json_names_init(mc_json_names *self);

/* Adds a valid name: the bytes between its quotes. */
mc_json_error mc_json_names_add(mc_json_names *self, const unsigned char *text, size_t length);

/* Returns the second of two equal names from index `first` on, or NULL. May change their order. */
const mc_json_name *mc_json_names_duplicate(mc_json_names *self, size_t first);

void mc_json_names_free(mc_json_names *self);

/* Returns the code point of the escape \uXXXX, or of a surrogate pair of escapes, and advances. -1 for half a pair,
   which is skipped, too; -2 if there is no such escape. */
int32_t mc_json_escape(const unsigned char **at, const unsigned char *end);

#endif

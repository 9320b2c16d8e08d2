/* The names of the objects of a JSON text that are open, to find one that stands twice. No Lua. */
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

/* Adds a name as it stands between its quotes, and was found valid. */
mc_json_problem mc_json_names_add(mc_json_names *self, const unsigned char *text, size_t length);

/* Where one of the names from `first` on stands twice, the second of the two; else NULL. May change their order. */
const mc_json_name *mc_json_names_twice(mc_json_names *self, size_t first);

void mc_json_names_free(mc_json_names *self);

/* The code point of \uXXXX at *at, which moves past it, or past both halves of a pair; -1 for half a pair (moved past it),
   -2 where no such escape stands there. */
int32_t mc_json_escape(const unsigned char **at, const unsigned char *end);

#endif

/* Checks the method and the headers of a request (RFC 9110), so that no text can add a header or a second request. */
#ifndef MC_HEADER_H
#define MC_HEADER_H

#include "compat.h"

#include <stddef.h>

#define MC_HEADERS_MAX 100 /* of a request */

typedef struct mc_header {
    const char *name, *value;
    size_t name_length, value_length;
} mc_header;

/* Returns why a method is invalid, or NULL. */
const char *mc_method_error(const char *method, size_t length);

/* Returns why a header is invalid, or NULL. */
const char *mc_header_error(const mc_header *header);

/* Returns why the value of a header with a valid name is invalid, or NULL. Reads only the length of the name. */
const char *mc_header_value_error(const mc_header *header);

/* Returns why the value at an index is not a list {name, value, …} of at most MC_HEADERS_MAX pairs, or NULL. Sets
 *count to the number of pairs. [-0, +0] */
const char *mc_header_list_error(lua_State *L, int index, int *count);

/* Reads the pair at a position, from 1, of the list at an absolute index, and pushes its two parts, which keep the texts
   alive. A value may be a secret. Returns why the header is invalid, or NULL. [-0, +2] */
const char *mc_header_push(lua_State *L, int index, int position, mc_header *header);

#endif

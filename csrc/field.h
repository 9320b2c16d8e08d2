/* A field: its type, and the check and conversion of a value in both directions. */
#ifndef MC_FIELD_H
#define MC_FIELD_H

#include "compat.h"

/* A new type needs a name in mc_field_type_of, and a case in mc_field_encode and mc_field_decode: without the cases the code
   does not compile. doc/architecture.md lists the other places. */
typedef enum mc_field_type {
    MC_TEXT,
    MC_EMAIL,
    MC_BOOLEAN,
    MC_DATETIME,
    MC_INTEGER,
    MC_ENUM,
    MC_LIST,
    MC_OBJECT,
    MC_ANY,
} mc_field_type;

typedef struct mc_field {
    mc_field_type type;
    int required, secret;
    lua_Number min, max; /* of characters, list items, or an integer */
    const char *wire;    /* wire name; its schema keeps it alive */
    size_t wire_length;
} mc_field;

/* Path of a value in the input, for messages: the field `name` of the parent or, if that is NULL, its item number
   `item`. */
typedef struct mc_field_path {
    const struct mc_field_path *parent;
    const char *name;
    int item;
} mc_field_path;

/* Returns the type with that name, or -1. */
int mc_field_type_of(const char *name);

/* Replaces the Lua value on top by its wire form, for types other than list and object. `detail` is the index of the
   values of an enum. `from_file` is true for values of a file or the command line, where a number is not a date.
   Returns 0 with a message on top if the value is invalid. [-1, +1] */
int mc_field_encode(lua_State *L, const mc_field *field, int detail, int from_file);

/* Replaces the wire value on top by its Lua form. Returns 0 with a message on top if the value is invalid. [-1, +1] */
int mc_field_decode(lua_State *L, const mc_field *field);

/* Pushes the text and the number, which is 1 and not 1.0 in all Lua versions. [-0, +1] */
void mc_field_push_number(lua_State *L, const char *text, lua_Number number);

/* Pushes "not …": with the value if it is a number or a boolean, otherwise with its type. [-0, +1] */
void mc_field_push_found(lua_State *L, int index);

/* Appends {field, code, message, order} to the list of errors at an index. The message is on top. [-1, +0] */
void mc_field_add_error(lua_State *L, int errors, const mc_field_path *path, int order, const char *code);

#endif

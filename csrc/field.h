/* One field: its type, and the check and conversion of a value in both directions. */
#ifndef MC_FIELD_H
#define MC_FIELD_H

#include "compat.h"

typedef enum mc_type {
    MC_TEXT,
    MC_EMAIL,
    MC_BOOLEAN,
    MC_DATETIME,
    MC_INTEGER,
    MC_ENUM,
    MC_LIST,
    MC_OBJECT,
    MC_ANY,
} mc_type;

typedef struct mc_field {
    mc_type type;
    int required, secret;
    lua_Number min, max; /* text: characters; list: items; integer: its value */
} mc_field;

/* Where a value stands in the input, for messages: a field of the parent, or its item-th item. */
typedef struct mc_path {
    const struct mc_path *parent;
    const char *name;
    int item;
} mc_path;

/* The type of that name, or -1. */
int mc_type_of(const char *name);

/* Replaces the Lua value on top of the stack by its wire form, for types other than list and object. `detail` is the
   index of the enum's values. `from_file`: the value is of a file or of the command line, where a number is no date.
   True on success; else a message is on top instead. [-1, +1] */
int mc_field_encode(lua_State *L, const mc_field *field, int detail, int from_file);

/* The same in the other direction: wire value to Lua value. [-1, +1] */
int mc_field_decode(lua_State *L, const mc_field *field);

/* Pushes the text and the number, 1 and not 1.0 in every Lua, at any size. [-0, +1] */
void mc_push_number(lua_State *L, const char *text, lua_Number number);

/* Pushes "not <what the value is>" without showing text. [-0, +1] */
void mc_push_found(lua_State *L, int index);

/* Appends {field, code, message, order} to the list of problems at an index. The message is on top. [-1, +0] */
void mc_problem(lua_State *L, int problems, const mc_path *path, int order, const char *code);

#endif

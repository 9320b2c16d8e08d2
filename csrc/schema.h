/* A schema: a list of fields, compiled once. schema.c compiles it, schema_encode.c converts Lua to the wire form,
   schema_decode.c converts back, schema_read_json.c reads JSON straight into the Lua form, schema_lua.c is the Lua
   binding. */
#ifndef MC_SCHEMA_H
#define MC_SCHEMA_H

#include "field.h"

#define MC_SCHEMA "mimecast.schema"
#define MC_FIELDS_MAX 96

typedef struct mc_schema {
    int count, depth;
    mc_field fields[];
} mc_schema;

/* The uservalue of a schema is an array: for each field its Lua name, its wire name and its detail (the values of an
   enum, the schema of an object or of a list's items), then four tables. */
enum { MC_SLOT_NAME = 1, MC_SLOT_WIRE, MC_SLOT_DETAIL, MC_SLOTS = 3 };
enum { MC_TABLE_NAMES = 1, MC_TABLE_WIRES, MC_TABLE_OBJECT_MT, MC_TABLE_ARRAY_MT };

/* Index in the uservalue of a field's slot, and of a table. */
int mc_schema_field_slot(int field, int slot);
int mc_schema_table_slot(const mc_schema *self, int slot);

/* Returns the Lua name of a field. The uservalue keeps it alive. [-0, +0] */
const char *mc_schema_field_name(lua_State *L, int uservalue, int number);

/* Compiles the definitions at index 1 with the metatables of objects and arrays at 2 and 3, and pushes the schema.
   Raises an error if a definition is invalid. [-0, +1] */
void mc_schema_push_compiled(lua_State *L);

/* A conversion in progress: the indexes of the list of errors and of the table of visited tables (nil until it is
   needed; schema_decode.c), the number of errors, and whether the values are from a file. */
typedef struct mc_schema_run {
    int errors, count, from_file, visited;
} mc_schema_run;

/* Adds an error, up to a maximum number. The message is on top. [-1, +0] */
void mc_schema_add_error(lua_State *L, mc_schema_run *run, const mc_field_path *path, int order, const char *code);

/* Pushes the wire form of the table at `input`. [-0, +1] */
void mc_schema_encode_object(lua_State *L, mc_schema_run *run, int schema_index, int input,
                             const mc_field_path *parent);

/* Pushes the Lua form of the wire object at `wire`. [-0, +1] */
void mc_schema_decode_object(lua_State *L, mc_schema_run *run, int schema_index, int wire, const mc_field_path *parent);

/* Pushes a list of `count` Lua forms from the response whose text is at `text`. Each must name its item if `items` is the
   index of the wire items, with the wire name of their key and the Lua name of the same field behind it; 0 if there are
   none. Returns 0, with nothing pushed, if it declines. [-0, +0 or 1] */
int mc_schema_push_outputs(lua_State *L, int schema_index, int text, int count, int items);

#endif

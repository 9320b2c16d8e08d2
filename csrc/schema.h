/* A list of fields, compiled once. shape.c compiles it, marshal.c goes from Lua to the wire, unmarshal.c back. */
#ifndef MC_SCHEMA_H
#define MC_SCHEMA_H

#include "field.h"

#define MC_SCHEMA "mimecast.schema"
#define MC_FIELDS_MAX 96

typedef struct mc_schema {
    int count, depth;
    mc_field fields[];
} mc_schema;

/* A shape's anchor is a Lua array that holds what its fields need: for each field its Lua name, its wire name and its
   detail (an enum's values, the shape of an object or of a list's items), then four tables. */
enum { MC_SLOT_NAME = 1, MC_SLOT_WIRE, MC_SLOT_DETAIL, MC_SLOTS = 3 };
enum { MC_TABLE_NAMES = 1, MC_TABLE_WIRES, MC_TABLE_OBJECT_MT, MC_TABLE_ARRAY_MT };

/* Where in the anchor a field's slot is, and where a table is. */
int mc_field_slot(int field, int slot);
int mc_table_slot(const mc_schema *self, int slot);

/* The Lua name of a field. The anchor keeps it alive. [-0, +0] */
const char *mc_field_name(lua_State *L, int anchor, int number);

/* A call in progress: where its problems go, how many there are, whether its values are those of a file, and where the
   tables are noted that no model knows (unmarshal.c), nil until there is one. */
typedef struct mc_report {
    int problems, count, from_file, settled;
} mc_report;

/* Reports a problem, up to a bound. The message is on top. [-1, +0] */
void mc_report_problem(lua_State *L, mc_report *report, const mc_path *path, int order, const char *code);

/* Pushes the wire form of the table at `input`. [-0, +1] */
void mc_schema_encode_object(lua_State *L, mc_report *report, int schema_index, int input, const mc_path *parent);

/* Pushes the Lua form of the wire object at `wire`. [-0, +1] */
void mc_schema_decode_object(lua_State *L, mc_report *report, int schema_index, int wire, const mc_path *parent);

/* Registers the shape type and sets its function into the table on top of the stack. [-0, +0] */
void mc_schema_open(lua_State *L);

#endif

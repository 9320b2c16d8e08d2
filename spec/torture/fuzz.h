/* Random inputs, the same in each run, to all that parses foreign bytes. */
#ifndef TORTURE_FUZZ_H
#define TORTURE_FUZZ_H

#include <lua.h>

typedef void fuzz_report(const char *name, const char *what, const char *problem);

/* Pushes a table of the three modules: the functions of mimecast.core, mimecast.http's `engine`, and the table
   `system`. [-0, +1] */
int open_modules(lua_State *L);

/* Reports a line for each parser. */
void fuzz_run(lua_State *L, fuzz_report *report);

#endif

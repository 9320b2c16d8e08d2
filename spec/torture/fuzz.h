/* Random inputs, the same in each run, to what reads bytes from outside. */
#ifndef TORTURE_FUZZ_H
#define TORTURE_FUZZ_H

#include <lua.h>

typedef void fuzz_report(const char *name, const char *what, const char *problem);

/* The three modules in one table: the engine of mimecast.http and the table `system` beside the functions of mimecast.core.
   [-0, +1] */
int open_modules(lua_State *L);

/* Reports one line for each parser. */
void fuzz_run(lua_State *L, fuzz_report *report);

#endif

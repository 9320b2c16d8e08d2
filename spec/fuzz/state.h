/* A Lua state with the three modules, and a script whose function takes the input. */
#ifndef FUZZ_STATE_H
#define FUZZ_STATE_H

#include <lua.h>

/* Runs the script, which returns a function; the function stays at index 1. */
lua_State *fuzz_state(const char *script);

/* Calls the script's function with the input; an error that leaves it is a finding. */
void fuzz_call(lua_State *L, const void *data, size_t size);

#endif

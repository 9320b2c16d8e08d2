/* mimecast.system: what bulk runs and the command need of the operating system: durable files, interrupts, the
   terminal, digests. A module of its own: who only calls the service needs none of it. */
#include "compat.h"
#include "digest.h"
#include "file.h"
#include "filter.h"
#include "interrupts.h"
#include "secret.h"
#include "terminal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((visibility("default"))) int luaopen_mimecast_system(lua_State *L);

/* resident() -> bytes of memory that the process has, or nil where /proc does not tell. [-0, +1] */
static int resident(lua_State *L)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    int found = statm && fscanf(statm, "%*d %ld", &pages) == 1;
    if (statm) fclose(statm);
    if (!found) return 0;
    mc_pushinteger(L, (lua_Number)pages * (lua_Number)sysconf(_SC_PAGESIZE));
    return 1;
}

/* absolute(path) -> the path from the root, without links; or nil where there is no such file. [-0, +1] */
static int absolute(lua_State *L)
{
    char path[PATH_MAX];
    lua_pushstring(L, realpath(luaL_checkstring(L, 1), path)); /* NULL is nil */
    return 1;
}

static const luaL_Reg functions[] = {
    {"absolute", absolute},
    {"resident", resident},
    {NULL, NULL},
};

/* Leaves the module's table. [-0, +1] */
int luaopen_mimecast_system(lua_State *L)
{
    mc_checkabi(L);
    lua_newtable(L);
    mc_secret_open(L); /* the type must be there also where mimecast.core is not loaded yet */
    lua_pop(L, 1);
    lua_newtable(L);
    mc_file_open(L);
    mc_interrupts_open(L);
    mc_terminal_open(L);
    mc_digest_open(L);
    mc_filter_open(L);
    mc_setfuncs(L, functions);
    return 1;
}

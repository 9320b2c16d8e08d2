/* mimecast.system: operating system functions for bulk runs and the command: durable files, signals, the terminal,
   digests. A separate module, because a program that only calls the service does not need it. */
#include "modules.h"
#include "secret.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((visibility("default"))) int luaopen_mimecast_system(lua_State *L);

/* resident() -> resident memory of the process in bytes, or nil if /proc does not report it. [-0, +0 or 1] */
static int system_resident(lua_State *L)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    int found = statm && fscanf(statm, "%*d %ld", &pages) == 1;
    if (statm) fclose(statm);
    if (!found) return 0;
    mc_pushinteger(L, (lua_Number)pages * (lua_Number)sysconf(_SC_PAGESIZE));
    return 1;
}

/* absolute(path) -> absolute path without symbolic links, or nil if there is no such file. [-0, +1] */
static int system_absolute(lua_State *L)
{
    char path[PATH_MAX];
    lua_pushstring(L, realpath(luaL_checkstring(L, 1), path)); /* NULL is nil */
    return 1;
}

/* modified(path) -> seconds since 1970 of the file's last change, or nil if there is no such file. [-0, +1] */
static int system_modified(lua_State *L)
{
    struct stat status;
    if (stat(luaL_checkstring(L, 1), &status) != 0) {
        lua_pushnil(L);
    } else {
        mc_pushinteger(L, (lua_Number)status.st_mtime);
    }
    return 1;
}

/* process_exists(pid) -> whether there is a process of this id on this machine, of any user. [-0, +1] */
static int system_process_exists(lua_State *L)
{
    lua_Number pid;
    luaL_argcheck(L, mc_tointeger(L, 1, &pid) && pid > 0 && pid <= INT_MAX, 1, "a process id expected");
    lua_pushboolean(L, kill((pid_t)pid, 0) == 0 || errno != ESRCH);
    return 1;
}

#define HOST_MAX 256

/* Sets the user name of this process, or the user's number if there is no name, in the table on top. [-0, +0] */
static void system_set_user(lua_State *L)
{
    char buffer[4096], number[32];
    struct passwd entry, *found = NULL;
    snprintf(number, sizeof number, "%lu", (unsigned long)getuid());
    if (getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) != 0) found = NULL;
    lua_pushstring(L, found && found->pw_name ? found->pw_name : number);
    lua_setfield(L, -2, "user");
}

/* identity() -> { user =, host =, pid = } of this process. `host` is nil if the host has no name. [-0, +1] */
static int system_identity(lua_State *L)
{
    char host[HOST_MAX];
    lua_createtable(L, 0, 3);
    system_set_user(L);
    if (gethostname(host, sizeof host) == 0) {
        host[sizeof host - 1] = '\0'; /* gethostname does not terminate a longer name */
        lua_pushstring(L, host);
        lua_setfield(L, -2, "host");
    }
    mc_pushinteger(L, (lua_Number)getpid());
    lua_setfield(L, -2, "pid");
    return 1;
}

/* clang-format off */
static const luaL_Reg functions[] = {
    {"absolute", system_absolute},
    {"identity", system_identity},
    {"modified", system_modified},
    {"process_exists", system_process_exists},
    {"resident", system_resident},
    {NULL, NULL},
};
/* clang-format on */

/* Pushes the module's table. [-0, +1] */
int luaopen_mimecast_system(lua_State *L)
{
    mc_checkabi(L);
    lua_newtable(L);
    mc_secret_open(L); /* registers the type, in case mimecast.core is not loaded yet */
    lua_pop(L, 1);
    lua_newtable(L);
    mc_file_open(L);
    mc_signals_open(L);
    mc_terminal_open(L);
    mc_command_open(L);
    mc_digest_open(L);
    mc_bloom_open(L);
    mc_charset_open(L);
    mc_setfuncs(L, functions);
    return 1;
}

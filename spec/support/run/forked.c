/* fork, wait and exit for the specs. */
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((visibility("default"))) int luaopen_spec_forked(lua_State *L);

/* fork() -> 0 in the child, its id in the parent. [-0, +1] */
static int process_fork(lua_State *L)
{
    pid_t child = fork();
    if (child < 0) return luaL_error(L, "no fork");
    lua_pushnumber(L, (lua_Number)child);
    return 1;
}

/* wait(child) -> its exit status, or minus the signal that ended it. [-0, +1] */
static int process_wait(lua_State *L)
{
    int status = 0;
    pid_t child = (pid_t)luaL_checknumber(L, 1);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return luaL_error(L, "no such child");
    lua_pushnumber(L, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    return 1;
}

/* exit(status): ends the process as it is; the Lua state is not closed. [-0, +0] */
static int process_exit(lua_State *L)
{
    _exit((int)luaL_checknumber(L, 1));
}

int luaopen_spec_forked(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"fork", process_fork}, {"wait", process_wait}, {"exit", process_exit}, {NULL, NULL}};
    lua_newtable(L);
    for (const luaL_Reg *one = functions; one->name; one++) {
        lua_pushcfunction(L, one->func);
        lua_setfield(L, -2, one->name);
    }
    return 1;
}

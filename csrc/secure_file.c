/* Files that hold secrets: read only when nobody else can. */
#include "secure_file.h"

#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

static int refuse(lua_State *L, const char *code, const char *message)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, code);
    return 3;
}

/* What keeps an open file from being read, or NULL. */
static const char *problem_of(int descriptor, struct stat *status)
{
    if (fstat(descriptor, status) != 0) return strerror(errno);
    if (!S_ISREG(status->st_mode)) return "is not a file";
    if (status->st_uid != geteuid() && status->st_uid != 0) return "belongs to another user";
    if (status->st_mode & 077) return "can be read or changed by others; make it yours alone with chmod 600";
    if (status->st_size > FILE_MAX) return "is over 64 KiB";
    return NULL;
}

/* read_owner_only(path) -> the file's text; or nil, what is wrong, and "missing" or "unsafe". [-0, +1 or 3] */
static int read_owner_only(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    mc_secret *buffer = mc_secret_push(L, FILE_MAX);
    struct stat status;
    size_t length = 0;
    ssize_t count = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0) return refuse(L, errno == ENOENT || errno == ENOTDIR ? "missing" : "unsafe", strerror(errno));
    const char *problem = problem_of(descriptor, &status);
    while (!problem && length < FILE_MAX && (count = read(descriptor, buffer->bytes + length, FILE_MAX - length)) > 0)
        length += (size_t)count;
    if (!problem && count < 0) problem = strerror(errno);
    close(descriptor);
    if (problem) return refuse(L, "unsafe", problem);
    lua_pushlstring(L, (const char *)buffer->bytes, length);
    return 1;
}

static const luaL_Reg functions[] = {
    {"read_owner_only", read_owner_only},
    {NULL, NULL},
};

void mc_secure_file_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

/* Reads files that hold secrets, only if no other user can read or change them. */
#include "modules.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

/* Returns why an open file is not safe to read, or NULL. */
static const char *secure_file_check(int descriptor, struct stat *status)
{
    if (fstat(descriptor, status) != 0) return strerror(errno);
    if (!S_ISREG(status->st_mode)) return "is not a file";
    if (status->st_uid != geteuid() && status->st_uid != 0) return "belongs to another user";
    if (status->st_mode & 077) return "can be read or changed by others; make it yours alone with chmod 600";
    if (status->st_size > FILE_MAX) return "is over 64 KiB";
    return NULL;
}

/* read_owner_only(path) -> text; or nil, message and "missing" or "unsafe". [-0, +1 or 3] */
static int secure_file_read(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    mc_secret *buffer = mc_secret_push(L, FILE_MAX);
    struct stat status;
    size_t length = 0;
    ssize_t count = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return mc_push_error(L, strerror(errno), errno == ENOENT || errno == ENOTDIR ? "missing" : "unsafe");
    const char *reason = secure_file_check(descriptor, &status);
    while (!reason && length < FILE_MAX && (count = read(descriptor, buffer->bytes + length, FILE_MAX - length)) > 0)
        length += (size_t)count;
    if (!reason && count < 0) reason = strerror(errno);
    close(descriptor);
    if (reason) return mc_push_error(L, reason, "unsafe");
    lua_pushlstring(L, (const char *)buffer->bytes, length);
    return 1;
}

static const luaL_Reg functions[] = {
    {"read_owner_only", secure_file_read},
    {NULL, NULL},
};

void mc_secure_file_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

/* Files that a crash must not spoil: one writer, appended to and made durable; or replaced as a whole.

   A failure is nil, a message and one of these kinds: exists, missing, locked, denied, read_only, no_space, unsafe,
   failed. */
#define _GNU_SOURCE /* mkostemp */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MC_FILE "mimecast.file"
#define READ_MAX 1048576
#define SIZE_MAX_EXACT 9007199254740992.0 /* 2^53 */

typedef struct file {
    int open, descriptor;
    int broken; /* what is on the disk is not known: nothing more is written */
    off_t size;
} file;

static const char *kind_of(int error)
{
    switch (error) {
    case EEXIST: return "exists";
    case ENOENT:
    case ENOTDIR: return "missing";
    case EWOULDBLOCK: return "locked";
    case EACCES:
    case EPERM: return "denied";
    case EROFS: return "read_only";
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "no_space";
    case ELOOP:
    case EISDIR: return "unsafe";
    default: return "failed";
    }
}

static int refuse(lua_State *L, const char *message, const char *kind)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, kind);
    return 3;
}

static int refuse_errno(lua_State *L, int error)
{
    return refuse(L, error == EWOULDBLOCK ? "another process has it open" : strerror(error), kind_of(error));
}

static int succeed(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}

/* Writes all at an offset; 0 or an errno. */
static int write_all(int descriptor, const char *text, size_t length, off_t offset)
{
    while (length) {
        ssize_t count = pwrite(descriptor, text, length, offset);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count < 0 ? errno : EIO;
        text += count;
        length -= (size_t)count;
        offset += count;
    }
    return 0;
}

/* Makes a name durable: what fsync of the file itself does not. 0 or an errno. */
static int sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof folder) return ENAMETOOLONG;
    memcpy(folder, path, length);
    if (!length) folder[length++] = slash ? '/' : '.';
    folder[length] = '\0';
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    int error = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    return error;
}

/* ---- append ---- */

static int open_new(file *self, const char *path)
{
    self->descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (self->descriptor < 0) return errno;
    self->open = 1;
    if (flock(self->descriptor, LOCK_EX | LOCK_NB) != 0) return errno;
    int error = sync_folder_of(path);
    if (error) unlink(path);
    return error;
}

static int open_old(file *self, const char *path)
{
    self->descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (self->descriptor < 0) return errno;
    self->open = 1;
    return 0;
}

/* What keeps a file that was there from being written, or NULL. */
static const char *problem_of(file *self)
{
    struct stat status;
    if (fstat(self->descriptor, &status) != 0) return strerror(errno);
    if (!S_ISREG(status.st_mode)) return "is not a file";
    if (status.st_uid != geteuid()) return "belongs to another user";
    if (status.st_mode & 077) return "can be read or changed by others; make it yours alone with chmod 600";
    if ((double)status.st_size > SIZE_MAX_EXACT) return "is too large";
    return NULL;
}

static void shut(file *self)
{
    if (self->open) close(self->descriptor); /* and the lock goes with it */
    self->open = 0;
}

/* append(path, "new" or "old") -> file, or nil, message and kind. "new" must not be there and gets mode 0600, "old"
   must be a file of one's own that no other can read, not a symbolic link. Locked against others as long as it is
   open. [-0, +1 or 3] */
static int file_open_append(lua_State *L)
{
    static const char *const modes[] = {"new", "old", NULL};
    const char *path = luaL_checkstring(L, 1);
    int old = luaL_checkoption(L, 2, NULL, modes);
    file *self = mc_newudata(L, sizeof *self, MC_FILE);
    int error = old ? open_old(self, path) : open_new(self, path);
    const char *problem = error ? NULL : problem_of(self);
    if (!error && !problem && old && flock(self->descriptor, LOCK_EX | LOCK_NB) != 0) error = errno;
    if (error == ELOOP) problem = "is a symbolic link";
    if (!error && !problem) {
        self->size = lseek(self->descriptor, 0, SEEK_END); /* of the locked file: nobody changes it any more */
        if (self->size < 0) error = errno;
    }
    if (error || problem) shut(self);
    if (problem) return refuse(L, problem, "unsafe");
    return error ? refuse_errno(L, error) : 1;
}

static file *check_file(lua_State *L)
{
    file *self = luaL_checkudata(L, 1, MC_FILE);
    if (!self->open) luaL_error(L, "the file is closed");
    return self;
}

static int refuse_broken(lua_State *L)
{
    return refuse(L, "an earlier failure left it unknown what is on the disk", "failed");
}

/* file:write(text) -> true; or nil, message and kind, and the file is as it was before. [-0, +1 or 3] */
static int file_write(lua_State *L)
{
    file *self = check_file(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    if (self->broken) return refuse_broken(L);
    int error = write_all(self->descriptor, text, length, self->size);
    if (!error) {
        self->size += (off_t)length;
        return succeed(L);
    }
    if (ftruncate(self->descriptor, self->size) != 0) self->broken = 1;
    return refuse_errno(L, error);
}

/* file:sync() -> true when all that was written is on the disk; or nil, message and kind. After a failure the kernel may
   have dropped what it could not write, so that another try would prove nothing: the file takes no more.
   [-0, +1 or 3] */
static int file_sync(lua_State *L)
{
    file *self = check_file(L);
    if (self->broken) return refuse_broken(L);
    if (fdatasync(self->descriptor) == 0) return succeed(L);
    int error = errno;
    self->broken = 1;
    return refuse_errno(L, error);
}

/* file:size() -> bytes. [-0, +1] */
static int file_size(lua_State *L)
{
    mc_pushinteger(L, (lua_Number)check_file(L)->size);
    return 1;
}

static off_t check_offset(lua_State *L, int index, lua_Number max)
{
    lua_Number offset;
    luaL_argcheck(L, mc_tointeger(L, index, &offset) && offset >= 0 && offset <= max, index, "out of bounds");
    return (off_t)offset;
}

/* file:truncate(bytes) -> true; or nil, message and kind. [-0, +1 or 3] */
static int file_truncate(lua_State *L)
{
    file *self = check_file(L);
    off_t size = check_offset(L, 2, (lua_Number)self->size);
    if (ftruncate(self->descriptor, size) != 0) return refuse_errno(L, errno);
    self->size = size;
    return succeed(L);
}

/* file:read(offset, bytes) -> text, at most so many bytes and 1 MiB, "" at the end; or nil, message and kind.
   [-0, +1 or 3] */
static int file_read(lua_State *L)
{
    file *self = check_file(L);
    off_t offset = check_offset(L, 2, SIZE_MAX_EXACT);
    size_t wanted = (size_t)check_offset(L, 3, READ_MAX), length = 0;
    char *buffer = lua_newuserdata(L, wanted + 1);
    while (length < wanted) {
        ssize_t count = pread(self->descriptor, buffer + length, wanted - length, offset + (off_t)length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return refuse_errno(L, errno);
        if (count == 0) break;
        length += (size_t)count;
    }
    lua_pushlstring(L, buffer, length);
    return 1;
}

static int file_close(lua_State *L)
{
    shut(luaL_checkudata(L, 1, MC_FILE));
    return 0;
}

/* ---- replace ---- */

/* Writes, makes durable and names the temporary file. 0 or an errno. */
static int settle(int descriptor, const char *temporary, const char *path, const char *text, size_t length)
{
    int error = write_all(descriptor, text, length, 0);
    if (!error && fsync(descriptor) != 0) error = errno;
    if (close(descriptor) != 0 && !error) error = errno;
    if (!error && rename(temporary, path) != 0) error = errno;
    if (error) unlink(temporary);
    return error ? error : sync_folder_of(path);
}

/* write_owner_only(path, text) -> true; or nil, message and kind. The file has mode 0600, replaces one of that name, and is
   there whole and durable or not at all. [-0, +1 or 3] */
static int write_owner_only(lua_State *L)
{
    char temporary[PATH_MAX];
    size_t length;
    const char *path = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &length);
    int size = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (size < 0 || (size_t)size >= sizeof temporary) return refuse_errno(L, ENAMETOOLONG);
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    int error = descriptor < 0 ? errno : settle(descriptor, temporary, path, text, length);
    return error ? refuse_errno(L, error) : succeed(L);
}

/* make_folder(path) -> true when it is there, of mode 0700 where it was not; or nil, message and kind. [-0, +1 or 3] */
static int make_folder(lua_State *L)
{
    if (mkdir(luaL_checkstring(L, 1), 0700) == 0 || errno == EEXIST) return succeed(L);
    return refuse_errno(L, errno);
}

static const luaL_Reg metamethods[] = {
    {"__gc", file_close},
    {"__close", file_close},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"write", file_write},
    {"sync", file_sync},
    {"size", file_size},
    {"truncate", file_truncate},
    {"read", file_read},
    {"close", file_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"open_append", file_open_append},
    {"make_folder", make_folder},
    {"write_owner_only", write_owner_only},
    {NULL, NULL},
};

void mc_file_open(lua_State *L)
{
    mc_newtype(L, MC_FILE, metamethods, methods);
    mc_setfuncs(L, functions);
}

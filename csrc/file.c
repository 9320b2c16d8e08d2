/* Durable files: appended by a single writer, or replaced as a whole, so that a crash cannot damage them.

   Functions return nil, a message and a kind if they fail: exists, missing, locked, denied, read_only, no_space,
   unsafe, failed. */
#define _GNU_SOURCE /* mkostemp */
#include "clock.h"
#include "modules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MC_FILE "mimecast.file"
#define READ_MAX 1048576
#define LOCK_SECONDS_MAX 60
#define LIST_MAX 10000                    /* names of a folder */
#define SIZE_MAX_EXACT 9007199254740992.0 /* 2^53 */

typedef struct file {
    int open, descriptor;
    int broken; /* the content on the disk is unknown: write nothing more */
    off_t size;
} file;

static const char *file_error_kind(int error)
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

/* Pushes nil, message and kind. [-0, +3] */
static int file_push_errno(lua_State *L, int error)
{
    return mc_push_error(L, error == EWOULDBLOCK ? "another process has it open" : strerror(error),
                         file_error_kind(error));
}

/* [-0, +1] */
static int file_push_true(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}

/* Writes all bytes at an offset. Returns 0 or an errno. */
static int file_write_all(int descriptor, const char *text, size_t length, off_t offset)
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

/* Makes a file's name durable with fsync of its folder; fsync of the file does not. Returns 0 or an errno. */
static int file_sync_parent(const char *path)
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

/* Locks a file; waits for another process at most so many seconds. Returns 0 or an errno. */
static int file_lock(int descriptor, double seconds)
{
    static const struct timespec pause = {0, 1000000};
    double deadline = seconds > 0 ? mc_monotonic() + seconds : 0;
    while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || seconds <= 0 || mc_monotonic() >= deadline) return errno;
        nanosleep(&pause, NULL);
    }
    return 0;
}

static int file_open_new(file *self, const char *path, double seconds)
{
    self->descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (self->descriptor < 0) return errno;
    self->open = 1;
    int error = file_lock(self->descriptor, seconds); /* another process may have opened and locked it already */
    if (error) return error;
    error = file_sync_parent(path);
    if (error) unlink(path);
    return error;
}

static int file_open_existing(file *self, const char *path)
{
    self->descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (self->descriptor < 0) return errno;
    self->open = 1;
    return 0;
}

/* Returns why an existing file must not be written, or NULL. */
static const char *file_check_owner(file *self)
{
    struct stat status;
    if (fstat(self->descriptor, &status) != 0) return strerror(errno);
    if (!S_ISREG(status.st_mode)) return "is not a file";
    if (status.st_uid != geteuid()) return "belongs to another user";
    if (status.st_mode & 077) return "can be read or changed by others; make it yours alone with chmod 600";
    if ((double)status.st_size > SIZE_MAX_EXACT) return "is too large";
    return NULL;
}

static void file_release(file *self)
{
    if (self->open) close(self->descriptor); /* releases the lock, too */
    self->open = 0;
}

/* open_append(path, "new" or "old", [seconds]) -> file; or nil, message and kind. A "new" file must not exist, and gets
   mode 0600. An "old" file must belong to this user, be readable for no other user, and not be a symbolic link. The file
   is locked while it is open; `seconds` is the time to wait for another process that has locked it (default 0, at most
   60), which blocks this process. [-0, +1 or 3] */
static int file_open_append(lua_State *L)
{
    static const char *const modes[] = {"new", "old", NULL};
    const char *path = luaL_checkstring(L, 1);
    int old = luaL_checkoption(L, 2, NULL, modes);
    lua_Number seconds = luaL_optnumber(L, 3, 0);
    luaL_argcheck(L, seconds >= 0 && seconds <= LOCK_SECONDS_MAX, 3, "out of bounds");
    file *self = mc_newudata(L, sizeof *self, MC_FILE);
    int error = old ? file_open_existing(self, path) : file_open_new(self, path, seconds);
    const char *reason = error ? NULL : file_check_owner(self);
    if (!error && !reason && old) error = file_lock(self->descriptor, seconds);
    if (error == ELOOP) reason = "is a symbolic link";
    if (!error && !reason) {
        self->size = lseek(self->descriptor, 0, SEEK_END); /* after the lock: no other process changes it now */
        if (self->size < 0) error = errno;
    }
    if (error || reason) file_release(self);
    if (reason) return mc_push_error(L, reason, "unsafe");
    return error ? file_push_errno(L, error) : 1;
}

/* Returns the open file at index 1, or raises an error. [-0, +0] */
static file *file_check(lua_State *L)
{
    file *self = luaL_checkudata(L, 1, MC_FILE);
    if (!self->open) luaL_error(L, "the file is closed");
    return self;
}

/* [-0, +3] */
static int file_push_broken(lua_State *L)
{
    return mc_push_error(L, "after an earlier failure the content on the disk is unknown", "failed");
}

/* file:write(text) -> true; or nil, message and kind, with the file unchanged. [-0, +1 or 3] */
static int file_write(lua_State *L)
{
    file *self = file_check(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    if (self->broken) return file_push_broken(L);
    int error = file_write_all(self->descriptor, text, length, self->size);
    if (!error) {
        self->size += (off_t)length;
        return file_push_true(L);
    }
    if (ftruncate(self->descriptor, self->size) != 0) self->broken = 1;
    return file_push_errno(L, error);
}

/* file:rewrite(text) -> true; or nil, message and kind. Replaces the content in place, which is cheap. After a crash the
   content may be a mixture: the text needs a checksum. [-0, +1 or 3] */
static int file_rewrite(lua_State *L)
{
    file *self = file_check(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    if (self->broken) return file_push_broken(L);
    int error = file_write_all(self->descriptor, text, length, 0);
    if (!error && (off_t)length < self->size && ftruncate(self->descriptor, (off_t)length) != 0) error = errno;
    if (error) self->broken = 1;
    if (error) return file_push_errno(L, error);
    self->size = (off_t)length;
    return file_push_true(L);
}

/* Waits until the disk holds the data. fsync of macOS leaves it in the disk's cache. [-0, +0] */
static int file_flush(int descriptor)
{
#ifdef F_FULLFSYNC
    return fcntl(descriptor, F_FULLFSYNC);
#else
    return fdatasync(descriptor);
#endif
}

/* file:sync() -> true once all written text is on the disk; or nil, message and kind. After a failure the kernel may
   have dropped the text, so that a second sync would prove nothing: all later writes fail. [-0, +1 or 3] */
static int file_sync(lua_State *L)
{
    file *self = file_check(L);
    if (self->broken) return file_push_broken(L);
    if (file_flush(self->descriptor) != -1) return file_push_true(L);
    int error = errno;
    self->broken = 1;
    return file_push_errno(L, error);
}

/* file:size() -> bytes. [-0, +1] */
static int file_size(lua_State *L)
{
    mc_pushinteger(L, (lua_Number)file_check(L)->size);
    return 1;
}

/* Returns the offset at an index, or raises an error. [-0, +0] */
static off_t file_check_offset(lua_State *L, int index, lua_Number max)
{
    lua_Number offset;
    luaL_argcheck(L, mc_tointeger(L, index, &offset) && offset >= 0 && offset <= max, index, "out of bounds");
    return (off_t)offset;
}

/* file:truncate(bytes) -> true; or nil, message and kind. [-0, +1 or 3] */
static int file_truncate(lua_State *L)
{
    file *self = file_check(L);
    off_t size = file_check_offset(L, 2, (lua_Number)self->size);
    if (ftruncate(self->descriptor, size) != 0) return file_push_errno(L, errno);
    self->size = size;
    return file_push_true(L);
}

/* file:read(offset, bytes) -> text of at most so many bytes and 1 MiB, "" at the end; or nil, message and kind.
   [-0, +1 or 3] */
static int file_read(lua_State *L)
{
    file *self = file_check(L);
    off_t offset = file_check_offset(L, 2, SIZE_MAX_EXACT);
    size_t wanted = (size_t)file_check_offset(L, 3, READ_MAX), length = 0;
    char *buffer = lua_newuserdata(L, wanted + 1);
    while (length < wanted) {
        ssize_t count = pread(self->descriptor, buffer + length, wanted - length, offset + (off_t)length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_push_errno(L, errno);
        if (count == 0) break;
        length += (size_t)count;
    }
    lua_pushlstring(L, buffer, length);
    return 1;
}

/* file:close(). [-0, +0] */
static int file_close(lua_State *L)
{
    file_release(luaL_checkudata(L, 1, MC_FILE));
    return 0;
}

/* ---- replace ---- */

/* Writes the temporary file, makes it durable and renames it. Returns 0 or an errno. */
static int file_replace(int descriptor, const char *temporary, const char *path, const char *text, size_t length)
{
    int error = file_write_all(descriptor, text, length, 0);
    if (!error && fsync(descriptor) != 0) error = errno;
    if (close(descriptor) != 0 && !error) error = errno;
    if (!error && rename(temporary, path) != 0) error = errno;
    if (error) unlink(temporary);
    return error ? error : file_sync_parent(path);
}

/* write_owner_only(path, text) -> true; or nil, message and kind. Creates or replaces a file of mode 0600, whole and
   durable or not at all. [-0, +1 or 3] */
static int file_write_owner_only(lua_State *L)
{
    char temporary[PATH_MAX];
    size_t length;
    const char *path = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &length);
    int size = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (size < 0 || (size_t)size >= sizeof temporary) return file_push_errno(L, ENAMETOOLONG);
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    int error = descriptor < 0 ? errno : file_replace(descriptor, temporary, path, text, length);
    return error ? file_push_errno(L, error) : file_push_true(L);
}

/* make_folder(path) -> true if the folder exists or was created, with mode 0700; or nil, message and kind. [-0, +1
   or 3] */
static int file_make_folder(lua_State *L)
{
    if (mkdir(luaL_checkstring(L, 1), 0700) == 0 || errno == EEXIST) return file_push_true(L);
    return file_push_errno(L, errno);
}

#define MC_FOLDER "mimecast.folder"

/* Closes a folder's stream. [-0, +0] */
static int file_close_folder(lua_State *L)
{
    DIR **stream = luaL_checkudata(L, 1, MC_FOLDER);
    if (*stream) closedir(*stream);
    *stream = NULL;
    return 0;
}

/* list_folder(path) -> names of its files and folders, in no order, at most 10000; or nil, message and kind. [-0, +1 or
   3] */
static int file_list_folder(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    DIR **stream = mc_newudata(L, sizeof *stream, MC_FOLDER); /* a userdata: closed also if memory runs out */
    struct dirent *entry;
    int count = 0;
    *stream = opendir(path);
    if (!*stream) return file_push_errno(L, errno);
    lua_newtable(L);
    while (count < LIST_MAX && (entry = readdir(*stream)) != NULL) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        lua_pushstring(L, entry->d_name);
        lua_rawseti(L, -2, ++count);
    }
    closedir(*stream);
    *stream = NULL;
    return 1;
}

static const luaL_Reg folder_metamethods[] = {
    {"__gc", file_close_folder},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", file_close},
    {"__close", file_close},
    {NULL, NULL},
};

/* clang-format off */
static const luaL_Reg methods[] = {
    {"write", file_write},
    {"rewrite", file_rewrite},
    {"sync", file_sync},
    {"size", file_size},
    {"truncate", file_truncate},
    {"read", file_read},
    {"close", file_close},
    {NULL, NULL},
};
/* clang-format on */

static const luaL_Reg functions[] = {
    {"open_append", file_open_append},
    {"list_folder", file_list_folder},
    {"make_folder", file_make_folder},
    {"write_owner_only", file_write_owner_only},
    {NULL, NULL},
};

void mc_file_open(lua_State *L)
{
    mc_newtype(L, MC_FILE, metamethods, methods);
    mc_newtype(L, MC_FOLDER, folder_metamethods, NULL);
    mc_setfuncs(L, functions);
}

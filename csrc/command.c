/* Runs a program without a shell, and reads one secret from its standard output.

   Its standard input is /dev/null, its standard error is this process's. The secret never is a Lua string. */
#include "clock.h"
#include "modules.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 64
#define SECRET_MAX 4096 /* bytes, as of a line of a terminal */
#define SECONDS_MAX 3600

extern char **environ;

/* Why reading or waiting ended. */
typedef enum command_end { COMPLETE, TOO_LONG, TIMEOUT, INTERRUPTED, FAILED } command_end;

static const struct {
    const char *message, *kind;
} errors[] = {
    [COMPLETE] = {NULL, NULL},
    [TOO_LONG] = {"wrote more than 4096 bytes", "too_long"},
    [TIMEOUT] = {"took longer than its time limit", "timeout"},
    [INTERRUPTED] = {"was interrupted", "interrupted"},
    [FAILED] = {"cannot be read", "failed"},
};

/* Starts the program with the pipe as its standard output, without the signal mask of this process, and with the usual
   meaning of SIGPIPE, which a host may ignore. Returns 0 or an errno. */
static int command_spawn(char *const words[], int output, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, pipe_only;
    sigemptyset(&none);
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
        if (!error) error = posix_spawnattr_setsigdefault(&attributes, &pipe_only);
        if (!error) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (!error) error = posix_spawnp(child, words[0], &actions, &attributes, words, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads until the end of the output. One byte more than the maximum tells a longer output. */
static command_end command_read(int descriptor, mc_secret *out, double deadline)
{
    struct pollfd input = {descriptor, POLLIN, 0};
    out->length = 0;
    for (;;) {
        double left = deadline - mc_monotonic();
        if (left <= 0) return TIMEOUT;
        int ready = poll(&input, 1, left > 1 ? 1000 : (int)(left * 1000) + 1);
        if (ready < 0) return errno == EINTR ? INTERRUPTED : FAILED;
        if (ready == 0) continue;
        ssize_t count = read(descriptor, out->bytes + out->length, SECRET_MAX + 1 - out->length);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) return FAILED;
        if (count == 0) return COMPLETE;
        out->length += (size_t)count;
        if (out->length > SECRET_MAX) return TOO_LONG;
    }
}

/* Waits for the end of the program. ECHILD: the host reaps the children itself, and the status is lost. */
static command_end command_wait(pid_t child, int *status, double deadline)
{
    static const struct timespec pause = {0, 2000000};
    pid_t ended;
    while ((ended = waitpid(child, status, WNOHANG)) == 0) {
        if (mc_monotonic() >= deadline) return TIMEOUT;
        nanosleep(&pause, NULL);
    }
    if (ended < 0 && errno == ECHILD) *status = 0;
    return COMPLETE;
}

/* Runs the program. Returns 0 or the errno of its start; sets why it ended, and its status. */
static int command_run(char *const words[], double seconds, mc_secret *out, command_end *end, int *status)
{
    int pair[2];
    pid_t child;
    sigset_t children, before;
    double deadline = mc_monotonic() + seconds;
    if (pipe(pair) != 0) return errno;
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD); /* a handler of the host, such as nginx's, would reap the program */
    sigprocmask(SIG_BLOCK, &children, &before);
    int error = command_spawn(words, pair[1], &child);
    close(pair[1]);
    if (!error) {
        *end = command_read(pair[0], out, deadline);
        if (*end == COMPLETE) *end = command_wait(child, status, deadline);
        if (*end != COMPLETE) {
            kill(child, SIGKILL);
            while (waitpid(child, status, 0) < 0 && errno == EINTR) continue;
        }
    }
    close(pair[0]);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* Collects the words of the table at index 1, which must stay on the stack. [-0, +0] */
static void command_check_words(lua_State *L, const char *words[WORDS_MAX + 1])
{
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t count = mc_rawlen(L, 1), length;
    luaL_argcheck(L, count >= 1 && count <= WORDS_MAX, 1, "1 to 64 words expected");
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 1, (int)i + 1);
        if (lua_type(L, -1) != LUA_TSTRING) luaL_argerror(L, 1, "words expected");
        words[i] = lua_tolstring(L, -1, &length); /* the table keeps it */
        luaL_argcheck(L, strlen(words[i]) == length, 1, "a word has a zero byte");
        lua_pop(L, 1);
    }
    words[count] = NULL;
}

/* Removes one line end. Returns why the rest is not one line, or NULL. */
static const char *command_check_line(mc_secret *out)
{
    if (out->length && out->bytes[out->length - 1] == '\n') out->length--;
    if (out->length && out->bytes[out->length - 1] == '\r') out->length--;
    if (!out->length) return "wrote nothing to its standard output";
    return memchr(out->bytes, '\n', out->length) ? "wrote more than one line" : NULL;
}

/* read_secret_from_command(words, seconds) -> secret, what the program words[1] writes to its standard output, without
   the line end; or nil, message and kind: not_started, too_long, timeout, interrupted, failed. [-0, +1 or 3] */
static int command_read_secret(lua_State *L)
{
    const char *words[WORDS_MAX + 1];
    char *arguments[WORDS_MAX + 1];
    command_end end = COMPLETE;
    int status = 0;
    command_check_words(L, words);
    lua_Number seconds = luaL_checknumber(L, 2);
    luaL_argcheck(L, seconds > 0 && seconds <= SECONDS_MAX, 2, "out of bounds");
    memcpy(arguments, words, sizeof arguments); /* posix_spawn does not change the words */
    mc_secret *out = mc_secret_push(L, SECRET_MAX + 1);
    int error = command_run(arguments, seconds, out, &end, &status);
    if (error) return mc_push_error(L, strerror(error), "not_started");
    if (end != COMPLETE) return mc_push_error(L, errors[end].message, errors[end].kind);
    if (status != 0) {
        lua_pushnil(L);
        if (WIFSIGNALED(status))
            lua_pushfstring(L, "was ended by signal %d", WTERMSIG(status));
        else
            lua_pushfstring(L, "ended with exit code %d", WEXITSTATUS(status));
        lua_pushliteral(L, "failed");
        return 3;
    }
    const char *reason = command_check_line(out);
    return reason ? mc_push_error(L, reason, "failed") : 1;
}

static const luaL_Reg functions[] = {
    {"read_secret_from_command", command_read_secret},
    {NULL, NULL},
};

void mc_command_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

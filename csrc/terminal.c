/* The terminal: whether there is one, how wide it is, and a secret typed without echo; and what stands in its place. */
#include "terminal.h"

#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096 /* the longest line that a Linux terminal takes */

/* What ends the reading of a line. */
typedef enum ending { LINE, ENDED, TOO_LONG, INTERRUPTED, FAILED } ending;

static const struct {
    const char *message, *kind;
} refusals[] = {
    [LINE] = {NULL, NULL},
    [ENDED] = {"the input ended before a line", "ended"},
    [TOO_LONG] = {"the line is over 4096 bytes", "too_long"},
    [INTERRUPTED] = {"interrupted", "interrupted"},
    [FAILED] = {"the input cannot be read", "failed"},
};

static int refuse(lua_State *L, const char *message, const char *kind)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, kind);
    return 3;
}

/* Waits for input, or for one of the signals, which stays pending. */
static ending wait_for(int descriptor, int signals)
{
    struct pollfd both[2] = {{descriptor, POLLIN, 0}, {signals, POLLIN, 0}};
    while (poll(both, signals < 0 ? 1 : 2, -1) < 0) {
        if (errno != EINTR) return FAILED;
        if (signals < 0) return INTERRUPTED;
    }
    return signals >= 0 && both[1].revents ? INTERRUPTED : LINE;
}

/* Reads one line byte by byte: what follows it is another's. The secret gets the line's length. */
static ending read_line(int descriptor, int signals, mc_secret *line)
{
    char byte = 0;
    ending end = LINE;
    line->length = 0;
    while ((end = wait_for(descriptor, signals)) == LINE) {
        ssize_t count = read(descriptor, &byte, 1);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (count < 0) end = FAILED;
        if (count == 0 && !line->length) end = ENDED;
        if (count <= 0 || byte == '\n') break;
        if (line->length == LINE_MAX_BYTES) {
            end = TOO_LONG;
            break;
        }
        line->bytes[line->length++] = (unsigned char)byte;
    }
    OPENSSL_cleanse(&byte, 1);
    if (end == LINE && line->length && line->bytes[line->length - 1] == '\r') line->length--;
    return end;
}

/* Asks, and reads a line without echo. Signals that would leave the terminal mute are blocked until it speaks again; one that came
   then does what it would have done. */
static ending read_mute(int terminal, const char *prompt, size_t length, mc_secret *line)
{
    struct termios before, mute;
    sigset_t ending_signals, held, mask;
    if (tcgetattr(terminal, &before) != 0) return FAILED;
    mute = before;
    mute.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    mute.c_lflag |= ECHONL | ICANON;
    sigemptyset(&ending_signals);
    sigaddset(&ending_signals, SIGINT);
    sigaddset(&ending_signals, SIGTERM);
    sigaddset(&ending_signals, SIGQUIT);
    sigaddset(&ending_signals, SIGHUP);
    held = ending_signals;
    sigaddset(&held, SIGTSTP);
    int signals = signalfd(-1, &ending_signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) return FAILED;
    sigprocmask(SIG_BLOCK, &held, &mask);
    int asked = tcsetattr(terminal, TCSAFLUSH, &mute) == 0 && write(terminal, prompt, length) == (ssize_t)length;
    ending end = asked ? read_line(terminal, signals, line) : FAILED;
    tcsetattr(terminal, TCSAFLUSH, &before);
    close(signals);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return end;
}

static int answer(lua_State *L, ending end)
{
    return end == LINE ? 1 : refuse(L, refusals[end].message, refusals[end].kind);
}

/* read_secret(prompt) -> secret, typed at the terminal without echo; or nil, message and kind: no_terminal, ended,
   too_long, interrupted, failed. [-0, +1 or 3] */
static int read_secret(lua_State *L)
{
    size_t length;
    const char *prompt = luaL_checklstring(L, 1, &length);
    mc_secret *line = mc_secret_push(L, LINE_MAX_BYTES);
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return refuse(L, "there is no terminal to ask at", "no_terminal");
    ending end = read_mute(terminal, prompt, length, line);
    close(terminal);
    return answer(L, end);
}

/* read_secret_from_stdin() -> secret, the next line without its end; or nil, message and kind: terminal (it would be
   shown), ended, too_long, interrupted, failed. What io.stdin has read ahead is lost to it. [-0, +1 or 3] */
static int read_secret_from_stdin(lua_State *L)
{
    mc_secret *line = mc_secret_push(L, LINE_MAX_BYTES);
    if (isatty(STDIN_FILENO)) return refuse(L, "standard input is a terminal, which would show it", "terminal");
    return answer(L, read_line(STDIN_FILENO, -1, line));
}

/* The number of a descriptor, which fits into an int: 2^32 is not 0. */
static int check_descriptor(lua_State *L)
{
    lua_Number number;
    luaL_argcheck(L, mc_tointeger(L, 1, &number) && number >= -1 && number <= INT_MAX, 1, "0, 1 or 2 expected");
    return (int)number;
}

/* is_terminal(0, 1 or 2) -> boolean. [-0, +1] */
static int is_terminal(lua_State *L)
{
    lua_pushboolean(L, isatty(check_descriptor(L)));
    return 1;
}

/* width(0, 1 or 2) -> columns of the terminal, or nil. [-0, +1] */
static int width(lua_State *L)
{
    struct winsize size = {0};
    if (ioctl(check_descriptor(L), TIOCGWINSZ, &size) != 0 || !size.ws_col) return 0;
    mc_pushinteger(L, size.ws_col);
    return 1;
}

/* open_missing_std_fds(): of standard input, output and error what is closed is something that cannot be written from now on.
   Else the next file or connection would take its place, and get what is meant for a reader. [-0, +0] */
static int open_missing_std_fds(lua_State *L)
{
    int descriptor;
    (void)L;
    do descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0) close(descriptor);
    return 0;
}

static const luaL_Reg functions[] = {
    {"open_missing_std_fds", open_missing_std_fds},
    {"read_secret", read_secret},
    {"read_secret_from_stdin", read_secret_from_stdin},
    {"is_terminal", is_terminal},
    {"width", width},
    {NULL, NULL},
};

void mc_terminal_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

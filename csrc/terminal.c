/* The terminal: whether there is one, its width, and secrets typed without echo. */
#include "modules.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096 /* the maximum of a Linux terminal */
#define SIGNAL_CHECK_MS 100 /* between two looks for a pending signal while the terminal waits for a secret */

static const int ending_signals[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};

/* Why the reading of a line ended. */
typedef enum terminal_end { LINE, ENDED, TOO_LONG, INTERRUPTED, FAILED } terminal_end;

static const struct {
    const char *message, *kind;
} errors[] = {
    [LINE] = {NULL, NULL},
    [ENDED] = {"the input ended before a line", "ended"},
    [TOO_LONG] = {"the line is over 4096 bytes", "too_long"},
    [INTERRUPTED] = {"interrupted", "interrupted"},
    [FAILED] = {"the input cannot be read", "failed"},
};

/* Returns whether a signal of the set is pending. */
static int terminal_is_pending(const sigset_t *signals)
{
    sigset_t pending;
    if (sigpending(&pending) != 0) return 0;
    for (size_t i = 0; i < sizeof ending_signals / sizeof ending_signals[0]; i++)
        if (sigismember(signals, ending_signals[i]) && sigismember(&pending, ending_signals[i])) return 1;
    return 0;
}

/* Waits for input or for a signal of the set, which is blocked and stays pending. `signals` may be NULL. */
static terminal_end terminal_wait(int descriptor, const sigset_t *signals)
{
    struct pollfd input = {descriptor, POLLIN, 0};
    for (;;) {
        if (signals && terminal_is_pending(signals)) return INTERRUPTED;
        int ready = poll(&input, 1, signals ? SIGNAL_CHECK_MS : -1);
        if (ready > 0) return LINE;
        if (ready < 0 && errno != EINTR) return FAILED;
        if (ready < 0 && !signals) return INTERRUPTED;
    }
}

/* Reads a line byte by byte, because the input behind it belongs to other readers. */
static terminal_end terminal_read_line(int descriptor, const sigset_t *signals, mc_secret *line)
{
    char byte = 0;
    terminal_end end = LINE;
    line->length = 0;
    while ((end = terminal_wait(descriptor, signals)) == LINE) {
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

/* Writes a prompt and reads a line without echo. Signals that would end or stop the process without echo are blocked; a
   pending signal takes effect once echo is on again. */
static terminal_end terminal_read_no_echo(int terminal, const char *prompt, size_t length, mc_secret *line)
{
    struct termios before, no_echo;
    sigset_t ending, held, mask;
    if (tcgetattr(terminal, &before) != 0) return FAILED;
    no_echo = before;
    no_echo.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    no_echo.c_lflag |= ECHONL | ICANON;
    sigemptyset(&ending);
    for (size_t i = 0; i < sizeof ending_signals / sizeof ending_signals[0]; i++) sigaddset(&ending, ending_signals[i]);
    held = ending;
    sigaddset(&held, SIGTSTP);
    sigprocmask(SIG_BLOCK, &held, &mask);
    int asked = tcsetattr(terminal, TCSAFLUSH, &no_echo) == 0 && write(terminal, prompt, length) == (ssize_t)length;
    terminal_end end = asked ? terminal_read_line(terminal, &ending, line) : FAILED;
    tcsetattr(terminal, TCSAFLUSH, &before);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return end;
}

/* Returns the line on top, or pushes nil, message and kind. [-0, +0 or 3] */
static int terminal_push_result(lua_State *L, terminal_end end)
{
    return end == LINE ? 1 : mc_push_error(L, errors[end].message, errors[end].kind);
}

/* read_secret(prompt) -> secret, typed at the terminal without echo; or nil, message and kind: no_terminal, ended,
   too_long, interrupted, failed. [-0, +1 or 3] */
static int terminal_read_secret(lua_State *L)
{
    size_t length;
    const char *prompt = luaL_checklstring(L, 1, &length);
    mc_secret *line = mc_secret_push(L, LINE_MAX_BYTES);
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return mc_push_error(L, "there is no terminal", "no_terminal");
    terminal_end end = terminal_read_no_echo(terminal, prompt, length, line);
    close(terminal);
    return terminal_push_result(L, end);
}

/* read_secret_from_stdin() -> secret, the next line without its end; or nil, message and kind: terminal (which would
   show the line), ended, too_long, interrupted, failed. Bytes that io.stdin has buffered are skipped. [-0, +1 or 3] */
static int terminal_read_secret_from_stdin(lua_State *L)
{
    mc_secret *line = mc_secret_push(L, LINE_MAX_BYTES);
    if (isatty(STDIN_FILENO))
        return mc_push_error(L, "standard input is a terminal, which would show the secret", "terminal");
    return terminal_push_result(L, terminal_read_line(STDIN_FILENO, NULL, line));
}

/* Returns the descriptor at index 1, or raises an error; 2^32 must not become 0. [-0, +0] */
static int terminal_check_descriptor(lua_State *L)
{
    lua_Number number;
    luaL_argcheck(L, mc_tointeger(L, 1, &number) && number >= -1 && number <= INT_MAX, 1, "0, 1 or 2 expected");
    return (int)number;
}

/* is_terminal(0, 1 or 2) -> boolean. [-0, +1] */
static int terminal_is_terminal(lua_State *L)
{
    lua_pushboolean(L, isatty(terminal_check_descriptor(L)));
    return 1;
}

/* width(0, 1 or 2) -> columns and rows of the terminal, or nil. [-0, +0 or 2] */
static int terminal_width(lua_State *L)
{
    struct winsize size = {0};
    if (ioctl(terminal_check_descriptor(L), TIOCGWINSZ, &size) != 0 || !size.ws_col) return 0;
    mc_pushinteger(L, size.ws_col);
    mc_pushinteger(L, size.ws_row);
    return 2;
}

/* open_missing_std_fds(): opens /dev/null for reading in place of a closed standard input, output or error.
   Otherwise the next file or connection would get that descriptor, and with it the output. [-0, +0] */
static int terminal_open_missing_std_fds(lua_State *L)
{
    int descriptor;
    (void)L;
    do descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0) close(descriptor);
    return 0;
}

static const luaL_Reg functions[] = {
    {"open_missing_std_fds", terminal_open_missing_std_fds},
    {"read_secret", terminal_read_secret},
    {"read_secret_from_stdin", terminal_read_secret_from_stdin},
    {"is_terminal", terminal_is_terminal},
    {"width", terminal_width},
    {NULL, NULL},
};

void mc_terminal_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

/* SIGINT, SIGTERM and SIGHUP counted instead of obeyed, without a handler and without state of the process.

   The signals are blocked in the calling thread and read from a signalfd. Threads and child processes that are started
   meanwhile inherit the block: start children before or after, not in between. Of one signal the kernel keeps one: two
   that come between two calls of count are one.

   A terminal that goes says so more than once, by its shell and by the kernel: SIGHUP counts once, and not where it is
   ignored (nohup). SIGPIPE is held back and dropped: who reads the progress may go, and what is written fails. */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MC_SIGNALS "mimecast.signal_counter"

typedef struct interrupts {
    int open, descriptor, hung;
    sigset_t blocked; /* by this object: those that were blocked before stay so */
    lua_Number count;
} interrupts;

static int counts(interrupts *self, int number)
{
    int again = number == SIGHUP && self->hung;
    self->hung |= number == SIGHUP;
    return number != SIGPIPE && !again;
}

static void receive(interrupts *self)
{
    struct signalfd_siginfo info;
    ssize_t size;
    while ((size = read(self->descriptor, &info, sizeof info)) == (ssize_t)sizeof info || (size < 0 && errno == EINTR))
        if (size > 0) self->count += counts(self, (int)info.ssi_signo);
}

/* Those that came are taken first: given free, they would end the process. */
static void release(interrupts *self)
{
    if (!self->open) return;
    receive(self);
    close(self->descriptor);
    self->open = 0;
    sigprocmask(SIG_UNBLOCK, &self->blocked, NULL);
}

static int is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* interrupts() -> an object that counts SIGINT, SIGTERM and SIGHUP until it is closed or collected. [-0, +1] */
static int signals_new(lua_State *L)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGPIPE, SIGHUP};
    sigset_t before;
    interrupts *self = mc_newudata(L, sizeof *self, MC_SIGNALS);
    sigemptyset(&self->blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i] != SIGHUP || !is_ignored(SIGHUP)) sigaddset(&self->blocked, numbers[i]);
    self->descriptor = signalfd(-1, &self->blocked, SFD_NONBLOCK | SFD_CLOEXEC);
    if (self->descriptor < 0) return luaL_error(L, "no signalfd: %s", strerror(errno));
    self->open = 1;
    sigprocmask(SIG_BLOCK, &self->blocked, &before);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigismember(&before, numbers[i])) sigdelset(&self->blocked, numbers[i]);
    return 1;
}

/* interrupts:count() -> how many came so far; does not wait. [-0, +1] */
static int signals_count(lua_State *L)
{
    interrupts *self = luaL_checkudata(L, 1, MC_SIGNALS);
    if (self->open) receive(self);
    mc_pushinteger(L, self->count);
    return 1;
}

static int signals_close(lua_State *L)
{
    release(luaL_checkudata(L, 1, MC_SIGNALS));
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", signals_close},
    {"__close", signals_close},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"count", signals_count},
    {"close", signals_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"signal_counter", signals_new},
    {NULL, NULL},
};

void mc_signals_open(lua_State *L)
{
    mc_newtype(L, MC_SIGNALS, metamethods, methods);
    mc_setfuncs(L, functions);
}

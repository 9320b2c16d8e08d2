/* Counts SIGINT, SIGTERM and SIGHUP instead of ending the process, without a handler and without global state.

   The signals are blocked in the calling thread, and taken when they are pending. Threads and child processes inherit the
   block: start child processes before or after, not while a counter is open. The kernel queues a signal once: two that
   arrive between two calls of count are counted as one.

   The shell and the kernel each send SIGHUP when a terminal closes: it counts once, and is left alone if it is
   ignored (nohup). SIGPIPE is blocked and dropped: if the reader of the progress output ends, writes fail instead. */
#include "modules.h"

#include <signal.h>

#define MC_SIGNALS "mimecast.signal_counter"

typedef struct signal_counter {
    int open, hung_up;
    sigset_t counted;
    sigset_t blocked; /* by this object; signals that were blocked before stay blocked */
    lua_Number count;
} signal_counter;

static int signals_is_counted(signal_counter *self, int number)
{
    int repeated = number == SIGHUP && self->hung_up;
    self->hung_up |= number == SIGHUP;
    return number != SIGPIPE && !repeated;
}

/* Takes a pending signal of the set. Returns its number, or 0 if there is none. */
static int signals_take(const sigset_t *set)
{
#ifdef __APPLE__ /* has no sigtimedwait */
    static const int numbers[] = {SIGINT, SIGTERM, SIGPIPE, SIGHUP};
    sigset_t pending, one;
    int number;
    if (sigpending(&pending) != 0) return 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!sigismember(set, numbers[i]) || !sigismember(&pending, numbers[i])) continue;
        sigemptyset(&one);
        sigaddset(&one, numbers[i]);
        return sigwait(&one, &number) == 0 ? number : 0;
    }
    return 0;
#else
    static const struct timespec at_once = {0, 0};
    int number = sigtimedwait(set, NULL, &at_once);
    return number > 0 ? number : 0;
#endif
}

static void signals_receive(signal_counter *self)
{
    int number;
    while ((number = signals_take(&self->counted)) != 0) self->count += signals_is_counted(self, number);
}

/* Reads pending signals before it unblocks them: they would end the process. */
static void signals_release(signal_counter *self)
{
    if (!self->open) return;
    signals_receive(self);
    self->open = 0;
    sigprocmask(SIG_UNBLOCK, &self->blocked, NULL);
}

static int signals_is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* signal_counter() -> counter of SIGINT, SIGTERM and SIGHUP, until it is closed or collected. [-0, +1] */
static int signals_new(lua_State *L)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGPIPE, SIGHUP};
    sigset_t before;
    signal_counter *self = mc_newudata(L, sizeof *self, MC_SIGNALS);
    sigemptyset(&self->counted);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i] != SIGHUP || !signals_is_ignored(SIGHUP)) sigaddset(&self->counted, numbers[i]);
    self->open = 1;
    self->blocked = self->counted;
    sigprocmask(SIG_BLOCK, &self->blocked, &before);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigismember(&before, numbers[i])) sigdelset(&self->blocked, numbers[i]);
    return 1;
}

/* counter:count() -> number of signals so far; does not wait. [-0, +1] */
static int signals_count(lua_State *L)
{
    signal_counter *self = luaL_checkudata(L, 1, MC_SIGNALS);
    if (self->open) signals_receive(self);
    mc_pushinteger(L, self->count);
    return 1;
}

/* counter:close(). [-0, +0] */
static int signals_close(lua_State *L)
{
    signals_release(luaL_checkudata(L, 1, MC_SIGNALS));
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

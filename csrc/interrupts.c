/* SIGINT and SIGTERM counted instead of obeyed, without a handler and without state of the process.

   The two signals are blocked in the calling thread and read from a signalfd. Threads and child processes that are
   started meanwhile inherit the block: start children before or after, not in between. Of one signal the kernel keeps
   one: two that come between two calls of count are one. */
#include "interrupts.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MC_INTERRUPTS "mimecast.interrupts"

typedef struct interrupts {
    int open, descriptor;
    sigset_t blocked; /* by this object: those that were blocked before stay so */
    lua_Number count;
} interrupts;

static void receive(interrupts *self)
{
    struct signalfd_siginfo info;
    ssize_t size;
    while ((size = read(self->descriptor, &info, sizeof info)) == (ssize_t)sizeof info || (size < 0 && errno == EINTR))
        if (size > 0) self->count++;
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

/* interrupts() -> an object that counts SIGINT and SIGTERM until it is closed or collected. [-0, +1] */
static int interrupts_new(lua_State *L)
{
    sigset_t both, before;
    interrupts *self = mc_newudata(L, sizeof *self, MC_INTERRUPTS);
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    self->descriptor = signalfd(-1, &both, SFD_NONBLOCK | SFD_CLOEXEC);
    if (self->descriptor < 0) return luaL_error(L, "no signalfd: %s", strerror(errno));
    self->open = 1;
    sigprocmask(SIG_BLOCK, &both, &before);
    self->blocked = both;
    if (sigismember(&before, SIGINT)) sigdelset(&self->blocked, SIGINT);
    if (sigismember(&before, SIGTERM)) sigdelset(&self->blocked, SIGTERM);
    return 1;
}

/* interrupts:count() -> how many came so far; does not wait. [-0, +1] */
static int interrupts_count(lua_State *L)
{
    interrupts *self = luaL_checkudata(L, 1, MC_INTERRUPTS);
    if (self->open) receive(self);
    mc_pushinteger(L, self->count);
    return 1;
}

static int interrupts_close(lua_State *L)
{
    release(luaL_checkudata(L, 1, MC_INTERRUPTS));
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", interrupts_close},
    {"__close", interrupts_close},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"count", interrupts_count},
    {"close", interrupts_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"interrupts", interrupts_new},
    {NULL, NULL},
};

void mc_interrupts_open(lua_State *L)
{
    mc_newtype(L, MC_INTERRUPTS, metamethods, methods);
    mc_setfuncs(L, functions);
}

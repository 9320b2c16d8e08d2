/* Clocks: the wall clock and the monotonic clock. */
#include "clock.h"

#include "modules.h"

#include <time.h>

static double clock_seconds(const struct timespec *time)
{
    return (double)time->tv_sec + (double)time->tv_nsec / 1e9;
}

double mc_monotonic(void)
{
    struct timespec time = {0, 0};
#ifdef CLOCK_BOOTTIME /* CLOCK_MONOTONIC stops while Linux sleeps; on macOS it goes on */
    if (clock_gettime(CLOCK_BOOTTIME, &time) != 0)
#endif
        clock_gettime(CLOCK_MONOTONIC, &time);
    return clock_seconds(&time);
}

/* now() -> seconds since 1970, with a fraction. [-0, +1] */
static int clock_now(lua_State *L)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    lua_pushnumber(L, clock_seconds(&time));
    return 1;
}

/* monotonic() -> seconds since an unspecified moment, which only go forward, also while the machine sleeps. [-0, +1] */
static int clock_monotonic(lua_State *L)
{
    lua_pushnumber(L, mc_monotonic());
    return 1;
}

static const luaL_Reg functions[] = {
    {"now", clock_now},
    {"monotonic", clock_monotonic},
    {NULL, NULL},
};

void mc_clock_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}

#include "clock.h"

#include <time.h>

double mc_monotonic(void)
{
    struct timespec time = {0, 0};
#ifdef CLOCK_BOOTTIME /* on Linux CLOCK_MONOTONIC stands still while the machine sleeps; on macOS it goes on */
    if (clock_gettime(CLOCK_BOOTTIME, &time) != 0)
#endif
        clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

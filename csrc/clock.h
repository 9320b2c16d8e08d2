/* The clock for durations. */
#ifndef MC_CLOCK_H
#define MC_CLOCK_H

/* Seconds since some moment that only go forward, also while the machine sleeps: a password may be sent again for a
   minute, and not the morning after. */
double mc_monotonic(void);

#endif

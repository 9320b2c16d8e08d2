/* The monotonic clock. */
#ifndef MC_CLOCK_H
#define MC_CLOCK_H

/* Returns seconds since an unspecified moment. The clock only goes forward and includes the time that the machine
   sleeps: the retry window of a password must not last until the next morning. */
double mc_monotonic(void);

#endif

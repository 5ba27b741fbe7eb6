/* Time, for those who wait or measure. */
#ifndef PMY_BASE_CLOCK_H
#define PMY_BASE_CLOCK_H

/* Seconds since some moment; only goes forward. */
double pmy_seconds(void);

#endif

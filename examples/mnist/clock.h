/* Time, for those who wait. */
#ifndef MNIST_CLOCK_H
#define MNIST_CLOCK_H

/* Seconds since some moment; only goes forward. */
double clock_seconds(void);

#endif

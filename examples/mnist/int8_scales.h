/* The integers of a net in bytes, from its numbers and their ranges. */
#ifndef MNIST_INT8_SCALES_H
#define MNIST_INT8_SCALES_H

#include "mnist/int8_net.h"

/* Gives images their units and steps their integers. A product's weights have a unit for each output
 * channel, and its sums, of 32 bits, become bytes as
 *
 *   ((sum >> before) * multiplier[channel] + half) >> after
 *
 * where neither product nor sum ever leaves 32 bits. Errors: PMY_BAD_DATA (numbers too far apart for that),
 * PMY_NO_MEMORY. */
pmy_status int8_find_scales(int8_net *net, pmy_error *error);

#endif

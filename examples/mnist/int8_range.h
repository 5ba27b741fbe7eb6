/* Which numbers the steps of a net in bytes see, computed in floats on pictures. */
#ifndef MNIST_INT8_RANGE_H
#define MNIST_INT8_RANGE_H

#include "data/dataset.h"
#include "mnist/int8_net.h"

/* Of so many pictures, at even distances. */
enum { INT8_PICTURES = 512 };

/* Fills least and most of images and steps. Errors: PMY_NO_MEMORY. */
pmy_status int8_find_ranges(int8_net *net, const pmy_dataset *pictures, pmy_error *error);

#endif

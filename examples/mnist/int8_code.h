/* A net in bytes as C99: the numbers, which are in int8_numbers.c, and the code that works on them. */
#ifndef MNIST_INT8_CODE_H
#define MNIST_INT8_CODE_H

#include "mnist/int8_net.h"

#include <stdio.h>

/* Writes the types, the net's integers, its images and its steps. */
void int8_write_numbers(FILE *file, const int8_net *net);

/* Writes what comes after them: the code that the net's steps need, and pmy_classify. */
void int8_write_code(FILE *file, const int8_net *net);

/* Bytes of the constants where an address has four, and of the images' rows. */
size_t int8_constant_bytes(const int8_net *net);
size_t int8_memory_bytes(const int8_net *net);

#endif

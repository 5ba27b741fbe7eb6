/* A net's layers as a table. */
#ifndef MNIST_NET_TABLE_H
#define MNIST_NET_TABLE_H

#include "layers/net.h"

void net_table_print(const pmy_net *net);

#endif

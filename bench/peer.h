/* A peer that is measured in turn with pmy: a program that answers each line of work with a
 * number. It is started once, so that its start-up is not measured, and waits in between. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct peer {
    pid_t process;
    FILE *to, *from;
} peer;

/* Starts the Python script with the first python3 (of the PATH, of Debian) with which it says "ready"; with
 * the environment variable, if `variable` is not NULL. False: this machine has no such peer. */
bool peer_start(peer *p, const char *script, const char *variable, const char *value);

/* Sends a line and reads the number that comes back; NaN if the peer has gone. */
double peer_ask(peer *p, const char *line);

void peer_stop(peer *p);

#endif

/* Ctrl-C, and being asked to end, as something to look at from time to time. */
#ifndef COMMON_INTERRUPT_H
#define COMMON_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM end nothing by themselves; files are written on, whatever comes. */
void interrupt_catch(void);

/* Whether one came. */
bool interrupt_came(void);

#endif

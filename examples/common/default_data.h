/* Where data is that a program takes when it is told of none. */
#ifndef COMMON_DEFAULT_DATA_H
#define COMMON_DEFAULT_DATA_H

/* `name` in the folder data of the current one, "data/mnist" of "mnist"; where an installed program finds
 * nothing there, what was installed with it. Constant until the next call. */
const char *default_data(const char *name);

#endif

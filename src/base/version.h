/* Which pmy this is. */
#ifndef PMY_BASE_VERSION_H
#define PMY_BASE_VERSION_H

/* Of the headers a program was compiled with. */
#define PMY_VERSION "0.1.0"

/* Of the library it is linked with. */
const char *pmy_version(void);

#endif

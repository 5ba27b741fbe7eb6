/* Which pmy this is. */
#ifndef PMY_BASE_VERSION_H
#define PMY_BASE_VERSION_H

/* Of the headers a program was compiled with. The build reads these three lines, too. */
#define PMY_VERSION_MAJOR 0
#define PMY_VERSION_MINOR 1
#define PMY_VERSION_PATCH 0

/* The same as text, "0.1.0". */
#define PMY_VERSION PMY_VERSION_TEXT(PMY_VERSION_MAJOR, PMY_VERSION_MINOR, PMY_VERSION_PATCH)
#define PMY_VERSION_TEXT(major, minor, patch) PMY_VERSION_WORDS(major, minor, patch)
#define PMY_VERSION_WORDS(major, minor, patch) #major "." #minor "." #patch

/* Of the library it is linked with. */
const char *pmy_version(void);

#endif

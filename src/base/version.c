#include "base/version.h"

const char *pmy_version(void)
{
    return PMY_VERSION;
}

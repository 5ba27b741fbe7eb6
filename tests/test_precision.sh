#!/usr/bin/env bash
# tools/precision: sources of other precisions from those of the float one.
. tests/check.sh

generator=$PWD/tools/precision
cd "$TMPDIR" || exit 2
mkdir -p src/base src/tensor/deep

# A small library: status.* and plain.c know no scalar; the rest does, user.c and
# pmy.h only through other headers.
cp "$OLDPWD"/src/base/{real,portable_math}.h src/base
cat >src/base/status.h <<'C'
/* Mentions pmy_twice in a comment only, which keeps nothing from being renamed. */
#ifndef PMY_BASE_STATUS_H
#define PMY_BASE_STATUS_H
typedef enum pmy_status { PMY_OK, PMY_BROKEN } pmy_status;
int pmy_calls(void);
#endif
C
cat >src/base/status.c <<'C'
#include "base/status.h"
int pmy_calls(void)
{
    static int calls;
    return ++calls;
}
C
cat >src/tensor/plain.c <<'C'
#include "base/status.h"
C
cat >src/tensor/deep/twice.h <<'C'
#ifndef PMY_TENSOR_DEEP_TWICE_H
#define PMY_TENSOR_DEEP_TWICE_H
#include "base/real.h"
#include "base/status.h"
#define PMY_TWO PMY_R(2.0)
/* Gives pmy_real 2x; pmy_status is
 * "unbalanced, and don't mind pmy_twice. */
pmy_status pmy_twice(pmy_real x, pmy_real *result); // never PMY_BROKEN, PMY_TWO
const char *pmy_name(void);
#endif
C
cat >src/pmy.h <<'C'
#ifndef PMY_H
#define PMY_H
#include "base/status.h"
#include "tensor/deep/twice.h"
#endif
C
cat >src/tensor/deep/user.c <<'C'
#include "pmy.h"
static const char quote = '"', *unlike = "\" pmy_name /* \\";
pmy_status pmy_twice(pmy_real x, pmy_real *result)
{
    int my_pmy_count = pmy_calls() + (quote != unlike[0]);
    *result = PMY_TWO * x + 1 / (pmy_real)3 * (my_pmy_count > 100);
    return PMY_OK;
}
const char *pmy_name(void)
{
    return "pmy_name";
}
C
"$generator" src gen || exit 2

gen64=gen/pmy64/tensor/deep
check "the scalar-free are told from the scalar-dependent" \
    holds gen/sources.mk "SCALAR_FREE_SOURCES := base/status.c tensor/plain.c"
check "dependence goes through headers" holds gen/sources.mk "SCALAR_SOURCES := tensor/deep/user.c"
check "public headers are what pmy.h includes" \
    holds gen/sources.mk "PUBLIC_HEADERS := base/portable_math.h base/real.h base/status.h pmy.h tensor/deep/twice.h"
check "scalar-free headers are not written again" test ! -e gen/pmy64/base/status.h
check "names of scalar-free headers stay" \
    holds $gen64/twice.h "pmy_status pmy64_twice(pmy64_real x, pmy64_real *result);"
check "comments are renamed, too" holds $gen64/twice.h "// never PMY_BROKEN, PMY64_TWO"
check "comments of several lines, too" holds $gen64/twice.h "don't mind pmy64_twice"
check "a comment in a scalar-free header keeps no name" lacks $gen64/user.c "pmy_twice"
check "strings stay" holds $gen64/user.c 'return "pmy_name";'
check "strings with quotes in them stay" holds $gen64/user.c "'\"', *unlike = \"\\\" pmy_name /* \\\\\";"
check "names that only hold pmy_ stay" holds $gen64/user.c "my_pmy_count = pmy_calls()"
check "includes of scalar-dependent headers change" holds gen/pmyq/pmy.h '#include "pmyq/tensor/deep/twice.h"'
check "includes of scalar-free headers stay" holds gen/pmyq/pmy.h '#include "base/status.h"'
check "the scalar is set to 64" holds gen/pmy64/base/real.h "#define PMY64_SCALAR 64"
check "the scalar is set to 128" holds gen/pmyq/base/real.h "#define PMYQ_SCALAR 128"

cat >program.c <<'C'
#include "pmy.h"
#include "pmy64/pmy.h"
int main(void)
{
    float narrow;
    double wide;
    pmy_status first = pmy_twice(0.1f, &narrow);
    pmy_status second = pmy64_twice(0.1, &wide);
    /* Two precisions, of one status and one count of calls. */
    return !(first == PMY_OK && second == PMY_OK && narrow == 0.2f && wide == 0.2 &&
             (double)narrow != wide && pmy_calls() == 3);
}
C
one_program_two_precisions()
{
    ${CC:-gcc} -std=c11 -Wall -Wextra -Werror -Isrc -Igen -o program program.c src/base/status.c \
        src/tensor/deep/user.c $gen64/user.c -lm && ./program
}
check "one program holds two precisions" one_program_two_precisions

# --- Sources of other folders ------------------------------------------------

mkdir -p examples/shared tests
cat >examples/shared/thrice.h <<'C'
#ifndef SHARED_THRICE_H
#define SHARED_THRICE_H
#include "pmy.h"
static inline pmy_real thrice(pmy_real x)
{
    return 3 * x;
}
#endif
C
cat >examples/shared/left.h <<'C'
#include "pmy.h"
C
cat >examples/shared/sums.h <<'C'
int pmy_sums(void);
int pmy64_sums(void);
C
printf '/* Also in double. */\n#include "shared/sums.h"\n#include "shared/thrice.h"\n%s\n' \
    'int pmy_sums(void) { return (int)thrice(PMY_SCALAR); }' >examples/shared/sums.c
printf '#include "shared/left.h"\n#include <absent.h>\n' >examples/shared/plain.c
printf '/* Also in double and quad. */\n#include "shared/thrice.h"\n#include "own.h"\n' >tests/test_all.c
printf '#include "tensor/deep/twice.h"\n#include "pmy64/pmy.h"\n' >tests/own.h
"$generator" src gen examples tests || exit 2

check "a source that says so is also in double" holds gen/sources.mk \
    "DOUBLE_SOURCES := examples/shared/sums.c tests/test_all.c"
check "one that says so is also in quad" holds gen/sources.mk "QUAD_SOURCES := tests/test_all.c"
check "the library's lists stay" holds gen/sources.mk "SCALAR_SOURCES := tensor/deep/user.c"
check "its headers are written with it, found by the order of folders" \
    holds gen/pmyq/tests/test_all.c '#include "pmyq/examples/shared/thrice.h"'
check "those of its own folder, too" holds gen/pmy64/tests/test_all.c '#include "pmy64/tests/own.h"'
check "those of the library are as they were" holds gen/pmyq/tests/own.h '#include "pmyq/tensor/deep/twice.h"'
check "what is of another precision already stays" holds gen/pmyq/tests/own.h '#include "pmy64/pmy.h"'
check "what says nothing is not written" test ! -e gen/pmy64/examples/shared/plain.c
check "nor a header that nothing written includes" test ! -e gen/pmy64/examples/shared/left.h
check "nor a source in a precision that it does not say" test ! -e gen/pmyq/examples/shared/sums.c
check "a name that a scalar-free header of a folder declares does not stay" \
    holds gen/pmy64/examples/shared/sums.c "int pmy64_sums(void)"

one_source_in_two_precisions()
{
    echo '#include "shared/sums.h"
int main(void) { return !(pmy_sums() == 96 && pmy64_sums() == 192); }' >sums.c
    ${CC:-gcc} -std=c11 -Wall -Wextra -Werror -Isrc -Igen -Iexamples -o sums sums.c examples/shared/sums.c \
        gen/pmy64/examples/shared/sums.c -lm && ./sums
}
check "a program holds a source of its own in two precisions" one_source_in_two_precisions

what_says_nothing_any_more_is_removed()
{
    sed -i '1s/.*/\/* Also in double. *\//' tests/test_all.c
    sed -i 1d examples/shared/sums.c
    "$generator" src gen examples tests
    [ ! -e gen/pmyq/tests/test_all.c ] && [ ! -e gen/pmyq/tests/own.h ] && [ -e gen/pmy64/tests/test_all.c ] &&
        [ ! -e gen/pmy64/examples/shared/sums.c ] && holds gen/sources.mk "DOUBLE_SOURCES := tests/test_all.c"
}
check "what does not say so any more is removed" what_says_nothing_any_more_is_removed

only_earlier_folders_are_included()
{
    status_is 1 "$generator" src gen tests examples 2>messages &&
        holds messages "tests/test_all.c:2: there is no shared/thrice.h"
}
check "a folder includes those before it only" only_earlier_folders_are_included

unknown_precision_is_refused()
{
    sed -i '1s/double/half/' tests/test_all.c
    status_is 1 "$generator" src gen examples tests 2>messages && holds messages "tests/test_all.c:1: only "
}
check "a precision that is not known is refused" unknown_precision_is_refused

# --- Messages, and what changes -----------------------------------------------

compiler_names_the_original()
{
    echo "int pmy_wrong = nowhere;" >>src/tensor/deep/user.c
    "$generator" src gen
    ! ${CC:-gcc} -Isrc -Igen -c -o wrong.o $gen64/user.c 2>messages &&
        holds messages "src/tensor/deep/user.c:$(wc -l <src/tensor/deep/user.c):"
}
check "a compiler's message names the original's line" compiler_names_the_original

only_what_changed_is_written()
{
    touch -d '2001-01-01' gen/pmy64/pmy.h $gen64/twice.h gen/sources.mk
    sed -i 's/2\.0/4.0/' src/tensor/deep/twice.h
    "$generator" src gen
    [ gen/pmy64/pmy.h -ot src/pmy.h ] && [ gen/sources.mk -ot src/pmy.h ] && [ $gen64/twice.h -nt src/pmy.h ] && holds $gen64/twice.h 4.0
}
check "only what changed is written" only_what_changed_is_written

what_has_gone_is_removed()
{
    rm src/tensor/deep/user.c
    "$generator" src gen
    [ ! -e $gen64/user.c ] && [ -e $gen64/twice.h ]
}
check "what has no source any more is removed" what_has_gone_is_removed

unknown_include_is_refused()
{
    echo '#include "tensor/absent.h"' >src/tensor/plain.c
    status_is 1 "$generator" src gen 2>messages && holds messages "src/tensor/plain.c:1: there is no tensor/absent.h"
}
check "an include of no known header is refused" unknown_include_is_refused

missing_scalar_is_refused()
{
    rm src/tensor/plain.c
    sed -i '/#define PMY_SCALAR 32/d' src/base/real.h
    status_is 1 "$generator" src gen 2>messages && holds messages "#define PMY_SCALAR 32"
}
check "a real.h without the scalar is refused" missing_scalar_is_refused

finish

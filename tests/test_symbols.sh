#!/usr/bin/env bash
# What the libraries show to a linker. Names with __ are the sanitizers'.
. tests/check.sh

symbols()
{
    nm --extern-only --defined-only "$1" | awk 'NF == 3 && $3 !~ /^__/ { print $3 }'
}

# Do all of the library's symbols begin with the prefix, and are there any?
all_begin_with()
{
    symbols "$BUILD/$1" >"$TMPDIR/symbols"
    [ -s "$TMPDIR/symbols" ] && ! grep -v "^$2" "$TMPDIR/symbols"
}

check "libpmy.a shows pmy_ only" all_begin_with libpmy.a pmy_
check "libpmy64.a shows pmy64_ only" all_begin_with libpmy64.a pmy64_
if [ -e "$BUILD/libpmyq.a" ]; then
    check "libpmyq.a shows pmyq_ only" all_begin_with libpmyq.a pmyq_
fi

no_jacobian()
{
    nm "$1" >"$TMPDIR/all" && grep -q pmy_forward "$TMPDIR/all" && ! grep -iE 'jacobian|gradcheck' "$TMPDIR/all"
}
check "libpmy.a holds no Jacobian and no gradient check" no_jacobian "$BUILD/libpmy.a"
check "nor does mnist" no_jacobian "$BUILD/mnist"

shows_jacobian()
{
    nm "$BUILD/libpmy-gradcheck64.a" | grep -q pmy64_softmax_jacobian
}
check "the library of checks does" shows_jacobian

finish

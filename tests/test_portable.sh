#!/usr/bin/env bash
# PORTABLE=1: the same losses to the bit from whatever compiles it, and no OpenBLAS.
. tests/check.sh

if [ -n "${SANITIZE:-}" ]; then
    echo "ok # SKIP builds of its own say nothing of this one"
    finish
fi

# losses_of COMPILER: builds with it, and keeps what is printed.
losses_of()
{
    local build=$TMPDIR/$1
    MAKEFLAGS='' MAKELEVEL='' PMY_DEPS=skip make -j2 PORTABLE=1 BUILD="$build" CC="$1" CFLAGS='' LDFLAGS='' \
        "$build/tests/losses" >"$build.said" 2>&1 || {
        sed 's/^/# /' "$build.said"
        return 1
    }
    "$build/tests/losses" >"$build.losses" && [ "$(grep -c . "$build.losses")" -eq 300 ]
}

same_losses()
{
    cmp "$TMPDIR/gcc.losses" "$TMPDIR/clang.losses" | sed 's/^/# /'
    [ "${PIPESTATUS[0]}" -eq 0 ]
}

# The product of such a build, in the test of products of this one.
product_is_right()
{
    "${CC:-gcc}" -std=c11 -D_POSIX_C_SOURCE=200809L -O3 -ffp-contract=off -Isrc -c -o "$TMPDIR/product.o" \
        src/kernels/gemm_portable.c &&
        "${CC:-gcc}" -pthread -o "$TMPDIR/test_gemm" "$BUILD/obj/tests/test_gemm.o" "$TMPDIR/product.o" \
            "$BUILD/obj/support.a" "$BUILD/libpmy.a" -Wl,--as-needed -lopenblas -lcmocka -lm -lpthread &&
        nm "$TMPDIR/test_gemm" | grep -q ' T pmy_gemm$' && "$TMPDIR/test_gemm" >"$TMPDIR/said"
}

no_blas()
{
    ldd "$TMPDIR/gcc/tests/losses" >"$TMPDIR/linked"
    lacks "$TMPDIR/linked" blas
}

check "its products are right" product_is_right
check "gcc's build trains" losses_of gcc
check "it is linked to no OpenBLAS" no_blas
if command -v clang >"$TMPDIR/clang.path"; then
    check "clang's build trains" losses_of clang
    check "to the same bits" same_losses
else
    echo "ok # SKIP there is no clang"
fi

finish

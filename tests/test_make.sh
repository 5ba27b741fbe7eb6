#!/usr/bin/env bash
# The Makefile's promises: who may install packages, with which flags is compiled.
. tests/check.sh

unset MAKEFLAGS MFLAGS MAKELEVEL
unset CFLAGS LDFLAGS WERROR BLAS

# What make would run, from a clean start.
commands_of()
{
    make --no-print-directory -n V=1 BUILD="$TMPDIR/build" SANITIZE= "$@" >"$TMPDIR/commands"
}

is_compile_or_deps()
{
    grep -E -- ' -c -o |tools/deps' "$TMPDIR/commands"
}

never_installs()
{
    commands_of "$1" && is_compile_or_deps >/dev/null && lacks "$TMPDIR/commands" tools/deps
}
check "make does not install packages" never_installs all
check "make install does not install packages" never_installs install

installs_first()
{
    commands_of test && is_compile_or_deps | head -n 1 | grep -q tools/deps
}
check "make test installs packages before it compiles" installs_first

flags_are_portable()
{
    commands_of all
    ! grep -E -- '-ffast-math|-Ofast|-march=|-mtune=|-funsafe' "$TMPDIR/commands" &&
        ! is_compile_or_deps | grep -v -- '-std=c11 .*-O3 -ffp-contract=off .*-Wall'
}
check "every file is compiled for every machine, with exact arithmetic" flags_are_portable

# Else the widths of lanes, for which it is compiled in one file, would not have the same bits. Without an FMA, as in the
# baseline's clone, it is mulps.
every_product_is_fused()
{
    commands_of all CFLAGS=-mtune=znver3
    eval "$(is_compile_or_deps | grep -- '-o [^ ]*/src/kernels/lane_product.o ' | sed 's/ -MMD .*//') \
        -S -o $TMPDIR/lane_product.s src/kernels/lane_product.c" &&
        holds "$TMPDIR/lane_product.s" vfmadd && lacks "$TMPDIR/lane_product.s" vmul
}
predefined=$("${CC:-gcc}" -dM -E -x c /dev/null)
if [[ $predefined == *__x86_64__* && $predefined != *__clang__* ]]; then
    check "every product of lanes is fused, whatever the tuning" every_product_is_fused
else
    echo "ok # SKIP it is gcc's tuning for x86-64"
fi

own_flags_come_last()
{
    commands_of all CFLAGS=-DOWN
    ! is_compile_or_deps | grep -v -- '-Wall .*-DOWN -MMD'
}
check "CFLAGS are appended" own_flags_come_last

warnings_are_errors_if_asked()
{
    commands_of all && lacks "$TMPDIR/commands" -Werror && commands_of all WERROR=1 &&
        ! is_compile_or_deps | grep -v -- ' -Werror '
}
check "a warning is an error with WERROR=1 alone" warnings_are_errors_if_asked

other_blas()
{
    commands_of all BLAS=-lother && lacks "$TMPDIR/commands" openblas && lacks "$TMPDIR/commands" PMY_OPENBLAS &&
        holds "$TMPDIR/commands" ' -lother '
}
check "BLAS is linked in place of OpenBLAS" other_blas

# Of a compiler for macOS, whose headers and linker are not here, at least every option is known.
macos_has_every_option()
{
    : >"$TMPDIR/empty.c"
    commands_of all CC='clang --target=arm64-apple-macos13' && lacks "$TMPDIR/commands" -Wl, &&
        lacks "$TMPDIR/commands" -shared && lacks "$TMPDIR/commands" -lquadmath || return 1
    eval "$(is_compile_or_deps | head -n 1 | sed 's/ -MMD .*//')" \
        -Werror=unused-command-line-argument -c -o "$TMPDIR/empty.o" "$TMPDIR/empty.c"
}
page_has_no_quad()
{
    commands_of "$TMPDIR/build/page.wasm" WASM=1 && lacks "$TMPDIR/commands" pmyq
}
if command -v clang >"$TMPDIR/clang.path"; then
    check "clang for macOS knows every option" macos_has_every_option
    check "the page is built without quad" page_has_no_quad
else
    echo "ok # SKIP there is no clang"
fi

sanitizers_have_no_clones()
{
    make --no-print-directory -n V=1 BUILD="$TMPDIR/build" SANITIZE=thread all >"$TMPDIR/commands"
    ! is_compile_or_deps | grep -v -- '-DPMY_NO_CLONES .*-fsanitize=thread'
}
check "no clones under the thread sanitizer" sanitizers_have_no_clones

# With something else in place of what builds packages, which says what it was given.
packages_have_a_build_of_their_own()
{
    mkdir "$TMPDIR/instead"
    printf '#!/bin/sh\nenv >"%s"\nexit 1\n' "$TMPDIR/given" >"$TMPDIR/instead/dpkg-buildpackage"
    chmod +x "$TMPDIR/instead/dpkg-buildpackage"
    ! PATH=$TMPDIR/instead:$PATH make -j2 deb BUILD="$TMPDIR/deb" CC=clang PREFIX=/opt >/dev/null 2>&1 || return 1
    [ -s "$TMPDIR/given" ] && ! grep -E '^(BUILD|CC|PREFIX|MAKEFLAGS)=' "$TMPDIR/given"
}
check "make deb builds as Debian does, whatever was said to it" packages_have_a_build_of_their_own

finish

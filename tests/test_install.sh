#!/usr/bin/env bash
# make install: what is installed works outside of the source tree, however one links with it.
. tests/check.sh

unset MAKEFLAGS MFLAGS MAKELEVEL
prefix=$TMPDIR/prefix

# install_with VARIABLE=...
install_with()
{
    make --no-print-directory "$@" >"$TMPDIR/log" 2>&1 || {
        sed 's/^/# /' "$TMPDIR/log"
        return 1
    }
}

first_install()
{
    install_with install PREFIX="$prefix" &&
        ! grep '  CC ' "$TMPDIR/log" | grep -v ' examples/common/default_data.c$'
}
check "only where the data is is compiled again" first_install

sanitize=()
[ -z "${SANITIZE:-}" ] || sanitize=("-fsanitize=$SANITIZE")
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
strict=(-Wall -Wextra -pedantic -Werror)
read -ra archives <<<"$(printf ' -l:lib%s.a' pmy-gradcheck64 pmy-gradcheck pmy64 pmy)"
# What docs/FIRST.md links with.
read -ra libraries <<<"$(sed -n 's/^    cc .*libpmy\.a \(-l.*\) -o .*/\1/p' docs/FIRST.md)"

# --- Five ways to build an outside program ------------------------------------

# says_what_it_should PROGRAM...
says_what_it_should()
{
    "$@" "$TMPDIR/xor.safetensors" >"$TMPDIR/said" || return 1
    local version
    version=$(sed -n 's/^#define PMY_VERSION_[MP][A-Z]* //p' src/base/version.h | paste -sd.)
    printf '%s\n' "pmy $version, one" "xor: 0 1 1 0" "double: exact PASS" | diff - "$TMPDIR/said"
}

# without PROGRAM: what a way needs and is not here.
without()
{
    [ -z "$(command -v "$1")" ]
}

with_cc()
{
    "${CC:-gcc}" -std=c11 "${strict[@]}" "${sanitize[@]}" -I"$prefix/include/pmy" tests/install/outside.c \
        -L"$prefix/lib" "${archives[@]}" "${libraries[@]}" -o "$TMPDIR/cc" && says_what_it_should "$TMPDIR/cc"
}
check "cc links it with the archives and what docs/FIRST.md says" with_cc

through_pkg_config()
{
    read -ra flags <<<"$(pkg-config --cflags --libs pmy-gradcheck64)"
    "${CC:-gcc}" -std=c11 "${strict[@]}" tests/install/outside.c "${flags[@]}" -o "$TMPDIR/shared" &&
        LD_LIBRARY_PATH=$prefix/lib says_what_it_should "$TMPDIR/shared"
}

# The libraries of others may be there as shared ones only.
through_pkg_config_static()
{
    read -ra flags <<<"$(pkg-config --static --cflags --libs pmy-gradcheck64 | sed -E 's/-l(pmy[^ ]*)/-l:lib\1.a/g')"
    "${CC:-gcc}" -std=c11 "${strict[@]}" tests/install/outside.c "${flags[@]}" -o "$TMPDIR/static" &&
        says_what_it_should "$TMPDIR/static"
}

# The command of docs/FIRST.md for anywhere, on its program.
first_program()
{
    mkdir -p "$TMPDIR/first"
    sed -n '/^```c$/,/^```$/p; /^## /q' docs/FIRST.md | grep -v '^```' >"$TMPDIR/first/first.c"
    (cd "$TMPDIR/first" && LD_LIBRARY_PATH=$prefix/lib sh -e -c "$1") | grep -q '^step 200 '
}

with_cpp()
{
    read -ra flags <<<"$(pkg-config --cflags --libs pmy-gradcheck64)"
    "$1" -x c++ "${strict[@]}" tests/install/outside.c -x none "${flags[@]}" -Wl,-rpath,"$prefix/lib" \
        -o "$TMPDIR/cpp" && says_what_it_should "$TMPDIR/cpp"
}

with_cmake()
{
    cmake -S tests/install -B "$TMPDIR/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="${CC:-gcc}" \
        >"$TMPDIR/log" 2>&1 && cmake --build "$TMPDIR/cmake" >>"$TMPDIR/log" 2>&1 || {
        sed 's/^/# /' "$TMPDIR/log"
        return 1
    }
    says_what_it_should "$TMPDIR/cmake/shared" && says_what_it_should "$TMPDIR/cmake/static"
}

every_header_alone()
{
    local header compiler=g++
    ! without g++ || compiler=clang++
    for header in $(cd "$prefix/include" && find . -name '*.h'); do
        echo "#include <$header>" >"$TMPDIR/header.cc"
        $compiler -fsyntax-only "${strict[@]}" -Wconversion -Wshadow -I"$prefix/include" "$TMPDIR/header.cc" ||
            return 1
    done
}

if [ -n "${SANITIZE:-}" ]; then
    echo "ok # SKIP there are no shared libraries with a sanitizer"
else
    if without pkg-config; then
        echo "ok # SKIP there is no pkg-config"
    else
        check "pkg-config says how to link it with the shared libraries" through_pkg_config
        check "and how with the archives" through_pkg_config_static
        check "docs/FIRST.md's program is built anywhere as it says" first_program \
            "$(sed -n 's/^    \(cc first\.c .*\)/\1/p' docs/FIRST.md)"
        for compiler in g++ clang++; do
            if without $compiler; then
                echo "ok # SKIP there is no $compiler"
            else
                check "$compiler compiles it, too" with_cpp $compiler
            fi
        done
    fi
    if without cmake; then
        echo "ok # SKIP there is no cmake"
    else
        check "CMake finds both" with_cmake
    fi
    if without g++ && without clang++; then
        echo "ok # SKIP there is no compiler of C++"
    else
        check "every header stands alone in C++" every_header_alone
    fi
fi

# --- The names that the shared libraries show ---------------------------------

# What each library shows, as "name version library".
shown_names()
{
    local library
    for library in "$prefix"/lib/*.so; do
        nm -D --defined-only --with-symbol-versions "$library" |
            awk -v library="$(basename "$library" .so)" '
                $2 != "A" { sub(/@+/, " ", $3); print $3, library }'
    done | sort
}

# Code of all installed headers, without comments, a word a line.
words_of_headers()
{
    local header
    for header in $(cd "$prefix/include" && find . -name '*.h'); do
        echo "#include \"$header\""
    done | "${CC:-gcc}" -E -P -I"$prefix/include" -x c - | tr -cs 'A-Za-z0-9_' '\n' | sort -u
}

names_are_pmys()
{
    ! awk '$1 !~ ($3 ~ /64$/ ? "^pmy64_" : "^pmy_")' "$TMPDIR/shown" | grep . &&
        ! cut -d ' ' -f 1 "$TMPDIR/shown" | uniq -d | grep . &&
        [ "$(cut -d ' ' -f 3 "$TMPDIR/shown" | sort -u | wc -l)" -eq 4 ]
}

# names_under VERSION: one a line.
names_under()
{
    awk -v version="$1" '$2 == version { print $1 }' "$TMPDIR/shown"
}

headers_show_the_public_ones()
{
    ! names_under PMY_0 | comm -23 - "$TMPDIR/words" | grep .
}

no_header_shows_a_private_one()
{
    names_under PMY_PRIVATE | grep -q . && ! names_under PMY_PRIVATE | comm -12 - "$TMPDIR/words" | grep .
}

# Functions and data of tests/abi.txt, which no library may lack.
every_declared_one_is_shown()
{
    sed -n '/^typedef/d; s/^[^ }].*[ *]\(pmy_[a-z0-9_]*\)[([;].*/\1/p' tests/abi.txt | sort >"$TMPDIR/declared"
    [ "$(wc -l <"$TMPDIR/declared")" -gt 300 ] &&
        ! names_under PMY_0 | comm -13 - "$TMPDIR/declared" | grep .
}

if [ -z "${SANITIZE:-}" ]; then
    shown_names >"$TMPDIR/shown"
    words_of_headers >"$TMPDIR/words"
    check "each library shows names of its own precision, each name once" names_are_pmys
    check "public names are those of the headers" headers_show_the_public_ones
    check "private ones are in none" no_header_shows_a_private_one
    check "what headers declare is there" every_declared_one_is_shown
fi

# --- Programs and their data --------------------------------------------------

every_program_is_installed()
{
    local folder
    for folder in examples/*/; do
        folder=$(basename "$folder")
        if [ "$folder" != common ] && [ "$folder" != page ] && [ "$folder" != tutorial ] &&
             compgen -G "examples/$folder/*.c" >/dev/null; then
            [ -x "$prefix/bin/$folder" ] && [ -s "$prefix/share/man/man1/$folder.1" ] &&
                [ -s "$prefix/share/bash-completion/completions/$folder" ] || return 1
        fi
    done
}
check "every program is installed, with its manual and completion" every_program_is_installed

# Does the program's help say that it takes this data? In the current folder.
takes_data()
{
    "$1" eval --help | tr -s '\n ' ' ' >"$TMPDIR/help" && holds "$TMPDIR/help" "[default: $2]"
}

programs_find_their_data()
{
    (
        cd "$TMPDIR" && takes_data "$prefix/bin/mnist" "$prefix/share/pmy/mnist" &&
            "$prefix/bin/text" train --net 'embed 4, linear vocab' --steps 1 --val 0 --quiet >"$TMPDIR/said"
    )
}
check "they find the data that is installed with them" programs_find_their_data

check "that of the folder they run in comes first" takes_data "$prefix/bin/mnist" data/mnist

programs_not_installed_know_of_no_other()
{
    ! grep -q "$prefix" "$BUILD/mnist" && (cd "$TMPDIR" && takes_data "$BUILD/mnist" data/mnist)
}
check "those of the build know of no other" programs_not_installed_know_of_no_other

nothing_else_is_installed()
{
    ! find "$prefix" -name '*pmyq*' | grep . && ! grep -r '^#line' "$prefix/include" &&
        ! grep -r "$PWD" "$prefix/include" "$prefix/lib/pkgconfig" "$prefix/lib/cmake"
}
check "neither the tests' library, generated lines nor paths of the build are installed" nothing_else_is_installed

# --- Away again, and to other places ------------------------------------------

leaves_nothing()
{
    ! find "$1" ! -type d -o -name pmy | grep .
}

uninstalled()
{
    touch "$prefix/lib/others.so" && install_with uninstall PREFIX="$prefix" &&
        rm "$prefix/lib/others.so" && leaves_nothing "$prefix"
}
check "make uninstall takes all of it away, and nothing else" uninstalled

places=(PREFIX=/usr LIBDIR=/usr/lib/a-machine INCLUDEDIR=/usr/headers DATADIR=/usr/data "DESTDIR=$TMPDIR/root")
other_places()
{
    local root=$TMPDIR/root/usr
    install_with install "${places[@]}" && [ -x "$root/bin/mnist" ] && [ -e "$root/lib/a-machine/libpmy.a" ] &&
        [ -e "$root/headers/pmy/pmy.h" ] && [ -e "$root/data/pmy/mnist/README.md" ] &&
        holds "$root/lib/a-machine/pkgconfig/pmy.pc" "libdir=/usr/lib/a-machine" &&
        holds "$root/lib/a-machine/cmake/pmy/pmyConfig.cmake" '"/usr/headers/pmy;/usr/headers"' &&
        ! grep -rq "$TMPDIR" "$root" && install_with uninstall "${places[@]}" && leaves_nothing "$TMPDIR/root"
}
check "each place may be another, below DESTDIR" other_places

relative_prefix()
{
    make --no-print-directory -n stage PREFIX=here >"$TMPDIR/log" && holds "$TMPDIR/log" "LIBDIR='$PWD/here/lib'"
}
check "a PREFIX in the current folder is written down in full" relative_prefix

finish

#!/usr/bin/env bash
# The tutorial's programs print what its pages show, the pages' code is the programs', and what a page says to try
# has been tried.
#
# Of a page: a ```c block is lines of a program in examples/tutorial that the page links to; an indented block that
# begins with "$ command" is what the command prints, and may go on in further blocks, where the one ends and the
# next begins with "..."; where none goes on, "..." stands for the rest. A ```diff block changes the program for the
# commands that follow.
. tests/check.sh

root=$PWD
libraries=("$BUILD"/libpmy-gradcheck64.a "$BUILD"/libpmy-gradcheck.a "$BUILD"/libpmy64.a "$BUILD"/libpmy.a)
system=(-Wl,--as-needed -lopenblas -ldeflate -lcjson -ljpeg -lexif -lm -lpthread)
sanitize=()
[ -z "${SANITIZE:-}" ] || sanitize=("-fsanitize=$SANITIZE")

# Makes of a page the files 1.c, 2.run, 3.diff, …, in its order.
split()
{
    rm -rf "$TMPDIR/page"
    mkdir "$TMPDIR/page"
    awk -v to="$TMPDIR/page/" '
        function begin(kind) { file = sprintf("%s%02d.%s", to, ++count, kind); printf "" > file }
        function end_run() { if (cut) print "..." > run; cut = 0 }
        fence && /^```$/ { fence = 0; next }
        fence { print > file; next }
        /^```(c|diff)$/ { end_run(); begin(substr($0, 4)); fence = 1; next }
        /^    / {
            line = substr($0, 5)
            if (!inside && line ~ /^\$ /) {
                end_run()
                begin("run")
                run = file
                shown = 1
            } else if (!inside) {
                shown = cut && line == "..."
            }
            inside = 1
            if (!shown) {
                next
            }
            for (; blank; blank--) {
                print "" > run
            }
            cut = line == "..."
            if (!cut) {
                print line > run
            }
            next
        }
        /^$/ { blank += inside; next }
        { inside = blank = 0 }
        END { end_run() }' "$1"
}

# Of the page's programs, the one that holds this text, as whole lines, exactly once.
program_with()
{
    local program source found=
    for program in $programs; do
        source=$'\n'$(cat "examples/tutorial/$program")$'\n'
        if [[ $source == *$'\n'"$1"$'\n'* ]]; then
            source=${source#*$'\n'"$1"$'\n'}
            [[ $'\n'$source != *$'\n'"$1"$'\n'* ]] && found=$program
        fi
    done
    [ -n "$found" ] && echo "$found" || { printf '# no program of the page has exactly once:\n%s\n' "$1" | sed '2,$s/^/#   /'; return 1; }
}

# Changes the program in a folder of changed ones.
change()
{
    local old new program source
    old=$(sed -n 's/^-//p' "$1")
    new=$(sed -n 's/^+//p' "$1")
    program=$(program_with "$old") || { echo "$program"; return 1; }
    source=$(cat "examples/tutorial/$program")
    changed=$TMPDIR/changed
    mkdir -p "$changed"
    printf '%s\n' "${source/"$old"/"$new"}" >"$changed/$program"
    "${CC:-gcc}" -std=c11 -Wall -Wextra -Werror -O1 "${sanitize[@]}" -Isrc -I"$BUILD/gen" "$changed/$program" \
        "${libraries[@]}" "${system[@]}" -o "$changed/${program%.c}"
}

# As a page calls it.
cc()
{
    "${CC:-gcc}" "${sanitize[@]}" "$@"
}

# prints BLOCK: does the command of its first line print the rest?
prints()
{
    local command
    command=$(sed -n '1s/^\$ //p' "$1")
    if [ -n "$changed" ] && [ -x "$changed/${command#build/tutorial/}" ]; then
        command="$changed/${command#build/tutorial/}"
    fi
    sed 1d "$1" >"$TMPDIR/claimed"
    (cd "$TMPDIR/work" && eval "$command") >"$TMPDIR/said" 2>&1
    if [ "$(tail -n 1 "$TMPDIR/claimed")" = ... ]; then
        sed -i '$d' "$TMPDIR/claimed"
        sed -i "$(wc -l <"$TMPDIR/claimed")q" "$TMPDIR/said"
    fi
    sed 's/ *$//' "$TMPDIR/said" | diff - "$TMPDIR/claimed" >"$TMPDIR/difference" || {
        sed "s/^/# $(basename "$1"): /" "$TMPDIR/difference"
        return 1
    }
}

# A page from its beginning to its end.
holds_true()
{
    local block status=0 changed='' tried=no programs
    programs=$(grep -o 'examples/tutorial/[a-z_/]*\.c' "$1" | sed 's/^examples\/tutorial\///' | sort -u)
    split "$1"
    for block in "$TMPDIR"/page/*; do
        case $block in
        *.c) program_with "$(cat "$block")" >"$TMPDIR/found" || { cat "$TMPDIR/found"; status=1; } ;;
        *.diff) change "$block" || status=1 ;;
        *.run)
            prints "$block" || status=1
            [ -z "$changed" ] || tried=yes
            ;;
        esac
    done
    [ "$tried" = yes ] || { echo "# $1: nothing to try"; status=1; }
    return $status
}

mkdir "$TMPDIR/work"
ln -s "$root/examples" "$root/src" "$TMPDIR/work/"
ln -s "$BUILD" "$TMPDIR/work/build"
for page in docs/tutorial/[0-9]*.md; do
    check "$page holds true" holds_true "$page"
done

# A program of README.md, or what it shows of a run, is one of these.
of_the_readme()
{
    local block status=0
    split README.md
    for block in "$TMPDIR"/page/*.c; do
        if grep -qE 'int main|pmy_recipe' "$block"; then
            programs=$(cd examples/tutorial && echo *.c)
            program_with "$(cat "$block")" >"$TMPDIR/found" || { cat "$TMPDIR/found"; status=1; }
        fi
    done
    return $status
}
check "a program in README.md is the tutorial's" of_the_readme

xor_is_learned()
{
    printf '%s\n' '0 xor 0 = 0' '0 xor 1 = 1' '1 xor 0 = 1' '1 xor 1 = 0' | diff - <("$BUILD/tutorial/xor")
}
check "xor is learned" xor_is_learned

# With the headers as they are installed, which are C to a C++ compiler, too.
in_cplusplus()
{
    local headers
    headers=$(sed -n 's/^PUBLIC_HEADERS := //p' "$BUILD/gen/sources.mk")
    # shellcheck disable=SC2086 # headers are words
    tools/install-headers src "$TMPDIR/include" $headers &&
        g++ -std=c++17 -pedantic -Wall -Wextra -Werror "${sanitize[@]}" -I"$TMPDIR/include" examples/tutorial/spiral.cpp \
            "$BUILD/libpmy.a" "${system[@]}" -o "$TMPDIR/spiral" &&
        (cd "$TMPDIR" && ./spiral >cpp.said && "$BUILD/tutorial/spiral" >c.said && diff cpp.said c.said)
}
if command -v g++ >/dev/null; then
    check "the spiral in C++ is the spiral in C" in_cplusplus
else
    echo "ok # SKIP there is no g++"
fi

# A page's list is the folder's.
all_is_told()
{
    local file status=0
    for file in examples/tutorial/*.* examples/tutorial/*/*.*; do
        grep -qF "$file" docs/tutorial/*.md || { echo "# no page links to $file"; status=1; }
    done
    for file in docs/tutorial/[0-9]*.md; do
        holds docs/tutorial/README.md "(${file##*/})" || status=1
    done
    return $status
}
check "the pages tell of every program, and the first of every page" all_is_told

finish

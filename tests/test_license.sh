#!/usr/bin/env bash
# Whose each file is, and under which terms: debian/copyright says it of all of them.
. tests/check.sh

# "licence<tab>pattern" of each pattern of a copyright file.
patterns()
{
    awk '
        function flush(    i)
        {
            for (i = 1; i <= count; i++) {
                print license "\t" pattern[i]
            }
            count = 0
        }
        /^[^ ]/ { in_files = 0 }
        /^Files:/ { flush(); in_files = 1; sub(/^Files:/, "") }
        in_files && NF { pattern[++count] = $1 }
        /^License:/ { license = $2 }
        /^License:/ && count { flush() }' "$1"
}

# What is in the repository, or, where that is none, in the folder.
all_files()
{
    git ls-files 2>/dev/null | grep . || find . -type f ! -path './build*' ! -path './.pc/*' | sed 's|^\./||'
}

# Which files of a list have no terms, have two, or which patterns are of no file; a * in a pattern is of slashes, too.
faults()
{
    local license pattern file found
    local -A terms=()
    while IFS=$'\t' read -r license pattern; do
        found=
        while read -r file; do
            # shellcheck disable=SC2053 # the right side is a pattern
            [[ $file == $pattern ]] || continue
            found=yes
            [ -z "${terms[$file]:-}" ] || echo "$file has two terms"
            terms[$file]=$license
        done <"$2"
        [ -n "$found" ] || echo "there is no $pattern"
    done < <(patterns "$1")
    while read -r file; do
        [ -n "${terms[$file]:-}" ] || echo "$file has no terms"
        case ${terms[$file]:-}:$file in
        Expat:data/*.gz | [!E]*:[!dt]*) echo "$file has other terms than its folder says" ;;
        esac
    done <"$2"
}

all_files >"$TMPDIR/files"

every_file_has_its_terms()
{
    [ "$(wc -l <"$TMPDIR/files")" -gt 500 ] && ! faults debian/copyright "$TMPDIR/files" | sed 's/^/# /' | grep .
}
check "every file has its terms, and one" every_file_has_its_terms

# Says the test so where it is not? Changes the list of files or of terms by sed.
is_told()
{
    sed "$1" debian/copyright >"$TMPDIR/copyright"
    sed "$2" "$TMPDIR/files" >"$TMPDIR/other"
    faults "$TMPDIR/copyright" "$TMPDIR/other" >"$TMPDIR/faults"
    holds "$TMPDIR/faults" "$3"
}
check "a new folder is told" is_told '' '1s/$/\nnew\/file.c/' 'new/file.c has no terms'
check "data without terms is told" is_told '' '1s/$/\ndata\/new\/numbers.gz/' 'data/new/numbers.gz has no terms'
check "a folder that is gone is told" is_told '' '/^bench\//d' 'there is no bench/*'
check "two terms are told" is_told 's|data/text/\*.gz|& Makefile|;s|^Files: data/mnist.*|&\n       Makefile|' '' \
    'Makefile has two terms'

the_licence_is_one()
{
    sed -n '/^Permission is/,$p' LICENSE >"$TMPDIR/here"
    sed -n '/^License: Expat$/,/^$/p' debian/copyright | tr '\n' '\f' | sed 's/.*License: Expat\f//' | tr '\f' '\n' |
        sed '/^$/d; s/^ //; s/^\.$//' | diff "$TMPDIR/here" -
}
check "LICENSE and debian/copyright have the same words" the_licence_is_one

data_says_its_own_terms()
{
    local folder
    for folder in data/*/; do
        grep -q '^Terms: ' "$folder/README.md" || return 1
    done
    holds data/mnist/README.md "Creative Commons Attribution-ShareAlike 3.0" &&
        holds data/text/README.md "public domain"
}
check "each folder of data says its terms" data_says_its_own_terms

finish

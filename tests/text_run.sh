# What the tests of the program text share: a small text, a small net, and how it is refused. A script sources
# this after tests/check.sh, where it stands in the source tree; it then is in $TMPDIR.
# shellcheck shell=bash

text=$BUILD/text
top=$PWD
cd "$TMPDIR" || exit 2

# 600 sentences of 24 different characters that follow a few rules.
awk 'BEGIN {
    split("cat dog fox owl hen", who); split("sat ran hid fed", did); split("mat box log jar", on)
    for (i = 0; i < 600; i++) {
        print "the " who[i * 7 % 5 + 1] " " did[i * 5 % 4 + 1] " by the " on[int(i / 3) % 4 + 1] (i % 9 ? "." : "!")
    }
}' >text.txt

net='embed 16, positions, [layernorm, attention 2], [layernorm, linear 32, relu, linear 16], layernorm, tied'
# The options of the first preset, but small; a moment.
# shellcheck disable=SC2034
small=(--data text.txt --net "$net" --block 16 --batch 8 --steps 60 --warm-up 5 --lr 0.01 --clip 1)

# refused TEXT ARGUMENTS...: exit status 2, one line that holds the text, nothing on stdout, no file written.
refused()
{
    local holds=$1
    shift
    rm -f refused.safetensors
    status_is 2 "$text" "$@" >out 2>error || return 1
    holds error "$holds" && [ ! -s out ] && [ ! -e refused.safetensors ]
}

# The number after "NAME": in the last line of FILE with it.
number()
{
    grep -oE "\"$2\":-?[0-9.e+-]+" "$1" | tail -1 | cut -d: -f2
}

# less A B: both numbers, and A < B.
less()
{
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && b != "" && a + 0 < b + 0) }'
}

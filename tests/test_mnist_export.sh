#!/usr/bin/env bash
# mnist export: what it writes compiles as C99 and answers as the model does.
. tests/check.sh

mnist=$BUILD/mnist
root=$PWD
cd "$TMPDIR" || exit 2
data=$root/data/mnist

# train NAME OPTIONS...: a model, from a tenth of the data.
train()
{
    "$mnist" train --data "$data" --epochs 1 --val 54000 --quiet --save "$1.model" "${@:2}" >said
}

sanitize=()
[ -z "${SANITIZE:-}" ] || sanitize=("-fsanitize=$SANITIZE")

# compiles COMPILER FILE.c: into FILE.o, without a warning.
compiles()
{
    "$1" -std=c99 -pedantic -O2 -Wall -Wextra -Wshadow -Wdouble-promotion -Wmissing-prototypes -Werror \
        "${sanitize[@]}" -c -o "${2%.c}.o" "$2"
}

"${CC:-gcc}" -std=c11 -O2 "${sanitize[@]}" -I"$root/src" -c -o parity.o "$root/tests/export/parity.c" || exit 2

# parity NAME MODEL: does NAME.c say on all test pictures what the model says?
parity()
{
    compiles "${CC:-gcc}" "$1.c" &&
        "${CC:-gcc}" "${sanitize[@]}" -pthread -o "$1" parity.o "$1.o" "$BUILD/libpmy.a" -Wl,--as-needed \
            -lopenblas -ldeflate -lcjson -ljpeg -lexif -lm -lpthread &&
        "./$1" "$2" "$data" >"$1.said"
    local status=$?
    echo "# $1: $(cat "$1.said")"
    grep -q '^10000 ' "$1.said" && return $status
}

# same_answers NAME OPTIONS...: of a model trained with these options.
same_answers()
{
    train "$@" && "$mnist" export --model "$1.model" "$1.c" && parity "$1" "$1.model"
}

check "a convolutional net with batchnorms" same_answers fast --net fast
check "a perceptron, normalised pixels" same_answers mlp --net mlp-small --mean 0.1307 --std 0.3081
check "every word of the language" same_answers words --mean 0.13 --std 0.31 --net \
    "conv 8 5 stride 2 pad 2, gelu, [conv 8 3 pad 1, batchnorm, leaky_relu, [layernorm, tanh, dropout 0.1], conv 8 3 pad 1],
     avgpool 3 stride 2 pad 1, layernorm, maxpool 3 stride 2 pad 1, sigmoid, batchnorm, [relu, batchnorm, gelu], flatten,
     linear 32, batchnorm, gelu, dropout 0.2, [linear 32, tanh], silu, linear 10"
check "layers without a bias, some with a batchnorm after them" same_answers biasless --net \
    "conv 8 5 stride 2 nobias, relu, conv 8 3 pad 1 nobias, batchnorm, relu, gap, linear 16 nobias, batchnorm, gelu,
     linear 16, batchnorm, linear 10 nobias"
has_no_bias() { lacks biasless.c bias_0 && lacks biasless.c bias_12 && holds biasless.c bias_2 && holds biasless.c bias_7; }
check "and none that the model has not" has_no_bias
check "groups first, within each other and of nothing, and gap" same_answers groups --net \
    "[[dropout 0.1], batchnorm, relu], conv 12 5 stride 2, relu, [[conv 12 3 pad 1, gelu], [sigmoid]], gap,
     2 (linear 12, ([layernorm nobias]), relu), linear 10"

other_compiler()
{
    local compiler
    for compiler in gcc clang; do
        ! command -v "$compiler" >/dev/null || compiles "$compiler" words.c || return 1
    done
}
check "gcc and clang take it without a warning" other_compiler

needs_nothing()
{
    [ "$(grep -c '#include' words.c)" -eq 1 ] && holds words.c '#include <math.h>' && lacks words.c malloc &&
        gcc -std=c99 -O2 -c -o plain.o words.c && [ "$(nm -g --defined-only plain.o | wc -l)" -eq 1 ] &&
        ! nm -u plain.o | grep -vE ' (expf|erfcf|tanhf|sqrtf|fmaxf|memset|memcpy|memmove|_GLOBAL_OFFSET_TABLE_)$'
}
check "it shows pmy_predict alone and needs the functions of <math.h> alone" needs_nothing

# The comparison sees a net that is a little off.
seen()
{
    sed "$1" words.c >off.c && ! cmp -s words.c off.c && ! parity off words.model && grep -q '^10000 ' off.said
}
check "another epsilon is seen" seen 's/1e-5f/1e-3f/'
check "another mean is seen" seen 's/mean = (float)0.13,/mean = (float)0.1301,/'
check "a missing sum of a group is seen" seen 's/= begun_with\[i\] + x/= 0.99f * begun_with[i] + x/'

replaced()
{
    cp mlp.c before.c && "$mnist" export --model mlp.model before.c && cmp mlp.c before.c &&
        "$mnist" export --model fast.model before.c && cmp fast.c before.c
}
check "what was there is replaced, and the same model gives the same file" replaced

to_pipes()
{
    "$mnist" export --model mlp.model - | cmp mlp.c - && "$mnist" export --model mlp.model /dev/stdout | cmp mlp.c - &&
        "$mnist" export --model mlp.model /dev/stdout >stdout.c && cmp mlp.c stdout.c && [ ! -e - ]
}
check "- is standard output, which may be a pipe, also by its name" to_pipes
full() { status_is 2 "$mnist" export --model mlp.model - >/dev/full 2>error && holds error 'standard output cannot be written'; }
check "standard output that takes no more is an error" full

# refused TEXT ARGUMENTS...: exit status 2, one message that holds the text, nothing on stdout.
refused()
{
    local text=$1
    shift
    status_is 2 "$mnist" export "$@" >out 2>error && holds error "$text" && [ ! -s out ] && [ "$(wc -l <error)" -eq 1 ]
}
check "no model" refused '--model FILE is missing' out.c
check "no file to write" refused 'OUT' --model mlp.model
check "a model that is not there" refused 'none.model' --model none.model out.c
check "a model that is none" refused 'mlp.c' --model mlp.c out.c
check "a folder that is not there" refused 'nowhere/out.c' --model mlp.model nowhere/out.c
check "pictures for a format that needs none" refused '--data goes with --int8' --model mlp.model --data "$data" out.c
check "none of them left a file" [ ! -e out.c ]

finish

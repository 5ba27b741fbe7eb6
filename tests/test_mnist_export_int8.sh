#!/usr/bin/env bash
# mnist export --int8: what it writes compiles as C99, gives the same integers everywhere, and answers nearly as
# the model does; on a Cortex-M0, too, where there are a compiler and an emulator for it (Debian:
# gcc-arm-none-eabi, libnewlib-arm-none-eabi, qemu-system-arm). BOARD_PICTURES=10000 runs that on all.
. tests/check.sh

mnist=$BUILD/mnist
root=$PWD
cd "$TMPDIR" || exit 2
data=$root/data/mnist

sanitize=()
[ -z "${SANITIZE:-}" ] || sanitize=("-fsanitize=$SANITIZE")

# train NAME OPTIONS...: a model, from a tenth of the data.
train()
{
    "$mnist" train --data "$data" --epochs 1 --val 54000 --quiet --save "$1.model" "${@:2}" >said
}
export_it() { "$mnist" export --int8 --data "$data" --model "$1.model" "$1.c"; }

# compiles COMPILER FILE.c OPTIONS...: into FILE.o, without a warning.
compiles()
{
    "$1" -std=c99 -pedantic -O2 -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Werror "${sanitize[@]}" "${@:3}" \
        -c -o "${2%.c}.o" "$2"
}

"${CC:-gcc}" -std=c11 -O2 "${sanitize[@]}" -I"$root/src" -c -o parity.o "$root/tests/export/int8_parity.c" || exit 2

# answers NAME OPTIONS...: of NAME.c compiled so, in NAME.answers; said are the counts.
answers()
{
    compiles "${compiler:-${CC:-gcc}}" "$1.c" "${@:2}" &&
        "${CC:-gcc}" "${sanitize[@]}" "${@:2}" -pthread -o run parity.o "$1.o" "$BUILD/libpmy.a" -Wl,--as-needed -lopenblas \
            -ldeflate -lcjson -ljpeg -lexif -lm -lpthread && ./run "$1.model" "$data" >said && mv answers "$1.answers"
}

# near NAME OPTIONS...: does a model trained with these options lose at most so many of the pictures?
near()
{
    train "${@:2}" && export_it "$2" && answers "$2" || return 1
    echo "# $2: $(cat said) (pictures, right, of the model, different)"
    awk -v most="$1" '{ exit !($1 == 10000 && $2 >= $3 - most && $4 <= 10 * most) }' said
}
check "a preset for small machines" near 40 tiny --net tiny
check "a perceptron" near 10 mlp --net mlp-small
check "normalised pixels, and every word there are integers for" near 20 words --mean 0.13 --std 0.31 --net \
    "conv 8 5 stride 2 pad 2, gelu, [conv 8 3 pad 1, batchnorm, leaky_relu, [tanh, dropout 0.1], conv 8 3 pad 1],
     avgpool 3 stride 2 pad 1, maxpool 3 stride 2 pad 1, sigmoid, batchnorm, [relu, batchnorm, gelu], flatten,
     linear 32, batchnorm, gelu, dropout 0.2, [linear 32, tanh], silu, linear 10"
check "layers without a bias, groups within each other, and gap" near 100 groups --net \
    "[[dropout 0.1], batchnorm, relu], conv 12 5 stride 2 nobias, relu, [[conv 12 3 pad 1, gelu], [sigmoid]], gap,
     2 (linear 12 nobias, ([relu]), relu), linear 10"
check "windows that begin outside of the picture, and a sum at the end" near 100 edges --net \
    "conv 4 1 pad 3, relu, maxpool 2 stride 1, conv 6 4 stride 3 pad 1, silu, flatten, [relu], linear 10, [linear 10]"

# The comparison sees a net that is a little off.
seen()
{
    sed "$1" words.c >off.c && ! cmp -s words.c off.c && cp words.model off.model && answers off && ! cmp off.answers words.answers
}
check "another rounding is seen" seen 's/(s->after - 1)/(s->after - 2)/'
check "a row too few is seen" seen 's/s->padding + s->reach/s->padding + s->reach - 1/'

same_integers()
{
    answers words "${@:2}" && mv words.answers other && compiler='' answers words && cmp other words.answers
}
check "the same integers with another optimisation" same_integers words -O0
check "and where char is unsigned" same_integers words -funsigned-char -O3
if command -v clang >/dev/null && [ -z "${SANITIZE:-}" ]; then
    compiler=clang check "and from clang" same_integers words
fi
undefined() { answers words -fsanitize=undefined -fno-sanitize-recover=all && answers edges -fsanitize=undefined -fno-sanitize-recover=all; }
check "nothing is undefined in it" undefined

needs_nothing()
{
    [ "$(grep -c '#include' words.c)" -eq 1 ] && holds words.c '#include <stdint.h>' && ! grep -nE 'malloc|float|double' words.c &&
        gcc -std=c99 -O2 -c -o plain.o words.c && [ "$(nm -g --defined-only plain.o | awk '{ print $3 }')" = pmy_classify ] &&
        ! nm -u plain.o | grep -vE ' (memset|memcpy|memmove|_GLOBAL_OFFSET_TABLE_)$'
}
check "it shows pmy_classify alone and needs nothing" needs_nothing
same_file() { "$mnist" export --int8 --data "$data" --model tiny.model - | cmp tiny.c -; }
check "the same model gives the same file, also on standard output" same_file

# --- Refused -----------------------------------------------------------------------

# refused TEXT ARGUMENTS...: exit status 2, one message that holds the text, nothing on stdout, no file.
refused()
{
    local text=$1
    shift
    status_is 2 "$mnist" export --int8 --data "$data" "$@" out.c >out 2>error && holds error "$text" && [ ! -s out ] &&
        [ ! -e out.c ] && [ "$(wc -l <error)" -eq 1 ]
}
refused_net()
{
    "$mnist" train --data "$data" --epochs 1 --val 59900 --quiet --save no.model --net "$2" >said && refused "$1" --model no.model
}
check "a layernorm, by name" refused_net 'layer 1, layernorm, cannot be written in int8' 'conv 4 5 stride 4, layernorm, linear 10'
check "an rmsnorm" refused_net 'layer 2, rmsnorm, cannot be written in int8' 'flatten, linear 8, rmsnorm, linear 10'
check "a batchnorm of flattened pixels" refused_net 'layer 1, batchnorm, cannot be written in int8 right after a flatten' \
    'flatten, batchnorm, linear 10'
check "two formats" refused '--onnx and --int8' --onnx --model tiny.model
check "data that are not there" refused nowhere --model tiny.model --data nowhere

# --- On a small machine ---------------------------------------------------------------

if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
    echo "ok # SKIP there is no compiler or emulator for Arm"
    finish
fi

stated() { sed -nE "s/.*less than ([0-9]+) $2.*/\1/p" "$1.c"; }

# fits NAME [PICTURES SECONDS ICOUNT]: in flash and RAM as the file says, but for the stack, measured on the way.
fits()
{
    local flash ram stack instructions
    read -r flash ram stack instructions < <(timeout "${3:-300}" "$root/tests/export/board/measure" "$1" "${2:-20}" "${@:4}") || return 1
    echo "# $1: $flash bytes of flash, $ram of RAM ($stack of stack)${4:+, $instructions instructions a picture}"
    [ "$flash" -lt "$(stated "$1" 'bytes of flash')" ] && [ "$ram" -lt "$(stated "$1" 'of RAM')" ]
}
same_on_board() { head -c $((20 * $1)) "$2.answers" | cmp - board/answers; }

check "every word fits in what is said" fits words
check "and gives the same integers there" same_on_board 20 words
check "so does the preset, counting its instructions" fits tiny 20 300 shift=0
small() { [ "$(stated tiny 'bytes of flash')" -le 16384 ] && [ "$(stated tiny 'of RAM')" -le 6144 ]; }
check "which takes at most 16 kB of flash and 6 kB of RAM" small
check "and answers as it does elsewhere" same_on_board 20 tiny
if [ -n "${BOARD_PICTURES:-}" ]; then
    check "on $BOARD_PICTURES pictures" fits tiny "$BOARD_PICTURES" 3000
    check "and these answers are the same" same_on_board "$BOARD_PICTURES" tiny
fi

finish

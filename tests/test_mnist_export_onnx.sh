#!/usr/bin/env bash
# mnist export --onnx and text export: onnxruntime says of a model what pmy says. `make onnx` installs it.
. tests/check.sh

mnist=$BUILD/mnist
text=$BUILD/text
root=$PWD
cd "$TMPDIR" || exit 2
data=$root/data/mnist

# Trained or not is all the same: numbers that a step or two have moved.
pictures()
{
    "$mnist" train --data "$data" --epochs 1 --val 59000 --quiet --save "$1.model" "${@:2}" >said &&
        "$mnist" export --onnx --model "$1.model" "$1.onnx"
}
awk 'BEGIN { for (i = 0; i < 300; i++) print "the cat sat by the mat, " i * i % 7 " times" }' >text.txt
tokens()
{
    "$text" train --data text.txt --block 12 --batch 4 --steps 5 --val 0.2 --quiet --save "$1.model" "${@:2}" >said &&
        "$text" export --model "$1.model" "$1.onnx"
}

full() { status_is 2 "$mnist" export --onnx --model words.model - >/dev/full 2>error && holds error 'standard output cannot be written'; }
nowhere() { status_is 2 "$mnist" export --onnx --model words.model nowhere/out.onnx >out 2>error && [ "$(wc -l <error)" -eq 1 ]; }
same_file() { "$mnist" export --onnx --model words.model - | cmp words.onnx - && [ ! -e - ]; }
kind_of_model() { status_is 2 "$text" export --model words.model out.onnx 2>error && [ "$(wc -l <error)" -eq 1 ] && [ ! -e out.onnx ]; }
help_says() { "$mnist" export --help >said && holds said --onnx && "$text" export --help >said && holds said ONNX; }

words="conv 8 5 stride 2 pad 2, gelu, [conv 8 3 pad 1, batchnorm, leaky_relu, [layernorm, tanh, dropout 0.1], conv 8 3 pad 1 nobias],
     avgpool 3 stride 2 pad 1, layernorm, maxpool 3 stride 2 pad 1, sigmoid, batchnorm, [relu, batchnorm, gelu], flatten,
     linear 32, batchnorm, gelu, dropout 0.2, [linear 32 nobias, rmsnorm], 2 (linear 16, ([layernorm nobias]), relu), silu,
     linear 10"
groups="[[dropout 0.1], batchnorm, relu], conv 12 5 stride 2, relu, [[conv 12 3 pad 1, gelu], [sigmoid]], gap, linear 10"
attention="embed 16, positions, 2 ([layernorm, attention 2], [layernorm, linear 32, gelu, linear 16]), layernorm, tied"
rotary="embed 24, [rmsnorm, attention 3 rotary nobias], [rmsnorm, linear 32 nobias, silu, linear 24, dropout 0.1], linear vocab"

# Whoever adds a word adds it here, too.
has_every_word()
{
    local word
    "$mnist" train --help | sed -nE '/^  conv N K/,/LAYERS/s/^  ([a-z_]+)( .*|$)/\1/p' >list && [ "$(wc -l <list)" -gt 18 ] || return 1
    while read -r word; do
        grep -qw "$word" <<<"$words, $groups, $attention, $rotary" || { echo "# $word is in no net"; return 1; }
    done <list
}
check "the nets here have every word" has_every_word
check "a net of every word for pictures is written" pictures words --mean 0.13 --std 0.31 --net "$words"
check "the help says so" help_says
check "standard output that takes no more is an error" full
check "and so is a folder that is not there" nowhere
check "- is standard output, and the same model is the same file" same_file
check "text export refuses a model of pictures, and leaves no file" kind_of_model

# Where there is onnxruntime: in the folder that `make onnx` makes, or python3's own.
python=
for candidate in "$BUILD/onnx/bin/python3" "${ONNX_PYTHON:-python3}"; do
    if "$candidate" -c 'import onnx, onnxruntime, numpy' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "ok # SKIP onnxruntime is not there (make onnx)"
    finish
fi

sanitize=()
[ -z "${SANITIZE:-}" ] || sanitize=("-fsanitize=$SANITIZE")
"${CC:-gcc}" -std=c11 -O2 "${sanitize[@]}" -I"$root/src" -pthread -o probabilities "$root/tests/export/probabilities.c" \
    "$BUILD/libpmy.a" -Wl,--as-needed -lopenblas -ldeflate -lcjson -ljpeg -lexif -lm -lpthread || exit 2

# parity NAME [DATA]
parity()
{
    ./probabilities "$1.model" ${2:+"$2"} >"$1.numbers" || return 1
    "$python" "$root/tests/export/onnx_parity.py" "$1.onnx" "$1.numbers" >said 2>error
    local status=$?
    echo "# $1: $(cat said)"
    tail -n 1 error | sed 's/^/# /'
    return $status
}
same_pictures() { pictures "$@" && parity "$1" "$data"; }
same_tokens() { tokens "$@" && parity "$1"; }

check "every word for pictures" parity words "$data"
check "a preset, normalised by nothing" same_pictures fast --net fast
check "groups first, within each other and of nothing, and gap" same_pictures groups --net "$groups"
check "attention and tied weights" same_tokens attention --net "$attention"
check "rotary attention, rmsnorm, nothing tied" same_tokens rotary --net "$rotary"

# The comparison sees a model that is a little off.
seen()
{
    "$python" - "$1" <<'P' && ! parity off "$data" && [ -s said ]
import sys, onnx
model = onnx.load("words.onnx")
for node in model.graph.node:
    for attribute in node.attribute:
        if node.op_type == sys.argv[1] and attribute.name == "epsilon":
            attribute.f = 1e-3
onnx.save(model, "off.onnx")
P
}
cp words.model off.model
check "another epsilon of a layernorm is seen" seen LayerNormalization
check "and of a batchnorm" seen BatchNormalization

has_vocabulary()
{
    "$python" -c 'import onnx; notes = {n.key: n.value for n in onnx.load("attention.onnx").metadata_props}
assert notes["pmy.vocabulary"].startswith("characters"), notes
assert notes["pmy.net"].startswith("embed 16"), notes'
}
check "the metadata has net and vocabulary" has_vocabulary

finish

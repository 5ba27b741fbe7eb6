#!/usr/bin/env bash
# Measuring a model file on a text, and models given to the wrong program.
. tests/check.sh
. tests/text_run.sh

"$text" train "${small[@]}" --json --save model.safetensors >trained
"$text" train "${small[@]}" --lines --val 0.2 --ema 0.9 --json --save lines.safetensors >trained.lines

as_trained()
{
    "$text" eval --model model.safetensors --data text.txt --val 0.1 --json >evaluated || return 1
    "$text" eval --model lines.safetensors --data text.txt --val 0.2 --json >evaluated.lines || return 1
    [ "$(number evaluated loss)" = "$(number trained validation_loss)" ] && [ "$(number evaluated.lines loss)" = "$(number trained.lines validation_loss)" ] &&
        diff <(grep -oE '"confidence95.*"windows":[0-9]+' evaluated) <(grep -oE '"confidence95.*"windows":[0-9]+' trained)
}
check "it says of the same part what training said" as_trained

whole()
{
    "$text" eval --model model.safetensors --data text.txt >said && "$text" eval --model model.safetensors --data text.txt --json >evaluated || return 1
    local tokens=$(($(wc -c <text.txt) - 1))
    [ "$(number evaluated tokens)" -eq $tokens ] && [ "$(number evaluated windows)" -eq $(((tokens + 15) / 16)) ] || return 1
    grep -qE "^loss    [0-9.]+ nats a character \\(with 95 % confidence between [0-9.]+ and [0-9.]+\\), [0-9.]+ bits, perplexity [0-9.]+: $tokens characters in " said &&
        holds said 'model   model.safetensors: embed 16, positions' && holds said "data    text.txt: $((tokens + 1)) characters" || return 1
    awk -v loss="$(number evaluated loss)" -v bits="$(number evaluated bits)" -v perplexity="$(number evaluated perplexity)" '
        BEGIN { exit !((loss / log(2) - bits) ^ 2 < 1e-20 && (log(perplexity) - loss) ^ 2 < 1e-20) }'
}
check "the whole text: each token but the first, in nats, bits and perplexity" whole

same_on_all_threads()
{
    "$text" eval --model model.safetensors --data text.txt --threads 1 --json >one && "$text" eval --model model.safetensors --data text.txt --threads 2 --json >two && cmp one two
}
check "the same on 1 and 2 threads" same_on_all_threads

one_window()
{
    printf 'the cat' >one.txt
    "$text" eval --model model.safetensors --data one.txt --quiet >said && holds said '6 characters in 1 window' && lacks said confidence
}
check "a text of one window has no interval" one_window

# ---- what is refused ----------------------------------------------------------

: >empty.txt
printf 'the cat\nthe @at\n' >unknown.txt
printf 'x' >letter.txt
check "no model" refused '--model FILE is missing' eval --data text.txt
check "a model that is missing" refused 'nowhere: No such file' eval --model nowhere --data text.txt
check "a text instead of a model" refused 'text.txt: ' eval --model text.txt --data text.txt
check "a character that the model does not know, and where it is" refused 'unknown.txt: line 2, column 5' eval --model model.safetensors --data unknown.txt
check "an empty text" refused 'empty.txt: ' eval --model model.safetensors --data empty.txt
check "a text without a token to predict" refused 'letter.txt: ' eval --model model.safetensors --data letter.txt
check "a share of 0" refused '--val' eval --model model.safetensors --data text.txt --val 0
head -c 3000 model.safetensors >cut.safetensors
check "a model that is cut off" refused 'cut.safetensors: ' eval --model cut.safetensors --data text.txt

# ---- what cannot be computed ----------------------------------------------------

# All weights the largest float.
begin=$((8 + $(od -An -tu8 -N8 model.safetensors)))
{
    head -c $begin model.safetensors
    # shellcheck disable=SC2046
    printf '\377\377\177\177%.0s' $(seq $((($(wc -c <model.safetensors) - begin) / 4)))
} >far.safetensors
fails()
{
    status_is 1 "$text" "$@" >out 2>error && holds error 'not finite' && [ "$(wc -l <error)" -eq 1 ]
}
cannot_compute()
{
    fails eval --model far.safetensors --data text.txt && fails attention --model far.safetensors --text 'the cat' &&
        fails sample --model far.safetensors --prompt 'the cat'
}
check "where numbers are not finite, each command ends with 1" cannot_compute

# ---- models of pictures and of texts --------------------------------------------

mnist=$BUILD/mnist
"$mnist" train --data "$top/data/mnist" --net 'maxpool 14, linear 10' --epochs 1 --val 59000 --save pictures.safetensors --quiet >said

of_pictures()
{
    refused 'pictures.safetensors: is a model of pictures, not of a text' eval --model pictures.safetensors --data text.txt &&
        refused 'pictures.safetensors: is a model of pictures, not of a text' train "${small[@]}" --init pictures.safetensors --save refused.safetensors
}
check "text takes no model of pictures" of_pictures

# mnist_refuses ARGUMENTS...
mnist_refuses()
{
    status_is 2 "$mnist" "$@" >out 2>error && holds error 'model.safetensors: ' && [ ! -s out ] && [ ! -e out.c ]
}
of_a_text()
{
    mnist_refuses eval --data "$top/data/mnist" --model model.safetensors && holds error 'is a model of a text, not of pictures' &&
        mnist_refuses predict --model model.safetensors "$top/examples/mnist/digits/2-plain.png" && holds error 'is a model of a text, not of pictures' &&
        mnist_refuses export --model model.safetensors out.c && holds error 'is a model of a text, not of pictures' &&
        mnist_refuses train --data "$top/data/mnist" --val 59000 --init model.safetensors && holds error 'is a model of a text, not of pictures'
}
check "mnist takes no model of a text" of_a_text

info()
{
    "$mnist" info --model model.safetensors >said && holds said pmy.vocabulary && holds said 'attention 2' && holds said 3.1.weight
}
check "but shows what is in it" info

finish

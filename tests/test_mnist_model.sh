#!/usr/bin/env bash
# Models as files: mnist train --save and --init, mnist eval, mnist info.
. tests/check.sh

mnist=$BUILD/mnist
cd "$TMPDIR" || exit 2
data=$OLDPWD/data/mnist

# A tenth of the data, by keeping the rest for validation in vain: quick, and real.
quick=(train --data "$data" --net mlp-small --epochs 1 --val 54000)

"$mnist" "${quick[@]}" --save m.safetensors --json >trained

# What a line of JSON says of a test, without the times.
score() { grep -oE '"accuracy":[0-9.]+,"correct":[0-9]+,"total":[0-9]+' "$1"; }

same_score()
{
    "$mnist" eval --data "$data" --model m.safetensors --json >evaluated && [ "$(score trained)" = "$(score evaluated)" ] &&
        [ -n "$(score trained)" ] && grep -q '^{"event":"test",' evaluated
}
check "train and eval print the same accuracy" same_score

same_text()
{
    "$mnist" "${quick[@]}" --save again.safetensors --quiet >said && cmp m.safetensors again.safetensors &&
        "$mnist" eval --data "$data" --model m.safetensors --quiet | cmp - said &&
        "$mnist" eval --data "$data" --model m.safetensors >said && holds said 'flatten, linear 128, relu, linear 10' && holds said '% right'
}
check "the same file again, and the same line of text" same_text

one_step_further()
{
    "$mnist" "${quick[@]}" --init m.safetensors --lr 1e-9 --schedule constant --json >further &&
        grep -oE '"correct":[0-9]+' trained >one && grep -oE '"correct":[0-9]+' further | cmp - one
}
check "--init begins with the weights of a file" one_step_further

shows_tensors()
{
    "$mnist" info --model m.safetensors >said && holds said 'pmy.net      flatten, linear 128, relu, linear 10' &&
        holds said '1x28x28' && holds said '128x784' && holds said '101770' &&
        "$mnist" info --model m.safetensors --json >said && [ "$(grep -c '"event":"tensor"' said)" -eq 4 ] &&
        [ "$(grep -c '"event":"layer"' said)" -eq 4 ] &&
        grep -qE '^\{"event":"tensor","name":"3.bias","dtype":"F32","shape":\[10\],"min":-0[0-9.]+,"max":0[0-9.]+,"mean":-?[0-9.e-]+,"std":[0-9.]+\}$' said
}
check "info shows metadata, layers and tensors" shows_tensors

shows_no_bias()
{
    "$mnist" "${quick[@]}" --net "conv 4 5 stride 4 nobias, relu, linear 10 nobias" --save n.safetensors --quiet >biasless &&
        "$mnist" eval --data "$data" --model n.safetensors --quiet | cmp - biasless && "$mnist" info --model n.safetensors >said &&
        holds said 'conv 4 5 stride 4 nobias, relu, flatten, linear 10 nobias' && lacks said '.bias' &&
        grep -qE '^ *0 +conv 4 5 stride 4 nobias +4x6x6 +100 +7200' said
}
check "a model without biases has none in its file" shows_no_bias

# ---- what is refused --------------------------------------------------------

# refused TEXT ARGUMENTS...: exit status 2, one message that holds the text, nothing on stdout.
refused()
{
    local text=$1
    shift
    status_is 2 "$mnist" "$@" >out 2>error && holds error "$text" && [ ! -s out ] && [ "$(wc -l <error)" -eq 1 ]
}
# A file made of a header and so many zero bytes.
made()
{
    printf "\\x$(printf %02x $((${#1} % 256)))\\x$(printf %02x $((${#1} / 256)))\\0\\0\\0\\0\\0\\0%s" "$1" >made.safetensors &&
        head -c "$2" /dev/zero >>made.safetensors
}

check "eval without a model" refused '--model FILE is missing' eval --data "$data"
check "info without a model" refused '--model FILE is missing' info
check "a model that is not there" refused 'nowhere.safetensors: No such file' eval --data "$data" --model nowhere.safetensors
check "data that is not there" refused 'nowhere' eval --data nowhere --model m.safetensors
cut_off() { head -c 5000 m.safetensors >cut && refused "cut: tensor '1.weight': its bytes" eval --data "$data" --model cut &&
    head -c 100 m.safetensors >cut && refused 'longer than the file' info --model cut; }
check "a model that is cut off" cut_off
check "a file that is no model" refused 'no safetensors file' eval --data "$data" --model "$data/train-labels-idx1-ubyte.gz"
check "weights of another net" refused "tensor '1.weight' is 128x784, but the net's is 512x784" "${quick[@]}" --net mlp --init m.safetensors
nowhere() { refused 'nowhere/m: ' "${quick[@]}" --save nowhere/m; }
check "a model that cannot be written is told before training" nowhere
unnamed() { made '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' 8 &&
    refused 'does not say which net' eval --data "$data" --model made.safetensors &&
    refused "101770 parameters, but the file 2" eval --data "$data" --model made.safetensors --net mlp-small &&
    status_is 2 "$mnist" eval --data "$data" --model made.safetensors --net 'linaer 3' 2>error && holds error '^~~~~~'; }
check "a file that does not say which net it is of" unnamed
other_net()
{
    refused "m.safetensors says that it is of the net 'flatten, linear 128" eval --data "$data" --model m.safetensors --net 'linear 10' &&
        "$mnist" eval --data "$data" --model m.safetensors --net mlp-small --json >out && [ "$(score out)" = "$(score trained)" ]
}
check "a --net that the file contradicts" other_net
not_a_number()
{
    local size
    size=$(wc -c <m.safetensors)
    { head -c $((size - 4)) m.safetensors && printf '\0\0\300\177'; } >nan.safetensors
    refused 'not a number' eval --data "$data" --model nan.safetensors && holds error "tensor '3.bias', element 9"
    status_is 2 "$mnist" info --model nan.safetensors >out 2>error && holds out nan && holds error "tensor '3.bias'"
}
check "weights that are NaN" not_a_number

full_disk()
{
    cp m.safetensors kept.safetensors
    (
        trap '' XFSZ
        ulimit -f 100
        status_is 2 "$mnist" "${quick[@]}" --quiet --save kept.safetensors >out 2>error
    ) && holds error 'kept.safetensors: cannot be written' && cmp m.safetensors kept.safetensors && ! ls -A | grep -q '\.tmp$'
}
check "a full disk leaves the old model whole" full_disk

every_option()
{
    "$mnist" train --help >help && holds help '--save FILE' && holds help '--init FILE' &&
        "$mnist" eval --help >help && holds help '--model FILE' && holds help '--net SPEC' && holds help '--data DIR' &&
        "$mnist" info --help >help && holds help '--model FILE' && "$mnist" --help >help && holds help 'eval' && holds help 'info'
}
check "--help names every option" every_option

finish

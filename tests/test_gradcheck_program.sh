#!/usr/bin/env bash
# The program gradcheck as its user meets it.
. tests/check.sh

gradcheck=$BUILD/gradcheck
cd "$TMPDIR" || exit 2

everything_passes()
{
    local started=$SECONDS
    "$gradcheck" >all || return 1
    grep -qE '^[0-9]{3,} checks, 0 failed, largest error [0-9.]+e-1[0-9]$' all || return 1
    [ -n "${SANITIZE:-}" ] || [ $((SECONDS - started)) -lt 20 ]
}
check "every op, layer and loss passes, in less than 20 s" everything_passes

table_fits()
{
    holds all "verdict" && [ "$(wc -L <all)" -le 80 ]
}
check "the table is as wide as a terminal" table_fits

json_lines()
{
    "$gradcheck" --json >lines || return 1
    [ "$(wc -l <lines)" -gt 100 ] &&
        ! grep -vE '^\{"name":"[^"]+","input":"[^"]+","size":[0-9]+,"error":[-+.e0-9]+,"verdict":"PASS","kinks":[0-9]+,"batch":[0-9]+,"fewer":[0-9]+\}$' lines
}
check "--json prints one object for each check" json_lines

net_passes()
{
    "$gradcheck" --net "linear 32, gelu, linear 32, relu, dropout 0.2, linear 10" >net && holds net "7 checks, 0 failed" &&
        holds net "2.weight"
}
check "a net with gelu, relu and dropout passes" net_passes

biasless_net_passes()
{
    "$gradcheck" --net "conv 3 3 nobias, tanh, gap, linear 5 nobias, batchnorm, linear 4" >net && holds net "7 checks, 0 failed" &&
        lacks net "0.bias" && lacks net "4.bias" && holds net "6.bias"
}
check "a net with layers without a bias passes" biasless_net_passes

sequence_net_passes()
{
    "$gradcheck" --net "linear 8, gelu, [layernorm, linear 8], linear 4" --input 5x6 >net && holds net "9 checks, 0 failed" &&
        grep -qE "x  +120 " net && grep -qE "2.0.weight  +8 " net
}
check "a net of sequences passes, with a label for each vector" sequence_net_passes

image_net_passes()
{
    "$gradcheck" --net "[maxpool 3 stride 1 pad 1], avgpool 2, relu, linear 5" >net && holds net "3 checks, 0 failed" &&
        grep -qE "x  +576 " net && "$gradcheck" --net "maxpool 4, linear 5" --input 3x7x9 >net && grep -qE "x  +756 " net
}
check "a net that needs images gets them, in the shape that is asked for" image_net_passes

gpt='embed 4, positions, 2 ([layernorm nobias, attention 2 nobias], [layernorm nobias, linear 8 nobias, gelu, linear 4 nobias]), layernorm nobias, tied'
token_net_passes()
{
    "$gradcheck" --net "$gpt" >net && holds net "15 checks, 0 failed" && grep -qE "0.weight  +28 " net && grep -qE "1.weight  +32 " net &&
        "$gradcheck" --net "embed 8, [layernorm, attention 2 rotary], dropout 0.2, relu, linear vocab" --time 5 --vocab 4 --batch 3 --json >net &&
        holds net '"input":"0.weight","size":32,' && [ "$(grep -c '"verdict":"PASS".*"batch":3,"fewer":1}' net)" -eq 9 ]
}
check "a net for tokens passes, in the sizes that are asked for" token_net_passes

# Round-off in the key's bias, whose gradient is 0, is all that an attention with biases would show.
token_net_passes_in_quad()
{
    "$gradcheck" --precision quad --net "embed 4, positions, [rmsnorm, attention 2 rotary nobias], [layernorm, linear 6, gelu, linear 4], tied" \
        --time 4 --batch 2 --vocab 5 >net && holds net "11 checks, 0 failed" && ! grep -E ' [0-9.]+e-(0[0-9]|1[0-3]) ' net
}
# Minutes under sanitizers, which see the same code in double.
if [ -e "$BUILD/libpmyq.a" ] && [ -z "${SANITIZE:-}" ]; then
    check "a net for tokens passes in quad to 14 digits" token_net_passes_in_quad
fi

token_net_passes_in_float()
{
    "$gradcheck" --precision float --net "$gpt" >net && holds net "15 checks, 0 failed"
}
check "a net for tokens passes in float" token_net_passes_in_float

# A convolution's weight moves every position of every picture, and nearly always some relu or winner is close.
lenet_passes()
{
    "$gradcheck" --net "conv 6 5 pad 2, relu, maxpool 2, conv 16 5, relu, maxpool 2, linear 120, relu, linear 84, relu, \
linear 10" >net && holds net "11 checks, 0 failed"
}

cnn_passes()
{
    "$gradcheck" --input 1x7x7 --net "conv 32 3, relu, conv 64 3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, \
dropout 0.5, linear 10" >net && holds net "9 checks, 0 failed"
}
if [ -z "${SANITIZE:-}" ]; then
    check "lenet passes, for all its kinks" lenet_passes
    check "cnn passes" cnn_passes
fi

lists_ops()
{
    "$gradcheck" --list >list && holds list "softmax_xent" && [ "$(wc -l <list)" -ge 20 ] && "$gradcheck" --op gelu >one &&
        lacks one sigmoid && holds one "gelu: used twice"
}
check "--list names what --op takes" lists_ops

float_passes()
{
    "$gradcheck" --precision float >float && holds float " 0 failed"
}
check "float passes" float_passes

quad_passes()
{
    "$gradcheck" --precision quad --op softmax >quad && holds quad " 0 failed" && ! grep -E ' [0-9.]+e-(0[0-9]|1[0-3]) ' quad
}
if [ -e "$BUILD/libpmyq.a" ]; then
    check "quad passes to 14 digits" quad_passes
fi

same_seed()
{
    "$gradcheck" --op linear --json >usual && "$gradcheck" --op linear --seed 7 --json >seven &&
        "$gradcheck" --op linear --seed 7 --json | cmp - seven && ! cmp -s usual seven
}
check "the seed decides" same_seed

# Where what an op chooses between happened to lie on one side only, its samples were called VACUOUS.
no_seed_alarms()
{
    local seed seeds="11 12 17 19"
    [ -z "${SANITIZE:-}" ] || seeds=11
    for seed in $seeds; do
        "$gradcheck" --op maximum --seed $seed >/dev/null && "$gradcheck" --op minimum --seed $seed >/dev/null || return 1
    done
}
check "no seed makes an op's samples vacuous" no_seed_alarms

draws()
{
    "$gradcheck" --op gelu --plot v.svg >/dev/null && holds v.svg "<svg" && holds v.svg "truncation" && holds v.svg "Richardson"
}
check "--plot draws the V" draws

wrong_net()
{
    status_is 2 "$gradcheck" --net "linear 3, relx" >said 2>&1 && holds said "did you mean 'relu'?" &&
        holds said "            ^~~~"
}
check "a wrong word in a net is pointed at" wrong_net

wrong_token_net()
{
    status_is 2 "$gradcheck" --net "$1" >said 2>&1 && holds said "$2" && holds said "$3"
}
check "heads that do not fit are pointed at" wrong_token_net "embed 8, attention 3, tied" "3 heads" "           ^~~~~~~~~~~"
check "a net of tokens that does not end in them is pointed at" wrong_token_net "embed 8, linear 5" "there are 7 tokens" "           ^~~~~~~~"
check "a second embed is pointed at" wrong_token_net "embed 8, linear 3, embed 4" "first layer" "                     ^~~~~~~"

refuses()
{
    status_is 2 "$gradcheck" "$@" >said 2>&1 && [ "$(wc -l <said)" -eq 1 ]
}
check "an unknown op is refused" refuses --op rleu
check "an unknown precision is refused" refuses --precision half
check "--op and --net together are refused" refuses --op relu --net "linear 3"
check "--input without --net is refused" refuses --input 16
check "--batch without --net is refused" refuses --batch 3
check "--vocab without --net is refused" refuses --vocab 3
check "--input and --time together are refused" refuses --net "embed 8, tied" --input 5 --time 5
check "a shape that is none is refused" refuses --net "relu" --input 3x
check "an operand is refused" refuses relu
unwritable()
{
    status_is 2 "$gradcheck" --op exp --plot nowhere/v.svg >said 2>&1 && holds said "gradcheck: nowhere/v.svg: "
}
check "a plot that cannot be written is told" unwritable

# Where a step next to a kink is lost in a float loss, nothing is known, and nothing is wrong. How many kinks are
# met is what takes the time: under sanitizers, which see the same code each time, there are fewer.
never_wrong()
{
    local seed seeds="0 1 3 4 5" width=32
    [ -z "${SANITIZE:-}" ] || seeds=0 width=8
    for seed in $seeds; do
        "$gradcheck" --precision float --seed $seed --net "linear 16, relu, linear 10" --json >said
        lacks said '"WRONG"' && holds said '"PASS"' || return 1
        "$gradcheck" --precision float --seed $seed --json \
            --net "linear $width, relu, linear $width, relu, linear $width, relu, linear 10" >said
        lacks said '"WRONG"' && holds said '"PASS"' || return 1
    done
}
check "a right net with relus is never wrong in float" never_wrong

lists_in_json()
{
    "$gradcheck" --list --json >said && holds said '{"name":"relu","formula":"y = max(x, 0)"}' &&
        [ "$(grep -c '^{"name":' said)" -eq "$("$gradcheck" --list | wc -l)" ]
}
check "--list --json is JSON" lists_in_json

says_what_was_not_judged()
{
    "$gradcheck" --precision float --net "linear 24, relu, linear 24, relu, linear 10" >said
    grep -qE 'KINK: [0-9]+ of [0-9]+ elements have a kink too close; [1-9][0-9]* of their sides' said
}
check "a KINK says what could not be judged" says_what_was_not_judged

finish

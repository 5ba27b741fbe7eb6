#!/usr/bin/env bash
# Letting a model write: what it writes, how it is shown, and what is refused.
. tests/check.sh
. tests/text_run.sh

"$text" train "${small[@]}" --steps 600 --save model.safetensors --quiet >said
"$text" train "${small[@]}" --steps 600 --lines --save lines.safetensors --quiet >said

# writes FILE ARGUMENTS...: the model of places in the text, into FILE.
writes()
{
    local file=$1
    shift
    "$text" sample --model model.safetensors "$@" >"$file"
}

goes_on()
{
    writes said --prompt 'the cat ' --length 60 && [ "$(head -c 8 said)" = 'the cat ' ] && [ "$(wc -m <said)" -ge 68 ] &&
        [ "$(wc -m <said)" -le 69 ] && [ "$(tail -c 1 said | wc -l)" -eq 1 ] || return 1
    # It has learned which words there are.
    writes said --length 2000 && [ "$(grep -oE 'the (cat|dog|fox|owl|hen) (sat|ran|hid|fed) by the ' said | wc -l)" -ge 40 ]
}
check "it goes on from a prompt as the text does, up to a length" goes_on

deterministic()
{
    writes one --temperature 0 && writes two --temperature 0 --seed 2 --threads 1 && cmp one two &&
        writes two --top-k 1 --temperature 1.5 && cmp one two && writes two --top-p 1e-9 && cmp one two || return 1
    writes one --seed 1 && writes two --seed 1 --threads 1 && cmp one two && writes two --seed 2 && ! cmp -s one two &&
        writes two --seed 1 --temperature 1.3 && ! cmp -s one two && writes two --seed 1 --top-k 2 && ! cmp -s one two
}
check "T = 0, top-k 1 and a tiny top-p are the same; seeds and temperatures differ" deterministic

# Sharper at 0.5 than at 1, and flatter at 2.
temperature()
{
    local t last=-1 entropy
    for t in 0.5 1 2; do
        writes said --prompt 'the ' --temperature $t --length 1 --json || return 1
        entropy=$(number said entropy)
        less "$last" "$entropy" || return 1
        last=$entropy
    done
    writes said --prompt 'the ' --temperature 0 --length 1 --json && [ "$(number said entropy)" = 0 ] && [ "$(number said p)" = 1 ]
}
check "the entropy rises with the temperature" temperature

shows()
{
    writes said --prompt 'the' --length 5 --show && [ "$(grep -cE '^[^ ]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ ( [^ ]+ +[0-9.]+){5}$' said)" -eq 5 ] &&
        grep -q '^space ' said && grep -q '^token ' said && [ "$(tail -n 1 said | head -c 4)" = 'the ' ] || return 1
    writes said --prompt 'the cat sat by the box.' --length 1 --temperature 0 --show && holds said '\n'
}
check "--show has each token, its p, the entropy and the five likeliest, with control characters visible" shows

json()
{
    writes text --prompt 'the ' --length 30 && writes said --prompt 'the ' --length 30 --json || return 1
    [ "$(grep -cE '^\{"event":"token","token":[0-9]+,"text":"[^"]+","p":[0-9.e-]+,"entropy":[0-9.e-]+,"bits":[0-9.e-]+\}$' said)" -eq 30 ] &&
        tail -n 1 said | grep -qE '^\{"event":"end","text":"the .*","tokens":30,"tokens_per_s":[0-9.e+]+\}$' || return 1
    printf "$(tail -n 1 said | sed -E 's/^.*"text":"(.*)","tokens".*$/\1/')\n" | diff - <(cat text) >/dev/null || return 1
    writes said --length 3 --json --show && [ "$(grep -cE '"likeliest":\[("[^"]+",){4}"[^"]+"\],"likeliest_p":\[([0-9.e-]+,){4}[0-9.e-]+\]\}$' said)" -eq 3 ]
}
check "--json has an object for each token, and the same text" json

a_line()
{
    local seed
    for seed in 1 2 3; do
        "$text" sample --model lines.safetensors --seed $seed --length 200 >said && [ "$(wc -l <said)" -eq 1 ] && grep -qE '[.!]$' said || return 1
    done
    "$text" sample --model lines.safetensors --prompt 'the owl ' --length 200 --json >said && [ "$(grep -c '"event":"token"' said)" -lt 60 ] &&
        grep '"event":"token"' said | tail -n 1 | grep -qF '"text":"\n"'
}
check "a model of lines writes one line, and stops at its end" a_line

# surprise FILE: the sum of −ln p of the tokens of a --json.
surprise()
{
    grep -oE '"p":[0-9.e-]+' "$1" | awk -F: '{ sum -= log($2) } END { print sum }'
}

# The sum of the losses of all its tokens, for eval: no window is moved on in a block of 40.
as_evaluated()
{
    local lines
    for lines in "" --lines; do
        # shellcheck disable=SC2086
        "$text" train "${small[@]}" $lines --block 40 --steps 300 --save forty.safetensors --quiet >said &&
            "$text" sample --model forty.safetensors --temperature 1 --length 35 --json >drawn || return 1
        # What comes first is predicted from the end of a line.
        { [ -n "$lines" ] || echo; printf '%b' "$(tail -n 1 drawn | sed -E 's/^.*"text":"(.*)","tokens".*$/\1/')"; } >drawn.txt
        "$text" eval --model forty.safetensors --data drawn.txt --json >evaluated || return 1
        awk -v a="$(surprise drawn)" -v b="$(number evaluated loss)" -v n="$(number evaluated tokens)" '
            BEGIN { exit !(n > 15 && a > 1 && (a - b * n) ^ 2 < 1e-6) }' || return 1
    done
    # A line's prompt is its beginning: what may follow is what might have followed when it was written.
    local begun
    begun=$(grep '"event":"token"' drawn | head -n 3 | sed -E 's/^.*"text":"(.)".*$/\1/' | tr -d '\n')
    "$text" sample --model forty.safetensors --temperature 1 --prompt "$begun" --length 1 --json >again &&
        [ "$(number again entropy)" = "$(sed -n 4p drawn >fourth && number fourth entropy)" ]
}
check "what it draws is as likely as eval says" as_evaluated

# Characters of several bytes, whole.
wide()
{
    printf 'äöü→%.0s' $(seq 300) >wide.txt
    local unit length
    for unit in chars bytes; do
        length=$([ $unit = chars ] && echo 7 || echo 16)
        "$text" train "${small[@]}" --data wide.txt --tokens $unit --steps 200 --save wide.safetensors --quiet >said &&
            "$text" sample --model wide.safetensors --prompt 'ä' --temperature 0 --length "$length" >said || return 1
        [ "$(cat said)" = 'äöü→äöü→' ] || return 1
    done
}
check "UTF-8 is written by characters and by bytes" wide

long_prompt()
{
    writes said --prompt "$(head -n 40 text.txt)" --length 40 --temperature 0 && [ "$(head -n 40 said)" = "$(head -n 40 text.txt)" ]
}
check "a prompt may be longer than the window" long_prompt

# ---- what is refused ----------------------------------------------------------

from=(sample --model model.safetensors)
check "no model" refused '--model FILE is missing' sample
check "a model that is missing" refused 'nowhere: No such file' sample --model nowhere
check "a character that the model does not know, and where it is" refused "--prompt: line 1, column 5: 'X' is not among the" "${from[@]}" --prompt 'the X'
check "a prompt that is no UTF-8" refused '--prompt: line 1, column 2' "${from[@]}" --prompt $'t\xff'
for bad in "--temperature -1" "--temperature nan" "--temperature inf" "--top-p 0" "--top-p 1.1" "--top-p nan" "--top-k -1" "--length 0" "--seed -1"; do
    # shellcheck disable=SC2086
    check "$bad" refused "${bad%% *}" "${from[@]}" $bad
done
"$BUILD/mnist" train --data "$top/data/mnist" --net 'maxpool 14, linear 10' --epochs 1 --val 59000 --save pictures.safetensors --quiet >said
check "a model of pictures" refused 'pictures.safetensors: is a model of pictures, not of a text' sample --model pictures.safetensors

finish

#!/usr/bin/env bash
# Where the heads of a model look: in numbers, as tables and as pictures, and what is refused.
. tests/check.sh
. tests/text_run.sh

"$text" train "${small[@]}" --net 'embed 16, positions, [layernorm, attention 2], [layernorm, attention 4], tied' --steps 300 --save model.safetensors --quiet >said
"$text" train "${small[@]}" --lines --save lines.safetensors --quiet >said
phrase='the cat sat by'

looks()
{
    "$text" attention --model model.safetensors --text "$phrase" "$@"
}

# Of each object: as many rows as tokens, of which each sums to 1 and has nothing after its own token.
sums_to_one()
{
    looks --json >said || return 1
    [ "$(grep -cE '^\{"layer":[01],"head":[0-3],"tokens":\["t","h","e","space","c",.*\],"shares":\[\[' said)" -eq 6 ] || return 1
    sed -E 's/.*"shares":\[\[//; s/\]\]\}$//; s/\],\[/\n/g' said | awk -F, '
        { sum = 0; for (i = 1; i <= NF; i++) { sum += $i; if ($i < 0 || (i > (NR - 1) % 14 + 1 && $i != 0)) wrong = 1 } }
        NF != 14 || (sum - 1) ^ 2 > 1e-9 { wrong = 1 }
        END { exit wrong || NR != 6 * 14 }'
}
check "--json: shares sum to 1, and none is of what comes later" sums_to_one

one_head()
{
    looks --json >all && looks --json --layer 1 --head 3 >one && [ "$(wc -l <one)" -eq 1 ] && [ "$(tail -n 1 all)" = "$(cat one)" ] || return 1
    looks --layer 1 --head 3 >said && holds said 'Layer 1, head 3: per cent' && [ "$(wc -l <said)" -eq 18 ] || return 1
    # The first token can only look at itself.
    grep -qE '^t +100 *$' said
}
check "one head alone" one_head

later_tokens()
{
    # What comes after a token changes nothing of where it looks.
    looks --json --layer 0 --head 1 | sed -E 's/.*"shares":\[\[/[/; s/,0\]/]/g' >long
    "$text" attention --model model.safetensors --text 'the' --json --layer 0 --head 1 | sed -E 's/.*"shares":\[\[//' >short
    [ "$(tr -d '[]' <long | cut -d, -f1)" = "$(cut -d, -f1 short)" ] && [ "$(wc -l <short)" -eq 1 ]
}
check "a token looks at what is before it, whatever follows" later_tokens

habits()
{
    looks >said && [ "$(grep -cE '^ +[01] +[0-3]( +[0-9.]+ %){3} +[0-9.]+$' said)" -eq 6 ] && holds said 'entropy in nats'
}
check "all heads as a table of what they mostly look at" habits

lines()
{
    "$text" attention --model lines.safetensors --text 'the cat' --json >said && holds said '"tokens":["\\n","t","h","e",' &&
        status_is 0 "$text" attention --model lines.safetensors --text 't' --json >said
}
check "of a model of lines, with the end that a line begins with" lines

# Shares of all positions would be [60000, 60000], which take 14 GB.
long_block()
{
    seq 20000 >long.txt
    "$text" train --data long.txt --net 'embed 4, positions, attention 2, linear vocab' --block 60000 --batch 1 --steps 1 \
        --warm-up 0 --val 0 --save long.safetensors --quiet >said || return 1
    (
        [ -n "${SANITIZE:-}" ] || ulimit -v 2097152
        "$text" attention --model long.safetensors --text '1998' --json >said
    ) && [ "$(grep -o '],\[' said | wc -l)" -eq 6 ]
}
check "a short text costs no more than itself, however long the window" long_block

pictures()
{
    looks --svg all.svg >said && holds said 'picture all.svg' && looks --layer 1 --head 0 --svg one.svg >said || return 1
    local head
    for head in 'layer 0, head 0' 'layer 0, head 1' 'layer 1, head 0' 'layer 1, head 3'; do
        holds all.svg ">$head<" || return 1
    done
    lacks all.svg 'layer 0, head 2' && [ "$(grep -o 'from t to t: 100 %' all.svg | wc -l)" -ge 6 ] && holds one.svg 'layer 1, head 0' && lacks one.svg 'layer 0' &&
        [ "$(grep -o '>␣<' one.svg | wc -l)" -eq 6 ]
}
check "--svg draws the heads that there are" pictures

# ---- what is refused ----------------------------------------------------------

from=(attention --model model.safetensors)
check "no model" refused '--model FILE is missing' attention --text "$phrase"
check "no text" refused '--text TEXT is missing' "${from[@]}"
check "a model that is missing" refused 'nowhere: No such file' attention --model nowhere --text "$phrase"
check "a character that the model does not know" refused "--text: line 1, column 5: 'X' is not among the" "${from[@]}" --text 'the X'
check "no tokens" refused '--text: 0 tokens; 2 to 16 can be shown' "${from[@]}" --text ''
check "one token" refused '--text: 1 tokens; 2 to 16 can be shown' "${from[@]}" --text 't'
check "more than a window" refused '--text: 17 tokens; 2 to 16 can be shown' "${from[@]}" --text 'the cat sat by th'
"$text" train "${small[@]}" --block 1 --save single.safetensors --quiet >said
check "a model of one token at a time" refused 'the model sees one token at a time' attention --model single.safetensors --text t
check "a layer that is not there" refused '--layer 2: the model has layers 0 to 1' "${from[@]}" --text "$phrase" --layer 2 --head 0
check "a head that is not there" refused '--head 4: the layer has heads 0 to 3' "${from[@]}" --text "$phrase" --layer 1 --head 4
check "a head that only another layer has" refused '--head 2: the layer has heads 0 to 1' "${from[@]}" --text "$phrase" --layer 0 --head 2
check "a layer without a head" refused '--layer and --head go together' "${from[@]}" --text "$phrase" --layer 0
check "a picture that cannot be written" refused 'nowhere/a.svg: ' "${from[@]}" --text "$phrase" --svg nowhere/a.svg
"$text" train "${small[@]}" --net 'embed 8, linear vocab' --save bag.safetensors --quiet >said
check "a model without attention" refused 'the model has no attention' attention --model bag.safetensors --text "$phrase"

finish

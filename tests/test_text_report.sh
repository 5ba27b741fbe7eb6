#!/usr/bin/env bash
# The report that training on a text leaves: which files there are, that their numbers add up, and what goes wrong.
. tests/check.sh
. tests/text_run.sh

"$text" train "${small[@]}" --log log.plain --save plain.safetensors --json >said.plain
"$text" train "${small[@]}" --eval 20 --log log --save model.safetensors --report made/before --json >said.json
page=made/before/index.html

writes_all()
{
    mkdir -p talked && echo mine >talked/notes.txt || return 1
    "$text" train "${small[@]}" --report talked >said || return 1
    local name
    for name in index.html learning-{steps,validations}.csv samples.csv reading.csv heads.csv attention.csv vocabulary.csv \
        learning-{loss,rate}.svg attention.svg attention-head.svg; do
        [ -s "talked/$name" ] || return 1
    done
    holds said 'report  talked/index.html' && holds talked/notes.txt mine && [ -z "$(find talked -name '.pmy*')" ]
}
check "a report has all its files and leaves others alone" writes_all

changes_nothing()
{
    cmp log.plain log && cmp plain.safetensors model.safetensors && lacks said.json report
}
check "a run with a report learns the same, and --json says nothing of it" changes_nothing

numbers_add_up()
{
    cd made/before || return 1
    local status=0 loss low high
    awk -F, 'NR > 1 && ($1 != NR - 1 || $2 <= 0 || $3 <= 0) { wrong = 1 } END { exit wrong || NR != 61 }' learning-steps.csv || status=1
    [ "$(cut -d, -f1 learning-validations.csv | tr '\n' ' ')" = 'step 20 40 60 ' ] || status=1
    IFS=, read -r _ loss low high _ < <(tail -n 1 learning-validations.csv)
    holds ../../said.json "\"validation_loss\":$loss,\"confidence95\":[$low,$high]" || status=1
    # Each query's shares sum to 1; a head's habits are means over them.
    awk -F, 'FNR == 1 { next } FNR == NR { itself[$1 "," $2] = $3; before[$1 "," $2] = $4; heads++; next }
        { sum[$1 "," $2 "," $3] += $NF; if ($4 > $3 || $NF < 0) wrong = 1; if ($3 > queries) queries = $3 }
        $3 == $4 && $3 { sum_itself[$1 "," $2] += $NF } $3 == $4 + 1 { sum_before[$1 "," $2] += $NF }
        END {
            for (q in sum) { n++; if ((sum[q] - 1) ^ 2 > 1e-10) wrong = 1 }
            for (h in itself) if ((itself[h] - sum_itself[h] / queries) ^ 2 > 1e-12 || (before[h] - sum_before[h] / queries) ^ 2 > 1e-12) wrong = 1
            exit wrong || heads != 2 || n != 2 * 16 || queries != 15
        }' heads.csv attention.csv || status=1
    awk -F, 'NR > 1 { if ($3 <= 0 || $3 > 1 || $6 < $3 || ($2 == $5) != ($3 == $6) || (2 ^ -$4 - $3) ^ 2 > 1e-16) wrong = 1 }
        END { exit wrong || NR != 1 + 8 * 15 }' reading.csv || status=1
    [ "$(wc -l <vocabulary.csv)" -eq 25 ] && holds vocabulary.csv '0,10,\n' && holds vocabulary.csv '1,32,space' || status=1
    cd ../..
    return $status
}
check "its numbers add up" numbers_add_up

# The tokens of reading.csv are a piece of the text, and what was expected is what the model itself says.
reads()
{
    local piece expected
    piece=$(awk -F, 'NR > 1 { printf "%s", $2 == "space" ? " " : $2 == "\\n" ? "/" : $2 }' made/before/reading.csv)
    [ ${#piece} -eq 120 ] && [[ $(tr '\n' / <text.txt) == *"/t$piece"* ]] || return 1
    "$text" sample --model model.safetensors --prompt "t${piece:0:9}" --temperature 1 --length 1 --json --show >said || return 1
    expected=$(sed -n 11p made/before/reading.csv)
    holds said "\"likeliest\":[\"$(cut -d, -f5 <<<"$expected")\"," &&
        awk -v a="$(cut -d, -f6 <<<"$expected")" -v b="$(grep -oE '"likeliest_p":\[[0-9.e-]+' said | sed 's/.*\[//')" \
            'BEGIN { exit !(a > 0 && (a - b) ^ 2 < 1e-10) }'
}
check "what it reads is a piece of the text, and how likely it was" reads

samples()
{
    # Before the first step, at each validation and after the last, which is what the saved model writes.
    [ "$(grep -cE '^(0|20|40|60),' made/before/samples.csv)" -eq 4 ] && [ "$(grep -c '<li class="card">' $page)" -eq 4 ] || return 1
    "$text" sample --model model.safetensors --length 300 >written && sed -n '/^60,/,$p' made/before/samples.csv | sed '1s/^60,//' | tr -d '"' >kept &&
        diff <(tr -d '\n' <written) <(tr -d '\n' <kept) && holds $page 'before the first step' && holds $page 'after step 60'
}
check "it has what the model wrote on the way" samples

needs_no_network()
{
    ! grep -qE '(src|href)="(//|https?:)|url\(|@import|<script|<link' $page && lacks $page http
}
check "its page loads nothing" needs_no_network

lists_files()
{
    local name listed=0
    for name in $(grep -oE 'href="[^#"]+"' $page | sed 's/href="//; s/"//'); do
        [ -s "made/before/$name" ] || return 1
        listed=$((listed + 1))
    done
    [ $listed -eq 11 ] && [ "$(find made/before -type f | wc -l)" -eq 12 ]
}
check "the files that its page lists are all that there are" lists_files

shows_what_was_run()
{
    holds $page '<span>--block 16</span>' && holds $page 'attention 2' && holds $page '<b>The 24 characters of the text</b>' || return 1
    holds $page "<h1><b>$(printf %.4f "$(number said.json validation_loss)") nats</b> a character"
}
check "its page shows the run" shows_what_was_run

escapes()
{
    sed 's/the/<b>\&"/' text.txt >'<i>&"' && "$text" train "${small[@]}" --data '<i>&"' --report escaped --quiet >said &&
        holds escaped/index.html '<code>&lt;i&gt;&amp;&quot;</code>' && lacks escaped/index.html '<i>&' && lacks escaped/index.html '<b>&' &&
        lacks escaped/index.html '><</span>' && holds escaped/index.html '">&lt;</span>' && grep -q '^[0-9]*,34,"""",*$' escaped/vocabulary.csv
}
check "the text and its path are escaped" escapes

of_lines()
{
    "$text" train "${small[@]}" --lines --steps 300 --report lined --quiet >said || return 1
    # Whole lines, and each passage is one.
    [ "$(sed -n '/^300,/,$p' lined/samples.csv | grep -cE '^(300,")?[a-z ]+[.!]$')" -ge 4 ] &&
        [ "$(grep -cE '^[0-7],\\n,' lined/reading.csv)" -le 8 ] && holds lined/index.html 'each line is an example'
}
check "where examples are lines, it has lines" of_lines

# The sample that NAME/samples.csv has after step N: sample_after N NAME.
sample_after()
{
    sed -n "/^$1,/,/\"\$/p" "$2/samples.csv"
}
averages()
{
    "$text" train "${small[@]}" --schedule constant --last-lr 0 --ema 0.9 --eval 20 --report averaged --steps 40 --quiet >said &&
        "$text" train "${small[@]}" --schedule constant --last-lr 0 --ema 0.9 --report halfway --steps 20 --save halfway.safetensors --quiet >said || return 1
    "$text" sample --model halfway.safetensors --length 300 >written && [ "$(sample_after 20 halfway | tr -d '\n')" = "20,\"$(tr -d '\n' <written)\"" ] &&
        [ "$(sample_after 20 averaged)" = "$(sample_after 20 halfway)" ]
}
check "with an average of the weights it is the average that writes" averages

less_of_it()
{
    "$text" train "${small[@]}" --net 'embed 8, linear vocab' --val 0 --eval 30 --report least --quiet >said || return 1
    [ ! -e least/attention.svg ] && [ ! -e least/learning-validations.csv ] && lacks least/index.html 'id="attention"' &&
        lacks least/index.html nats\</b && [ "$(grep -c '<li class="card">' least/index.html)" -eq 3 ] && holds least/index.html 'id="reading"'
}
check "without attention or validation it has neither" less_of_it

already_done()
{
    "$text" train "${small[@]}" --checkpoint done.pmy --quiet >said && "$text" train --resume done.pmy --report resumed --quiet >said.again &&
        cmp said said.again && [ ! -e resumed/learning-steps.csv ] && [ ! -e resumed/learning-loss.svg ] &&
        lacks resumed/index.html 'id="learning"' && holds resumed/index.html 'after step 60'
}
check "a run that had done all its steps has no curves" already_done

# ---- what goes wrong --------------------------------------------------------

echo file >taken
check "a folder that is a file" refused 'taken: no folder to write to: Not a directory' train "${small[@]}" --report taken
check "a folder without a name" refused 'no folder to write to' train "${small[@]}" --report ''

blocked()
{
    mkdir -p blocked/index.html || return 1
    status_is 2 "$text" train "${small[@]}" --report blocked >out 2>error && holds error 'blocked/index.html: ' && [ -z "$(find blocked -name '.pmy*')" ]
}
check "a file that cannot be written is named" blocked

finish

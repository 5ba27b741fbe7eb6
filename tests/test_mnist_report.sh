#!/usr/bin/env bash
# The reports that mnist leaves: which files there are, that their numbers add up, and what goes wrong.
. tests/check.sh

mnist=$BUILD/mnist
cd "$TMPDIR" || exit 2
data=$OLDPWD/data/mnist
quick=(train --data "$data" --net mlp-small --epochs 1 --val 54000)

writes_all()
{
    mkdir -p made/before && echo mine >made/before/notes.txt || return 1
    "$mnist" "${quick[@]}" --report made/before --save model.safetensors >said || return 1
    local name
    for name in index.html learning-{steps,epochs}.csv confusion.csv classes.csv mistakes.csv reliability.csv \
        learning-{loss,accuracy,rate}.svg confusion.svg reliability.svg filters.png mistake-01.png mistake-24.png; do
        [ -s "made/before/$name" ] || return 1
    done
    holds said 'report  made/before/index.html' && holds made/before/notes.txt mine &&
        [ -z "$(find made -name '.pmy*')" ]
}
check "a report has all its files and leaves others alone" writes_all

folders_are_made()
{
    "$mnist" "${quick[@]}" --report new/folder/here --json >said && [ -s new/folder/here/index.html ] &&
        lacks said report && [ "$(wc -l <said)" -eq 2 ]
}
check "its folder is made, and --json says nothing of it" folders_are_made

numbers_add_up()
{
    cd made/before || return 1
    local status=0
    right=$(sed -nE 's/.*% right: ([0-9]+) of.*/\1/p' ../../said.first)
    awk -F, -v right="$right" 'NR > 1 { for (i = 2; i <= NF; i++) { all += $i; if (i == NR) same += $i } }
        END { exit !(all == 10000 && same == right) }' confusion.csv || status=1
    # A row is a label: it sums to the examples of the class; a column, to its predictions.
    awk -F, 'FNR == 1 { next } FNR == NR { for (i = 2; i <= NF; i++) { row[FNR] += $i; column[i] += $i }; next }
        $2 != row[FNR] || $3 != column[FNR] { wrong = 1 } END { exit wrong }' confusion.csv classes.csv || status=1
    awk -F, -v right="$right" 'NR > 1 { examples += $2; predicted += $3; correct += $4
            d = $6 - $4 / $2; if (d * d > 1e-18) wrong = 1; d = $5 - $4 / $3; if (d * d > 1e-18) wrong = 1
            d = $7 - 2 * $5 * $6 / ($5 + $6); if (d * d > 1e-18) wrong = 1 }
        END { exit wrong || !(NR == 11 && examples == 10000 && predicted == 10000 && correct == right) }' classes.csv ||
        status=1
    awk -F, -v right="$right" 'NR > 1 { n++; if ($2 == $3 || $5 > $4 || (NR > 2 && $4 > last)) wrong = 1; last = $4
            if (($6 != "") != (n <= 24)) wrong = 1 }
        END { exit wrong || n != 10000 - right }' mistakes.csv || status=1
    awk -F, -v right="$right" 'NR > 1 { all += $3; correct += $4; if ($3 && !($5 > $1 && $5 <= $2 + 1e-6)) wrong = 1 }
        END { exit wrong || !(NR == 16 && all == 10000 && correct == right) }' reliability.csv || status=1
    awk -F, 'NR > 1 { if ($1 != NR - 1 || $3 <= 0 || $4 <= 0) wrong = 1 } END { exit wrong || NR != 95 }' \
        learning-steps.csv || status=1
    [ "$(wc -l <learning-epochs.csv)" -eq 2 ] || status=1
    cd ../..
    return $status
}
"$mnist" "${quick[@]}" --report made/before >said.first
check "its numbers add up" numbers_add_up

needs_no_network()
{
    ! grep -qE '(src|href)="(//|https?:)|url\(|@import|<script|<link' made/before/index.html &&
        lacks made/before/index.html http
}
check "its page loads nothing" needs_no_network

lists_files()
{
    local name
    for name in $(grep -oE 'href="[^#"]+"' made/before/index.html | sed 's/href="//; s/"//'); do
        [ -s "made/before/$name" ] || return 1
    done
    [ "$(grep -cE 'href="[^#"]+"' made/before/index.html)" -eq 13 ]
}
check "the files that its page lists are there" lists_files

shows_what_was_run()
{
    local page=made/before/index.html
    holds "$page" '<span>--val 54000</span>' && holds "$page" 'linear 128, relu, linear 10' && holds "$page" 'id="learning"' &&
        [ "$(grep -c '<li class="card">' $page)" -eq 24 ] && [ "$(grep -o '<img' $page | wc -l)" -ge 40 ] &&
        [ "$(grep -o '<img[^>]*alt="[^"]' $page | wc -l)" -eq "$(grep -o '<img' $page | wc -l)" ]
}
check "its page shows the run" shows_what_was_run

# Larger batches may round p otherwise.
mistaken()
{
    cut -d, -f1-3 "$1/mistakes.csv" | sort
}
of_eval()
{
    "$mnist" eval --data "$data" --model model.safetensors --report evaluated >said || return 1
    cmp made/before/confusion.csv evaluated/confusion.csv && diff <(mistaken made/before) <(mistaken evaluated) &&
        cmp made/before/filters.png evaluated/filters.png && [ ! -e evaluated/learning-steps.csv ] &&
        lacks evaluated/index.html 'id="learning"' && lacks evaluated/index.html learning- &&
        holds evaluated/index.html model.safetensors
}
check "eval leaves the same, without curves" of_eval

escapes()
{
    ln -sfn "$data" '<b>&"'
    "$mnist" eval --data '<b>&"' --model model.safetensors --report escaped >said &&
        holds escaped/index.html '<code>&lt;b&gt;&amp;&quot;</code>' && lacks escaped/index.html '<b>&'
}
check "paths are escaped" escapes

filters_of_a_convolution()
{
    "$mnist" "${quick[@]}" --net 'conv 4 5 stride 3, relu, linear 10' --report convolved >said &&
        holds convolved/index.html '5 by 5 each' && holds convolved/index.html '4 filters of the first layer'
}
check "kernels of a convolution are shown" filters_of_a_convolution

no_filters()
{
    "$mnist" "${quick[@]}" --net 'avgpool 2, linear 10' --report pooled >said && [ ! -e pooled/filters.png ] &&
        lacks pooled/index.html 'id="filters"'
}
check "a first layer that does not see the pictures has none" no_filters

# ---- what goes wrong --------------------------------------------------------

# refused TEXT FOLDER: 2 before anything is trained.
refused()
{
    status_is 2 "$mnist" "${quick[@]}" --report "$2" >out 2>error && holds error "$1" && [ ! -s out ]
}
echo file >taken
check "a folder that is a file" refused 'taken: no folder to write to: Not a directory' taken
check "a folder below a file" refused 'taken/below: no folder to write to' taken/below
check "a folder without a name" refused 'no folder to write to' ''

blocked()
{
    mkdir -p blocked/index.html && echo old >blocked/confusion.csv || return 1
    status_is 2 "$mnist" "${quick[@]}" --report blocked >out 2>error && holds error 'blocked/index.html: ' &&
        lacks blocked/confusion.csv old && [ -z "$(find blocked -name '.pmy*')" ]
}
check "a file that cannot be written is named" blocked

no_room()
{
    (
        ulimit -f 8
        trap '' XFSZ
        status_is 2 "$mnist" eval --data "$data" --model model.safetensors --report full >out 2>error
    ) || return 1
    grep -qE 'full/[a-z.-]+: cannot be written' error && [ ! -e full/index.html ] && [ -z "$(find full -name '.pmy*')" ]
}
check "a file for which there is no room is named, and not left half" no_room

finish

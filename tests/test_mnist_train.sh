#!/usr/bin/env bash
# The program mnist as its user meets it: what it prints, and what it says when something is wrong.
. tests/check.sh

mnist=$BUILD/mnist
cd "$TMPDIR" || exit 2
top=$OLDPWD
data=$top/data/mnist

# A tenth of the data, by keeping the rest for validation in vain: quick, and real.
quick=(train --data "$data" --net mlp-small --epochs 1 --val 54000)

# ---- training ---------------------------------------------------------------

learns()
{
    "$mnist" train --data "$data" --net mlp-small --epochs 1 --json >learned || return 1
    [ "$(wc -l <learned)" -eq 2 ] || return 1
    grep -qE '^\{"event":"epoch","epoch":1,"train_loss":0\.[0-9]+,"val_accuracy":0\.9[0-9]+,.*"images_per_s":[0-9.]+\}$' learned &&
        grep -qE '^\{"event":"test","accuracy":0\.9[5-9][0-9]*,"correct":9[5-9][0-9]{2},"total":10000,"wilson95":\[0\.9[0-9]+,0\.9[0-9]+\],.*"train_seconds":[0-9.]+,"total_seconds":[0-9.]+\}$' learned
}
check "an epoch of the small net gets more than 95 % right" learns

same_on_all_threads()
{
    local threads
    for threads in 1 2 3 4; do
        "$mnist" "${quick[@]}" --net mlp --optim sgd --lr 0.05 --momentum 0.9 --batch 128 --threads $threads \
            --log log.$threads --quiet >test.$threads || return 1
    done
    "$mnist" "${quick[@]}" --net mlp --optim sgd --lr 0.05 --momentum 0.9 --batch 128 --threads 2 \
        --log log.again --quiet >test.again || return 1
    [ "$(wc -l <log.1)" -eq 47 ] && holds log.1 '{"step":47,"loss":' || return 1
    for threads in 2 3 4 again; do
        cmp log.1 log.$threads && cmp test.1 test.$threads || return 1
    done
}
check "the same bytes on 1, 2, 3 and 4 threads, and again" same_on_all_threads

other_seed()
{
    "$mnist" "${quick[@]}" --seed 2 --log log.seed --quiet >said && "$mnist" "${quick[@]}" --log log.first --quiet >said &&
        ! cmp -s log.seed log.first
}
check "another seed is another run" other_seed

file_order()
{
    "$mnist" "${quick[@]}" --order file --log log.file --quiet >said && ! cmp -s log.file log.first
}
check "the order of the file is another order" file_order

unaugmented_epochs()
{
    "$mnist" "${quick[@]}" --augment "shift 2" --log log.augmented --quiet >said &&
        "$mnist" "${quick[@]}" --augment "shift 2" --unaugmented 1 --log log.unaugmented --quiet >said &&
        ! cmp -s log.augmented log.first && cmp log.unaugmented log.first
}
check "an unaugmented epoch is one without augmentation" unaugmented_epochs

# Each of these makes another run of it.
adamw=(--optim adamw --lr 0.002 --weight-decay 0.1)
options_reach_the_run()
{
    "$mnist" "${quick[@]}" "${adamw[@]}" --log log.adamw --quiet >said || return 1
    local options
    for options in "--clip 0.5" "--warm-up 9" "--last-lr 1e-3" "--beta1 0.8" "--beta2 0.9" "--epsilon 1e-3" \
        "--decay matrices" "--schedule linear" "--schedule trapezoid"; do
        # shellcheck disable=SC2086
        "$mnist" "${quick[@]}" "${adamw[@]}" $options --log log.other --quiet >said && ! cmp -s log.adamw log.other || return 1
    done
    "$mnist" "${quick[@]}" "${adamw[@]}" --clip 1e6 --log log.other --quiet >said && cmp log.adamw log.other
}
check "clipping, the schedule's and the optimizer's options reach the run" options_reach_the_run

recipe_reproduces()
{
    "$mnist" "${quick[@]}" --schedule trapezoid --warm-up 9 --last-lr 1e-4 --optim adamw --lr 0.002 --weight-decay 0.01 \
        --decay matrices --beta1 0.8 --beta2 0.99 --epsilon 1e-6 --clip 0.5 --log log.recipe >said || return 1
    sed -n '/^recipe/,/^$/p' said | sed 1d | sed "s|^mnist|$mnist|" >again.sh
    echo "--log log.repeated --quiet" >words
    { tr -d '\\\n' <again.sh && printf ' ' && cat words; } >line.sh
    bash line.sh >said.again && cmp log.recipe log.repeated
}
check "the recipe it shows reproduces the run" recipe_reproduces

shows_the_net()
{
    "$mnist" "${quick[@]}" >said || return 1
    holds said 'flatten, linear 128, relu, linear 10' && holds said '100480' && holds said '101770' &&
        holds said '200704' && holds said 'epoch  1/1' && holds said 'images/s' && holds said '% right' && lacks said $'\r'
}
check "it shows the net, its parameters, and how it goes" shows_the_net

shows_convolutions()
{
    local net='conv 4 5 stride 3, relu, [conv 4 3 pad 1], linear 10'
    "$mnist" "${quick[@]}" --net "$net" >said && holds said '2.0' && lacks said 'computed by' &&
        "$mnist" "${quick[@]}" --net "$net" --verbose >said && holds said 'computed by' &&
        grep -qE '^0 +conv 4 5 stride 3 +4x8x8 +104 +12800 +[a-z]' said &&
        grep -qE '^2\.0 +conv 4 3 pad 1 +4x8x8 +148 +18432 +[a-z]' said && grep -qE '^4 +linear 10 +10 +2570 +5120 *$' said
}
check "--verbose shows how convolutions are computed" shows_convolutions

shows_the_worst_pairs()
{
    "$mnist" "${quick[@]}" >said || return 1
    local most
    most=$(sed -nE 's/^errors  ([0-9]) taken for ([0-9]): ([0-9]+)×,.*/\3/p' said)
    [ "$most" -ge 8 ] && ! grep -qE '([0-9]) taken for \1' said || return 1
    "$mnist" "${quick[@]}" --json >said && lacks said taken && "$mnist" "${quick[@]}" --quiet >said && lacks said taken
}
check "it ends with what is most often confused" shows_the_worst_pairs

# Those of the table of a recipe's fields, of one kind of run (PICTURES, TEXT) or of ANY.
recipe_options()
{
    awk -v kinds="$1" '
        match($0, /FIELD\([A-Z]+/) { kind = substr($0, RSTART + 6, RLENGTH - 6) }
        match($0, /OPTION\("[a-z0-9-]+"/) && kind ~ "^(" kinds ")$" { print substr($0, RSTART + 8, RLENGTH - 9) }' "$top/src/train/recipe.c"
}

every_option()
{
    "$mnist" train --help >help && [ "$(recipe_options 'ANY|PICTURES' | wc -l)" -ge 22 ] || return 1
    local option
    for option in data val threads log verbose json quiet help version $(recipe_options 'ANY|PICTURES'); do
        grep -q -e "^  --$option " help || return 1
    done
}
check "--help names every option" every_option

none_of_text()
{
    [ "$(recipe_options TEXT | wc -l)" -ge 4 ] || return 1
    local option
    for option in $(recipe_options TEXT); do
        ! grep -q -e "^  --$option " help && status_is 2 "$mnist" "${quick[@]}" "--$option" 1 2>error &&
            holds error "unknown option" || return 1
    done
}
check "and none of a run on text" none_of_text

every_field()
{
    "$mnist" "${quick[@]}" --checkpoint kept >said || return 1
    local option
    for option in $(recipe_options 'ANY|PICTURES'); do
        case $option in beta? | epsilon) continue ;; esac # an optimizer's that has them
        sed -n '/^recipe/,/^$/p' said | grep -qF -e " --$option " && grep -qaF -e "\\\"--$option\\\"" kept || return 1
    done
}
check "the recipe it shows and the one that checkpoints keep have every field with an option" every_field

# ---- bad input --------------------------------------------------------------

# refused TEXT ARGUMENTS...: exit status 2, one message that holds the text, nothing on stdout, no log.
refused()
{
    local text=$1
    shift
    rm -f log.refused
    status_is 2 "$mnist" "$@" --log log.refused >out 2>error || return 1
    holds error "$text" && [ ! -s out ] && [ ! -e log.refused ]
}

# A copy of the data in which one file is replaced by what comes from stdin.
with_file()
{
    rm -rf bad && mkdir bad && ln -s "$data"/*.gz bad/ && rm "bad/$1" && cat >"bad/$1"
}
images=train-images-idx3-ubyte.gz
labels=train-labels-idx1-ubyte.gz

check "a folder that is missing" refused nowhere "${quick[@]}" --data nowhere
missing() { with_file $images </dev/null && rm bad/$images && refused train-images-idx3-ubyte "${quick[@]}" --data bad; }
check "a missing file" missing
truncated() { head -c 100000 "$data/$images" | with_file $images && refused $images "${quick[@]}" --data bad; }
check "a truncated gz file" truncated
cut_inside() { gzip -dc "$data/$labels" | head -c 5000 | gzip | with_file $labels && refused $labels "${quick[@]}" --data bad; }
check "a file with fewer bytes than its header says" cut_inside
over_long() { { gzip -dc "$data/$labels" && echo more; } | gzip | with_file $labels && refused $labels "${quick[@]}" --data bad; }
check "a file with more bytes than its header says" over_long
wrong_magic() { cp "$data/$labels" x.gz && with_file $images <x.gz && refused $images "${quick[@]}" --data bad; }
check "a file with the wrong magic number" wrong_magic
no_gz() { echo "no gzip at all, and no IDX" | with_file $images && refused $images "${quick[@]}" --data bad; }
check "a file that is neither gz nor IDX" no_gz
counts() { cp "$data/t10k-labels-idx1-ubyte.gz" x.gz && with_file $labels <x.gz && refused 10000 "${quick[@]}" --data bad; }
check "image and label counts that differ" counts
label_10() { { gzip -dc "$data/$labels" | head -c 1000 && printf '\012' && gzip -dc "$data/$labels" | tail -c +1002; } | gzip | with_file $labels &&
    refused "$labels" "${quick[@]}" --data bad && holds error 992; }
check "a label of 10" label_10
overflow() { printf '\0\0\010\003\377\377\377\377\377\377\377\377\377\377\377\377' | with_file $images && refused $images "${quick[@]}" --data bad; }
check "sizes whose product overflows" overflow

check "an unknown layer, pointed at" refused '             ^~~~' "${quick[@]}" --net 'linear 12, rleu, linear 10'
check "an unknown layer, with a suggestion" refused "did you mean 'relu'" "${quick[@]}" --net 'linear 12, rleu, linear 10'
check "a layer of 0" refused 'linear needs a' "${quick[@]}" --net 'linear 0, linear 10'
check "a negative layer" refused 'linear needs a' "${quick[@]}" --net 'linear -5, linear 10'
check "a huge layer" refused 'between 1 and' "${quick[@]}" --net 'linear 99999999999999999999'
check "a layer too large for memory" refused 'memory' "${quick[@]}" --net 'linear 2000000000, linear 10'
check "a layer without its number" refused 'needs a number' "${quick[@]}" --net 'linear, relu'
check "a net that ends in the wrong shape" refused '12 outputs' "${quick[@]}" --net 'linear 12'
check "an empty net" refused 'a layer is missing' "${quick[@]}" --net ''
check "a missing comma" refused 'comma' "${quick[@]}" --net 'linear 12 relu, linear 10'
check "a dropout of 1" refused 'dropout needs a real number of 0 or more and below 1' "${quick[@]}" --net 'dropout 1, linear 10'

for bad in "--lr nan" "--lr inf" "--lr -1" "--lr 1e9" "--lr x" "--batch 0" "--batch -3" "--batch 1e3" \
    "--batch 99999999999999999999" "--epochs 0" "--epochs -1" "--threads 0" "--threads 100000" "--seed -1" \
    "--momentum 1" "--momentum -0.1" "--weight-decay -1" "--label-smoothing 1.5" "--val -1" "--optim lion" \
    "--schedule never" "--order backwards" "--clip -1" "--clip inf" "--warm-up -1" "--last-lr nan" "--beta1 1" \
    "--beta2 -0.1" "--decay vectors"; do
    # shellcheck disable=SC2086
    check "$bad" refused "${bad%% *}" "${quick[@]}" $bad
done
check "more validation than there is" refused 60000 "${quick[@]}" --val 60000
check "an unknown option" refused '--epoch' "${quick[@]}" --epoch 3
check "an operand" refused 'surplus' "${quick[@]}" surplus
adam_alone()
{
    "$mnist" train --data "$data" --net mlp-small --epochs 1 --optim adam --json >learned &&
        grep -qE '"accuracy":0\.9[2-9]' learned
}
check "another optimizer brings a learning rate that suits it" adam_alone
check "betas for sgd" refused 'sgd: it has neither betas' "${quick[@]}" --beta1 0.9
check "a last rate for a schedule without" refused 'no last rate' "${quick[@]}" --schedule constant --last-lr 0.01
check "a warm-up that leaves nothing" refused '94 steps of warm-up' "${quick[@]}" --warm-up 94
check "momentum for adam" refused 'momentum' "${quick[@]}" --optim adam --momentum 0.9

log_elsewhere() { status_is 2 "$mnist" "${quick[@]}" --log nowhere/log >out 2>error && holds error nowhere/log && [ ! -s out ]; }
check "a log that cannot be written" log_elsewhere

# ---- a run that cannot go on ------------------------------------------------

diverges()
{
    status_is 1 "$mnist" "${quick[@]}" --net mlp --lr 1000 --schedule constant >out 2>error || return 1
    grep -qE 'step [0-9]+: softmax_xent0, row [0-9]+: ' error && holds error 'smaller --lr' && lacks out '% right'
}
check "a loss that is NaN stops with step, node and a hint" diverges

interrupted()
{
    "$mnist" train --data "$data" --net mlp --epochs 1000 >out 2>error &
    local process=$!
    for _ in $(seq 100); do
        grep -q '^recipe' out && break
        sleep 0.1
    done
    sleep 0.3
    kill -INT $process
    status_is 130 wait $process && holds error 'stopped after step'
}
# A shell starts what it puts in the background deaf to SIGINT; job control does not.
set -m
check "Ctrl-C ends it with 130" interrupted
set +m

finish

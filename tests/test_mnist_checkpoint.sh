#!/usr/bin/env bash
# Runs that are killed, interrupted and resumed: they end as if nothing had happened.
. tests/check.sh

mnist=$BUILD/mnist
cd "$TMPDIR" || exit 2
data=$OLDPWD/data/mnist

# 94 steps an epoch, on a tenth of the data; dropout, batchnorm, adam, the average of the weights and what is
# done to the pictures all have something to remember.
run=(train --data "$data" --net "linear 16, batchnorm, relu, dropout 0.2, linear 10" --optim adam --val 54000 --batch 64 --epochs 4 --ema 0.99 --augment "shift 2, rotate 10")

"$mnist" "${run[@]}" --save whole.safetensors --log whole.log --json >whole.json

# A number from 0 to 32767, the same in every test run.
RANDOM=7

# One run on so many threads, killed after a random time again and again until it gets through.
killed()
{
    local threads=$1 again=() wait=60
    rm -f run.checkpoint run.log run.safetensors
    while :; do
        "$mnist" "${run[@]}" --threads "$threads" --checkpoint run.checkpoint --every 13 --save run.safetensors \
            --log run.log --quiet "${again[@]}" >said 2>error &
        local process=$! status=0
        # Longer each time, so that a slow machine, too, gets to a checkpoint and to the end.
        wait=$((wait + RANDOM % 100))
        sleep "$((wait / 1000)).$(printf %03d $((wait % 1000)))"
        kill -KILL $process 2>/dev/null
        wait $process 2>/dev/null || status=$?
        [ $status -ne 137 ] && break
        kills=$((kills + 1))
        [ ! -e run.checkpoint ] || again=(--resume run.checkpoint)
    done
    [ $status -eq 0 ] && cmp run.safetensors whole.safetensors && cmp run.log whole.log
}

# Twenty runs; under a sanitizer, where each takes as long as ten, four.
runs=20
[ -z "${SANITIZE:-}" ] || runs=4
kills=0
all_get_through()
{
    local time
    for time in $(seq $runs); do
        killed $((1 + time % 2)) || return 1
    done
    echo "# killed $kills times"
    [ "$kills" -ge $((runs / 2)) ]
}
check "killed at random, $runs of $runs runs end in the same bytes, on 1 and 2 threads" all_get_through

# Interrupts a run once it has come so far that its checkpoint is there.
interrupted()
{
    local signal=$1
    rm -f i.checkpoint i.log
    "$mnist" "${run[@]}" --epochs 1000 --checkpoint i.checkpoint --every 20 --save "i file" --log i.log >out 2>error &
    local process=$!
    for _ in $(seq 200); do
        [ -e i.checkpoint ] && break
        sleep 0.05
    done
    kill "-$signal" $process
    status_is 130 wait $process || return 1
    local step
    step=$(grep -oE 'stopped after step [0-9]+' error | grep -oE '[0-9]+')
    holds error "to go on: mnist train --save 'i file' --every 20 --resume i.checkpoint --log i.log" &&
        [ "$(wc -l <i.log)" -eq "$step" ] && "$mnist" info --model i.checkpoint 2>/dev/null | grep -q "pmy.step  *$step\$"
}
# A shell starts what it puts in the background deaf to SIGINT; job control does not.
set -m
check "Ctrl-C writes a checkpoint of the last step and says how to go on" interrupted INT
check "so does SIGTERM" interrupted TERM
set +m

# After step 200 of 376; all that follows is to be done again.
"$mnist" "${run[@]}" --checkpoint half.checkpoint --every 200 --quiet >said

takes_options()
{
    cp half.checkpoint t.checkpoint
    "$mnist" train --resume t.checkpoint --save t.safetensors --json >resumed && cmp t.safetensors whole.safetensors &&
        [ "$(grep -c '"event":"epoch"' resumed)" -eq 2 ] &&
        diff <(grep -oE '"epoch":[34],"train_loss":[0-9.]+' whole.json) <(grep -oE '"epoch":[34],"train_loss":[0-9.]+' resumed) &&
        diff <(grep -oE '"accuracy".*"loss":[0-9.]+' whole.json) <(grep -oE '"accuracy".*"loss":[0-9.]+' resumed)
}
check "--resume takes the run's options and shows what an uninterrupted run does" takes_options

done_already()
{
    "$mnist" "${run[@]}" --checkpoint d.checkpoint --quiet >first &&
        "$mnist" train --resume d.checkpoint --quiet --save d.safetensors >second && cmp first second &&
        cmp d.safetensors whole.safetensors &&
        "$mnist" train --resume d.checkpoint --quiet --report d.report >second && [ -s d.report/index.html ]
}
check "a run that was done is tested, saved and reported again" done_already

seconds_add_up()
{
    local before after
    before=$("$mnist" info --model half.checkpoint --json 2>/dev/null | grep -oE '"pmy.seconds":"[0-9.e-]+' | cut -d'"' -f4)
    cp half.checkpoint t.checkpoint
    "$mnist" train --resume t.checkpoint --json >resumed
    after=$(grep -oE '"train_seconds":[0-9.]+' resumed | cut -d: -f2)
    awk -v a="$before" -v b="$after" 'BEGIN { exit !(a > 0 && b > a && b < 100) }'
}
check "the seconds of training add up" seconds_add_up

# ---- what is refused --------------------------------------------------------

# refused TEXT ARGUMENTS...: exit status 2, one message that holds the text, nothing on stdout.
refused()
{
    local text=$1
    shift
    status_is 2 "$mnist" train "$@" >out 2>error && holds error "$text" && [ ! -s out ] && [ "$(wc -l <error)" -eq 1 ]
}
check "another recipe" refused "its batch is '64', but here '32'" --resume t.checkpoint --batch 32
check "another number of epochs" refused "its epochs is '4', but here '5'" --resume t.checkpoint --epochs 5
check "other data" refused "its pictures is '6000 of" --resume t.checkpoint --val 53999
check "weights to begin with" refused '--init begins a run' --resume t.checkpoint --init whole.safetensors
check "a checkpoint that is not there" refused 'nowhere: No such file' --resume nowhere
check "a model instead of a checkpoint" refused 'is no checkpoint' --resume whole.safetensors
check "a checkpoint that cannot be written" refused 'nowhere/c: ' "${run[@]:1}" --checkpoint nowhere/c
check "--every without a checkpoint" refused '--every is how often' "${run[@]:1}" --every 10
check "one file for the model and its checkpoints" refused '--save and --checkpoint must be two files' "${run[@]:1}" --checkpoint m --save m
check "the momentum of another optimizer" refused 'must be those of the run of half.checkpoint' --resume half.checkpoint --momentum 0.5
check "a log of fewer steps" refused 'it does not hold the 200 steps' --resume half.checkpoint --log "$(head -n 199 whole.log >short.log && echo short.log)"
check "a checkpoint that is cut off" refused "bytes" --resume "$(head -c 3000 t.checkpoint >cut && echo cut)"
check "a checkpoint is no model" eval 'status_is 2 "$mnist" eval --data "$data" --model t.checkpoint 2>error && holds error "is a checkpoint of a run"'

full_disk()
{
    cp half.checkpoint f.checkpoint
    rm -f .pmy-*.tmp # of those that were killed while they wrote
    (
        trap '' XFSZ
        ulimit -f 100
        status_is 2 "$mnist" train --resume f.checkpoint --every 50 --quiet >out 2>error
    ) && holds error 'f.checkpoint: cannot be written' && holds out '% right' && cmp half.checkpoint f.checkpoint && ! ls -A | grep -q '\.tmp$'
}
check "a full disk is told, and the old checkpoint stays" full_disk

every_option()
{
    "$mnist" train --help >help && holds help '--checkpoint FILE' && holds help '--every N' && holds help '--resume FILE'
}
check "--help names every option" every_option

finish

#!/usr/bin/env bash
# The command text train as its user meets it: what it learns, prints and leaves, and what it refuses.
. tests/check.sh
. tests/text_run.sh

learns()
{
    "$text" train "${small[@]}" --steps 1000 --json --save learned.safetensors >learned || return 1
    [ "$(grep -c '"event":"step"' learned)" -eq 100 ] && [ "$(grep -c '"event":"end"' learned)" -eq 1 ] || return 1
    grep -qE '^\{"event":"end","steps":1000,"loss":[0-9.]+,"validation_loss":[0-9.]+,"confidence95":\[[0-9.]+,[0-9.]+\],"bits":[0-9.]+,"perplexity":[0-9.]+,"tokens":1[0-9]{3},"windows":[0-9]+,"tokens_per_s":[0-9.e+]+,"train_seconds":[0-9.]+,"total_seconds":[0-9.]+\}$' learned || return 1
    # Who, did and on what are all that a sentence leaves open; counting characters comes to 2.7 nats.
    less "$(number learned validation_loss)" 0.5 && less "$(number learned loss)" 0.5
}
check "the loss falls far below that of counting characters" learns

same_on_all_threads()
{
    local threads
    for threads in 1 2 3; do
        "$text" train "${small[@]}" --threads $threads --save model.$threads --log log.$threads --quiet >said.$threads || return 1
    done
    "$text" train "${small[@]}" --threads 2 --save model.again --log log.again --quiet >said.again || return 1
    [ "$(wc -l <log.1)" -eq 60 ] && holds log.1 '{"step":60,"loss":' && [ "$(wc -l <said.1)" -eq 1 ] || return 1
    for threads in 2 3 again; do
        cmp model.1 model.$threads && cmp log.1 log.$threads && cmp said.1 said.$threads || return 1
    done
}
check "the same bytes on 1, 2 and 3 threads, and again" same_on_all_threads

# Each of these makes another run of it.
options_reach_the_run()
{
    local options
    for options in "--seed 2" "--lr 0.02" "--block 15" "--batch 9" "--clip 0.1" "--beta2 0.9" "--optim muon" "--val 0.2" \
        "--weight-decay 0" "--last-lr 0.001" "--schedule linear" "--label-smoothing 0.1" "--warm-up 6" "--lines"; do
        # shellcheck disable=SC2086
        "$text" train "${small[@]}" $options --log log.other --quiet >said && ! cmp -s log.1 log.other || return 1
    done
}
check "the options reach the run" options_reach_the_run

recipe_reproduces()
{
    "$text" train "${small[@]}" --lines --tokens bytes --optim muon --log log.recipe >said || return 1
    sed -n '/^recipe/,/^$/p' said | sed 1d | sed "s|^text|$text|" >again.sh
    echo "--log log.repeated --quiet" >words
    { tr -d '\\\n' <again.sh && printf ' ' && cat words; } >line.sh
    bash line.sh >said.again && cmp log.recipe log.repeated
}
check "the recipe it shows reproduces the run" recipe_reproduces

shows()
{
    "$text" train "${small[@]}" --eval 25 >said || return 1
    holds said "data    text.txt: $(wc -c <text.txt) characters, " && holds said 'different ones; ' && holds said 'attention 2' &&
        holds said 'step  6/60  loss' && holds said 'tokens/s' && holds said 'validation ' && lacks said $'\r' || return 1
    [ "$(grep -c '^step .*  validation [0-9.]*  ' said)" -eq 2 ] && grep -qE '^validation  [0-9.]+ nats a character .*, perplexity ' said || return 1
    # Validating changes nothing of what is learned.
    "$text" train "${small[@]}" --eval 7 --log log.eval --quiet >said && cmp log.1 log.eval && cmp said said.1
}
check "it shows the data, the net, and how it goes" shows

lines_and_units()
{
    "$text" train "${small[@]}" --lines --val 0.25 >said && holds said 'data    text.txt: 600 lines, with their ends ' &&
        holds said '450 lines to train on, the last 150 to validate' && lacks said 'left out' || return 1
    sed 's/^the hen/\n&/' text.txt >gaps.txt
    "$text" train "${small[@]}" --lines --data gaps.txt >said && holds said '600 lines' && holds said '        120 empty lines are left out' || return 1
    printf 'äöü %.0s' $(seq 400) >wide.txt
    "$text" train "${small[@]}" --data wide.txt >said && holds said '1600 characters, 4 different ones' &&
        "$text" train "${small[@]}" --data wide.txt --tokens bytes >said && holds said '2800 bytes, 5 different ones' &&
        holds said 'nats a byte' && "$text" train "${small[@]}" --val 0 >said && holds said 'none to validate' && lacks said validation
}
check "lines, characters and bytes, and no validation" lines_and_units

smallest_share()
{
    "$text" train "${small[@]}" --val 0.000001 >said && holds said 'to train on, the last 2 to validate' &&
        holds said ': 1 character in 1 window'
}
check "the smallest share has something to predict" smallest_share

compressed()
{
    gzip -c text.txt >text.txt.gz && "$text" train "${small[@]}" --data text.txt.gz --log log.gz --quiet >said && cmp log.1 log.gz
}
check "a text may be compressed" compressed

presets()
{
    local preset
    for preset in nanogpt tiny small best; do
        "$text" train --net $preset --data text.txt --steps 1 --warm-up 0 --batch 1 --block 32 --val 0 >said && holds said "--net $preset" || return 1
    done
    "$text" train --net nanogpt --steps 1 --warm-up 0 --batch 1 --block 64 --data text.txt --val 0 >said && holds said '--beta2 0.99'
}
check "every preset is a run" presets

goes_on_from()
{
    "$text" train "${small[@]}" --init learned.safetensors --json >first && less "$(number first loss)" 1 || return 1
    head -n 20 text.txt >part.txt
    "$text" train "${small[@]}" --data part.txt --init learned.safetensors --val 0 --save part.safetensors --checkpoint part.checkpoint --every 40 --quiet >said || return 1
    # The vocabulary stays the model's, also where the text has less, and where the run is resumed.
    "$text" eval --model part.safetensors --data text.txt --quiet >said &&
        "$text" train --resume part.checkpoint --save again.safetensors --quiet >said && cmp part.safetensors again.safetensors
}
check "--init begins with the weights and the vocabulary of a model" goes_on_from

# ---- kept and resumed ---------------------------------------------------------

killed()
{
    "$text" train "${small[@]}" --lines --ema 0.9 --steps 3000 --save whole.safetensors --log whole.log --quiet >whole.said || return 1
    rm -f run.checkpoint
    "$text" train "${small[@]}" --lines --ema 0.9 --steps 3000 --checkpoint run.checkpoint --every 7 --log run.log --threads 2 --quiet >said 2>error &
    local process=$!
    for _ in $(seq 400); do
        [ -e run.checkpoint ] && break
        sleep 0.02
    done
    kill -KILL $process
    status_is 137 wait $process 2>/dev/null || return 1
    "$text" train --resume run.checkpoint --threads 1 --save run.safetensors --log run.log --quiet >said || return 1
    cmp whole.safetensors run.safetensors && cmp whole.log run.log && cmp whole.said said
}
check "killed and resumed, it ends in the same bytes" killed

interrupted()
{
    rm -f i.checkpoint i.log
    "$text" train "${small[@]}" --steps 1000000 --checkpoint i.checkpoint --every 20 --save "i file" --log i.log >out 2>error &
    local process=$!
    for _ in $(seq 200); do
        [ -e i.checkpoint ] && break
        sleep 0.05
    done
    kill -INT $process
    status_is 130 wait $process || return 1
    local step
    step=$(grep -oE 'stopped after step [0-9]+' error | grep -oE '[0-9]+')
    holds error "to go on: text train --save 'i file' --every 20 --resume i.checkpoint --log i.log" && [ "$(wc -l <i.log)" -eq "$step" ] && [ ! -e 'i file' ] &&
        "$BUILD/mnist" info --model i.checkpoint 2>/dev/null | grep -q "pmy.step  *$step\$"
}
# A shell starts what it puts in the background deaf to SIGINT; job control does not.
set -m
check "Ctrl-C writes a checkpoint of the last step and says how to go on" interrupted

# 4 million characters are validated on, once the model is there.
interrupted_in_validation()
{
    local model=$1
    shift
    "$text" train "$@" --save "$model" --quiet >out 2>error &
    local process=$!
    for _ in $(seq 400); do
        [ -e "$model" ] && break
        sleep 0.05
    done
    kill -INT $process
    status_is 130 wait $process && holds error 'after step 10: ' && holds error 'to go on: ' && [ ! -s out ]
}

last_validation()
{
    interrupted_in_validation v.safetensors "${small[@]}" --data "$top/data/text/kjv.txt.gz" --val 0.99 --steps 10 --ema 0.5 --checkpoint v.checkpoint --every 7 &&
        interrupted_in_validation v.again --resume v.checkpoint && cmp v.safetensors v.again
}
check "Ctrl-C ends the last validation, and leaves a checkpoint" last_validation
set +m

resumed_without_the_model()
{
    cp learned.safetensors begun.safetensors
    "$text" train "${small[@]}" --data part.txt --init begun.safetensors --val 0 --save whole.begun --checkpoint begun.checkpoint --every 40 --quiet >said || return 1
    rm begun.safetensors
    "$text" train --resume begun.checkpoint --save resumed.begun --quiet >said && cmp whole.begun resumed.begun
}
check "a run that began with a model goes on without it" resumed_without_the_model

# ---- what is refused ----------------------------------------------------------

wrong=("${small[@]}" --save refused.safetensors)
: >empty.txt
printf 'a short one' >short.txt
printf 'good\nbad \377 byte\n' >binary.txt
check "a text that is missing" refused 'nowhere.txt: No such file' train "${wrong[@]}" --data nowhere.txt
check "an empty text" refused 'empty.txt: ' train "${wrong[@]}" --data empty.txt
check "a text shorter than a window" refused 'short.txt: ' train "${wrong[@]}" --data short.txt --val 0
check "a text that is no UTF-8" refused 'binary.txt: line 2' train "${wrong[@]}" --data binary.txt
head -n 1 text.txt >line.txt
check "a part without a line" refused 'line.txt: to split a share of 0.1 off takes 2 lines, and it has 1' train "${wrong[@]}" --data line.txt --lines
check "a part to train on that is shorter than a window" refused 'text.txt: 2 tokens are too few for windows of 16' train "${wrong[@]}" --val 0.99999
check "an unknown layer, pointed at" refused '^~~~~~~' train "${wrong[@]}" --net 'embed 8, atention 2, tied'
check "a net that does not end in the tokens" refused "end it in 'linear vocab' or 'tied'" train "${wrong[@]}" --net 'embed 8'
check "a net that makes one vector of all tokens" refused 'flatten leaves no positions' train "${wrong[@]}" --net 'embed 8, flatten, linear vocab'
check "and the layer that does is pointed at" refused '           ^~~~~~~' train "${wrong[@]}" --net 'embed 8, flatten, linear vocab'
check "a net of pictures" refused 'embed' train "${wrong[@]}" --net 'conv 8 5, linear 10'
check "validating on nothing" refused '--eval is how often the part of --val is looked at' train "${wrong[@]}" --eval 5 --val 0
check "more warm-up than steps" refused '60 steps of warm-up' train "${wrong[@]}" --warm-up 60
check "another recipe" refused "its batch is '8', but here '9'" train --resume run.checkpoint --batch 9
tac text.txt >other.txt
sed 's/cat/CAT/' text.txt >wider.txt
check "a text with other characters" refused "wider.txt: line 1, column 5: 'C' is not among the" train --resume run.checkpoint --data wider.txt
"$BUILD/mnist" train --data "$top/data/mnist" --net 'linear 10' --epochs 1 --val 59000 --checkpoint mnist.checkpoint --quiet >said
check "a run on pictures" refused 'mnist.checkpoint: its run is on pictures: mnist train resumes it' train --resume mnist.checkpoint
text_for_mnist()
{
    status_is 2 "$BUILD/mnist" train --resume run.checkpoint >out 2>error && holds error 'run.checkpoint: its run is on text: text train resumes it'
}
check "a run on text, by mnist train" text_for_mnist
check "another text" refused 'its checksum of the text is' train --resume run.checkpoint --data other.txt
check "a model that is to be written nowhere" refused 'nowhere/m' train "${small[@]}" --save nowhere/m
"$text" train "${small[@]}" --tokens bytes --save bytes.safetensors --quiet >said
check "a model of lines to begin with" refused '--init whole.safetensors: is a model of lines: say --lines' train "${wrong[@]}" --init whole.safetensors
check "one that is of no lines" refused 'that is not cut into lines: leave --lines out' train "${wrong[@]}" --lines --init learned.safetensors
check "a model of bytes to begin with" refused '--init bytes.safetensors: is a model of bytes: say --tokens bytes' train "${wrong[@]}" --init bytes.safetensors
check "a text with a character that the model to begin with has not" refused "wide.txt: line 1" train "${wrong[@]}" --init learned.safetensors --data wide.txt
for bad in "--val 1" "--val -0.1" "--val nan" "--steps 0" "--block 0" "--tokens words" "--eval 0" "--augment none" "--epochs 3"; do
    # shellcheck disable=SC2086
    check "$bad" refused "${bad%% *}" train "${wrong[@]}" $bad
done

diverges()
{
    status_is 1 "$text" train "${small[@]}" --optim sgd --clip 0 --last-lr 0 --lr 1000 --schedule constant --save refused.safetensors >out 2>error || return 1
    grep -qE 'step [0-9]+: ' error && holds error 'smaller --lr' && lacks out nats && [ ! -e refused.safetensors ]
}
check "a loss that is NaN stops with step, node and a hint" diverges

finish

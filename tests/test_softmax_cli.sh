#!/usr/bin/env bash
# The program softmax as its user meets it.
. tests/check.sh

softmax=$BUILD/softmax
textbook=$PWD/examples/softmax/examples/textbook.txt
top=$PWD
export LC_ALL=C.UTF-8
cd "$TMPDIR" || exit 2

# The status is 2, nothing is printed, and stderr has one line with the text: refused TEXT ARGUMENTS...
refused()
{
    local text=$1
    shift
    status_is 2 "$softmax" "$@" >out 2>err && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && holds err "$text"
}

# Is every line of the output at most 80 columns wide?
fits()
{
    "$softmax" "$@" >out </dev/null || [ $? -eq 1 ] || return 1
    [ -s out ] && [ "$(wc -L <out)" -le 80 ]
}

# ---- explain ----------------------------------------------------------------

# Runs the commands that a page shows after "    $ " and compares what follows, up to a line that is not
# indented. After "    ..." only the end of the output is shown.
page_is_true()
{
    awk '/^    \$ build\// { sub(/^    \$ /, ""); print > ("command." ++n); at = n; next }
         at && /^    \.\.\.$/ { print "" > ("tail." at); next }
         at && (/^    / || /^$/) { sub(/^    /, ""); print > ("shown." at); next }
         { at = 0 }
         END { print n > "commands" }' "$top/docs/SOFTMAX.md"
    local n lines
    for n in $(seq "$(cat commands)"); do
        (cd "$top" && BUILD=$BUILD bash -c "$(sed 's|^build/|"$BUILD"/|' "$TMPDIR/command.$n")") >out
        sed -i -e :a -e '/^\n*$/{$d;N;ba' -e '}' "shown.$n"
        if [ -e "tail.$n" ]; then
            lines=$(wc -l <"shown.$n")
            tail -n "$lines" out >cut && mv cut out
        fi
        diff out "shown.$n" || return 1
    done
    [ "$(cat commands)" -eq 3 ]
}
check "docs/SOFTMAX.md shows what the program prints" page_is_true

json_keys()
{
    "$softmax" explain 2 1 0.1 --json >out && [ "$(wc -l <out)" -eq 1 ] &&
        grep -qxE '\{"z":\[2,1,0.1\],"temperature":1,"target":0,"p":\[.*\],"log_p":\[.*\],"logsumexp":[0-9.]+,"loss":[0-9.]+,"dloss_dp":\[.*\],"jacobian":\[\[.*\],\[.*\],\[.*\]\],"chain":\[.*\],"fused":\[.*\],"ulp_difference":\[.*\]\}' out
}
check "explain --json is one object with the keys" json_keys

json_soft()
{
    "$softmax" explain 2 1 0.1 --soft 0.5,0.25,0.25 --json >out && holds out '"y":[0.5,0.25,0.25]' && lacks out target
}
check "explain --soft gives y in place of the target" json_soft

# fused is (p - y)/T, and the long way gives the same.
fused_is_p_minus_y()
{
    "$softmax" explain 2 1 0.1 --soft 0.2,0.2,0.6 --temperature 2 --json | tr -d '{}"' | sed 's/\],*/\n/g' |
        awk -F'[][,:]' '
            /^p:/ { for (i = 0; i < 3; i++) p[i] = $(i + 3) }
            /fused:/ { for (i = 0; i < 3; i++) fused[i] = $(i + 3) }
            /chain:/ { for (i = 0; i < 3; i++) chain[i] = $(i + 3) }
            END {
                y[0] = y[1] = 0.2; y[2] = 0.6
                for (i = 0; i < 3; i++) {
                    d = fused[i] - (p[i] - y[i]) / 2; e = fused[i] - chain[i]
                    if (d * d > 1e-28 || e * e > 1e-28 || fused[i] == 0) exit 1
                }
            }'
}
check "explain: fused is (p - y)/T, and the long way gives the same" fused_is_p_minus_y

breaks_in_float()
{
    "$softmax" explain 0 200 --target 0 --precision float --json >out &&
        holds out '"p":[0,1]' && holds out '"dloss_dp":["-Infinity",0]' && holds out '"chain":["NaN","NaN"]' &&
        holds out '"fused":[-1,1]' && holds out '"loss":200,' || return 1
    "$softmax" explain 0 800 >out && holds out "The long way breaks here: p[0] is below the smallest double" &&
        "$softmax" explain 0 740 >out && holds out "is so close to the smallest double that" &&
        "$softmax" explain 0 20 >out && lacks out "breaks"
}
check "explain: the long way breaks where p vanishes, the fused one does not" breaks_in_float

naive_overflows()
{
    "$softmax" explain 1000 0 >out && holds out "log-sum-exp = 1000 (naive: inf), loss L = 0"
}
check "explain: the naive formula overflows" naive_overflows

confident()
{
    "$softmax" explain 200 0 --json >out && holds out '"loss":1.3838965267367376e-87,' &&
        holds out '"fused":[-1.3838965267367376e-87,1.3838965267367376e-87]'
}
check "explain: a confident row keeps its loss and its gradient" confident

numbers_below_zero()
{
    "$softmax" explain 0 -200 3 --json >out && holds out '"z":[0,-200,3]' &&
        "$softmax" explain -.5 -inf -1e2 --json >out && holds out '"z":[-0.5,"-Infinity",-100]'
}
check "explain: numbers are never taken for options" numbers_below_zero

one_class()
{
    "$softmax" explain 5 --json >out && holds out '"p":[1],"log_p":[0],"logsumexp":5,"loss":0,"dloss_dp":[-1]' &&
        holds out '"fused":[0]'
}
check "explain: one class has p = 1, loss 0 and gradient 0" one_class

many_classes()
{
    # shellcheck disable=SC2046 # words
    "$softmax" explain $(seq 40) >out && holds out "40 x 40 numbers: --json has them" && [ "$(wc -L <out)" -le 80 ] &&
        "$softmax" explain $(seq 40) --json | grep -q '"ulp_difference":\[\(0,\|[0-9.e+-]*,\)\{39\}[0-9.e+-]*\]}'
}
check "explain: a Jacobian too wide to read is left to --json" many_classes

explain_refuses()
{
    refused "softmax explain: --target 3: the classes are 0 to 2" explain 1 2 3 --target 3 &&
        refused "must be a number between" explain 1 2 --temperature 0 &&
        refused "must be a number between" explain 1 2 --temperature -1 &&
        refused "must be a number between" explain 1 2 --temperature nan &&
        refused "nan: must be a finite number or -inf" explain 1 nan &&
        refused "inf: must be" explain inf 1 &&
        refused "x: must be" explain 1 x &&
        refused "every logit is -inf" explain -inf -inf &&
        refused "class 0 is masked by its logit of -inf and cannot be the target" explain -inf 1 &&
        refused "cannot have a share" explain -inf 1 --soft 0.5,0.5 &&
        refused "--soft has 3 numbers, but there are 2 logits" explain 1 2 --soft 1,2,3 &&
        refused "--soft -1: must be" explain 1 2 --soft 1,-1 &&
        refused "--soft: all are 0" explain 1 2 --soft 0,0 &&
        refused "cannot both" explain 1 2 --soft 0,1 --target 0 &&
        refused "too large for a float" explain 1e39 2 --precision float &&
        refused "must be double or float" explain 1 2 --precision half &&
        refused "1001 logits: there can be at most 1000" explain $(seq 1001) &&
        refused "--frob: unknown option" explain 1 2 --frob &&
        refused "missing" explain
}
check "explain refuses nonsense" explain_refuses

# ---- layer and attention ----------------------------------------------------

# Are there COUNT comparisons with finite differences in out, all closer than 1e-9?
differences_agree()
{
    awk -v count="$1" '/largest relative error/ { seen++; if (!($4 < 1e-9)) exit 1 } END { exit seen != count }' out
}

layer()
{
    local seed
    for seed in $(seq 12); do
        "$softmax" layer --inputs $((seed % 5 + 1)) --classes $((seed % 4 + 2)) --seed "$seed" >out &&
            differences_agree 3 &&
            awk '/loss before/ { sub(",", "", $3); found = $5 < $3 } END { exit !found }' out || return 1
    done
}
check "layer: backward agrees with differences, and a step makes the loss smaller" layer

layer_products()
{
    "$softmax" layer --json | sed 's/,"/\n"/g' | tr -d '{}"[]' |
        awk -F: '
            { split($2, number, ","); for (i in number) value[$1, i] = number[i] }
            END {
                for (k = 1; k <= 3; k++) {
                    for (n = 1; n <= 3; n++) {
                        d = value["dw", 3 * (k - 1) + n] - value["dz", k] * value["x", n]; sum += d * d; size += value["dw", n] ^ 2
                        e[n] += value["w", 3 * (k - 1) + n] * value["dz", k]
                    }
                    d = value["db", k] - value["dz", k]; sum += d * d
                }
                for (n = 1; n <= 3; n++) { d = value["dx", n] - e[n]; sum += d * d }
                exit !(sum < 1e-28 && size > 1e-4)
            }'
}
check "layer --json: dW = (p - y) x^T, db = p - y, dx = W^T (p - y)" layer_products

layer_refuses()
{
    refused "--inputs 0: must be" layer --inputs 0 && refused "--classes 99: must be" layer --classes 99 &&
        refused "unexpected '3'" layer 3
}
check "layer refuses nonsense" layer_refuses

attention()
{
    local seed
    for seed in 1 2 3; do
        "$softmax" attention --seed $seed --tokens $((seed + 3)) --dim $((6 - seed)) >out && differences_agree 3 &&
            "$softmax" attention --seed $seed --causal >out && differences_agree 3 || return 1
    done
}
check "attention: backward agrees with differences" attention

causal_mask()
{
    "$softmax" attention --causal --json >out &&
        grep -qE '"scaled":\[\[[^],"]+,"-Infinity","-Infinity","-Infinity"\],\[[^],"]+,[^],"]+,"-Infinity",' out &&
        grep -qE '"p":\[\[1,0,0,0\],\[0\.[0-9]+,0\.[0-9]+,0,0\],' out
}
check "attention --causal: no token sees a later one" causal_mask

attention_files()
{
    printf '1 0\n0, 1 # two queries\n' >q
    printf '[1 0]\n[0 1]\n\n[0 0]\n' >k
    printf '1\n2\n3\n' >v
    "$softmax" attention --q q --k k --v v --json >out && holds out '"q":[[1,0],[0,1]],"k":[[1,0],[0,1],[0,0]],"v":[[1],[2],[3]]' &&
        holds out '"scores":[[1,0,0],[0,1,0]]' && "$softmax" attention --q q --k k --v v >out && differences_agree 3 || return 1
    echo '1 2 3' >wide
    printf '1 2\n3\n' >ragged
    echo '1 x' >word
    echo 'inf' >infinite
    : >empty
    refused "wide has rows of 3 numbers, but q rows of 2" attention --q q --k wide --v v &&
        refused "v has 3 rows, but q has 2" attention --q q --k q --v v &&
        refused "--causal needs as many rows in q as in k" attention --q q --k k --v v --causal &&
        refused "ragged:2: 1 numbers, but 2 in the rows before" attention --q ragged --k k --v v &&
        refused 'word:1: "x" in a row is not a number' attention --q word --k k --v v &&
        refused "infinite:1: number 1 is infinite" attention --q infinite --k k --v v &&
        refused "empty holds no numbers" attention --q empty --k k --v v &&
        refused "cannot open nowhere" attention --q nowhere --k k --v v &&
        refused "go together" attention --q q &&
        refused "--tokens and --dim do not go with" attention --q q --k k --v v --tokens 3 &&
        refused "--tokens 99: must be" attention --tokens 99
}
check "attention reads Q, K and V from files, and says what is wrong with them" attention_files

# ---- temperature ------------------------------------------------------------

limits()
{
    "$softmax" temperature 2 2 1 -inf --json >out &&
        head -n 1 out | grep -q '^{"temperature":0,"p":\[0.5,0.5,0,0\],"entropy":0.693147180559945.*' &&
        tail -n 1 out | grep -q '^{"temperature":"Infinity","p":\[0.333333333333333.*,0.333333333333333.*,0.333333333333333[0-9]*,0\],"entropy":1.09861228866810' &&
        [ "$(wc -l <out)" -eq 11 ]
}
check "temperature: ties share at T -> 0, all that are not masked at T -> inf" limits

temperatures()
{
    "$softmax" temperature 1 0 --from 0.3 --to 3 --json | sed 's/{"temperature":\([^,]*\),.*/\1/' | tr '\n' ' ' >out
    [ "$(cat out)" = '0 0.3 0.5 1 2 3 "Infinity" ' ]
}
check "temperature: both ends, and 1, 2 and 5 times powers of ten between" temperatures

sampling()
{
    "$softmax" temperature 2 1 0.5 --sample 30 --seed 7 >one && "$softmax" temperature 2 1 0.5 --sample 30 --seed 7 >two &&
        "$softmax" temperature 2 1 0.5 --sample 30 --seed 8 >three && cmp one two && ! cmp -s one three || return 1
    # 1000 draws at T = 1 follow p = (0.63, 0.23, 0.14), and what is masked is never drawn.
    "$softmax" temperature 2 1 0.5 --sample 1000 --from 1 --to 1 >out && awk '
        $1 == "1" && NF == 4 && $2 + $3 + $4 == 1000 { found = $2 > 580 && $2 < 680 && $3 > 185 && $3 < 280 }
        END { exit !found }' out &&
        "$softmax" temperature 1 -inf 1 --sample 1000 --from 1 --to 1 | awk '
            NF > 3 && $(NF - 2) + $(NF - 1) + $NF == 1000 { rows++; if ($(NF - 1) != 0) exit 1 } END { exit rows != 3 }'
}
check "temperature draws from p, by the seed" sampling

temperature_refuses()
{
    refused "--from 0: must be" temperature 1 2 --from 0 && refused "--from 5 is above --to 1" temperature 1 2 --from 5 --to 1 &&
        refused "more than a factor of 1e12 apart" temperature 1 2 --from 1e-9 --to 1e9 &&
        refused "nan: must be" temperature nan && refused "missing" temperature &&
        refused "--sample -1: must be" temperature 1 2 --sample -1 &&
        refused "at most 1000" temperature $(seq 1001)
}
check "temperature refuses nonsense" temperature_refuses

# ---- quiz, check, identities ------------------------------------------------

# The answers to all questions, in order.
answers()
{
    "$softmax" quiz --rounds "$1" --seed "$2" --json | sed 's/.*"answer":\([^,]*\),.*/\1/'
}
quiz()
{
    answers 12 3 >given && "$softmax" quiz --rounds 12 --seed 3 <given >out && holds out "12 of 12 right" &&
        sed 's/.*/0.999/' given | "$softmax" quiz --rounds 12 --seed 3 >out && ! grep -q "12 of 12 right" out &&
        holds out "12 right"
}
check "quiz knows a right answer from a wrong one" quiz

quiz_says_what_went_wrong()
{
    answers 5 3 | sed '3s/.*/0.8/; 5s/\(.*\)/-\1/' | "$softmax" quiz --rounds 5 --seed 3 >out && holds out "3 of 5 right" &&
        holds out "No: p[0] = 0.666667. That is for T = 1" && holds out "5 of 5: p - y of a wrong guess" && holds out "That is y - p"
}
check "quiz says what slip a wrong answer comes from" quiz_says_what_went_wrong

quiz_talks()
{
    printf '\nwhat\n1/0\nnan\n1/2\nq\n' | "$softmax" quiz --seed 1 >out && [ "$(grep -c 'A number, please' out)" -eq 4 ] &&
        grep -q ' of 1 right' out && "$softmax" quiz </dev/null >out && holds out "0 of 0 right" &&
        head -c 3000 /dev/zero | tr '\0' 9 | "$softmax" quiz >out
}
check "quiz asks again for what it cannot read, and stops at q and at the end" quiz_talks

wrong_rows()
{
    status_is 1 "$softmax" check "$textbook" >out && [ "$(grep -c 'WRONG$' out)" -eq 2 ] &&
        holds out "textbook.txt:5: 3 logits, T = 1: WRONG" && holds out "textbook.txt:6: 3 logits, T = 0.5: right" &&
        holds out "textbook.txt:7: 3 logits, T = 2: WRONG" && holds out "textbook.txt:8: 3 logits, T = 1: right" &&
        holds out "0.59   0.63" && holds out "0.43   0.48" && holds out "4 examples: 2 right, 2 wrong" || return 1
    status_is 1 "$softmax" check "$textbook" --json >out && [ "$(grep -c '"right":false' out)" -eq 2 ]
}
check "check finds exactly the two wrong rows of the textbook" wrong_rows

rounding()
{
    echo '(0, 0, 0) | 1 | [0.333 0.33 .3]' >right
    echo '0 1.0986122886681098 | 1 | 0.3 0.8' >tie # 0.25 and 0.75, half-way between two decimals
    echo '0 0 0 | 1 | 0.334 0.33 0.33' >wrong
    status_is 0 "$softmax" check right >out && status_is 0 "$softmax" check tie >out && status_is 1 "$softmax" check wrong >out &&
        [ "$(grep -c 'wrong$' out)" -eq 2 ] && holds out "+0.000667"
}
check "check goes by the digits printed" rounding

check_refuses()
{
    echo '1 2 | 1' >fields
    echo '1 2 | 1 | 0.5' >count
    printf '# fine\n1 2 | 0 | 0.5 0.5\n' >temperature
    echo '1 two | 1 | 0.5 0.5' >word
    echo '-inf -inf | 1 | 0.5 0.5' >masked
    echo 'inf 1 | 1 | 0.5 0.5' >infinite
    printf '1 2 | 1 | 0.5 0.5\0\n' >zero
    echo '# nothing' >empty
    refused "fields:1: not of the form: logits | temperature | claimed p" check fields &&
        refused "count:1: 2 logits, but 1 claimed p" check count &&
        refused "temperature:2: the temperature must be one number above 0" check temperature &&
        refused 'word:1: "two" in the logits is not a number' check word &&
        refused "masked:1: every logit is -inf" check masked &&
        refused "infinite:1: a logit is +inf" check infinite &&
        refused "zero:1: not a text file" check zero && refused "empty holds no example" check empty &&
        refused "cannot open nowhere" check nowhere && refused "cannot read /" check / &&
        refused "FILE is missing" check
}
check "check names file and line of what it cannot read" check_refuses

identities()
{
    "$softmax" identities >out && [ "$(grep -c '^  holds: ' out)" -eq 10 ] && lacks out "NOT" &&
        "$softmax" identities --json >out && [ "$(grep -c '"holds":true}$' out)" -eq 10 ]
}
check "identities hold" identities

# ---- all of them ------------------------------------------------------------

widths()
{
    fits explain 2.0 1.0 0.1 && fits explain 0 200 && fits explain -1234.567 0.001234567 1e-7 12 3 4 5 6 7 8 9 10 &&
        fits layer && fits layer --inputs 12 --classes 12 && fits temperature 2.0 1.0 0.5 &&
        fits temperature 1 2 3 4 5 6 7 8 9 10 11 12 --sample 100 && fits attention && fits attention --tokens 16 --dim 16 &&
        fits quiz --seed 1 && cp "$textbook" . && fits check textbook.txt && fits identities && fits --help || return 1
    local command
    for command in explain layer temperature attention quiz check identities; do
        fits $command --help || return 1
    done
}
check "everything fits on 80 columns" widths

# drawn ARGUMENTS...: writes a picture that is whole
drawn()
{
    rm -f picture.svg
    "$softmax" "$@" --svg picture.svg >out && grep -q '<svg' picture.svg && grep -q '</svg>' picture.svg &&
        grep -q 'prefers-color-scheme' picture.svg && lacks picture.svg 'nan"' && [ -s out ]
}
pictures()
{
    drawn explain 2 1 0.1 && grep -q '0.225' picture.svg && drawn explain 0 200 --precision float &&
        drawn explain 5 --json && drawn explain $(seq 24) && drawn temperature 2 1 0.5 && drawn temperature 3 &&
        drawn attention --causal && drawn attention --tokens 16 || return 1
    rm -f picture.svg
    refused "at most 24 classes" explain $(seq 25) --svg picture.svg && [ ! -e picture.svg ] &&
        refused "at most 12 classes" temperature $(seq 13) --svg picture.svg && [ ! -e picture.svg ] &&
        refused "nowhere/picture.svg" explain 1 2 --svg nowhere/picture.svg
}
check "--svg writes pictures, whole or not at all" pictures

unwritable()
{
    [ -e /dev/full ] || return 0
    local command
    for command in "explain 1 2" layer "temperature 1 2" attention identities "explain 1 2 --json"; do
        # shellcheck disable=SC2086 # words
        status_is 2 "$softmax" $command >/dev/full 2>err && holds err softmax || return 1
    done
}
check "output that cannot be written is an error" unwritable

unknown()
{
    refused "unknown command" frob && refused "did you mean explain" expain && refused "a command is missing"
}
check "an unknown command is refused" unknown

zero_byte()
{
    printf '1 2 3\0 garbage\n4 5 6\n' >"$TMPDIR/q"
    printf '1 2 3\n0 1 0\n' >"$TMPDIR/k"
    status_is 2 "$softmax" attention --q "$TMPDIR/q" --k "$TMPDIR/k" --v "$TMPDIR/k" >"$TMPDIR/out" 2>"$TMPDIR/err" &&
        holds "$TMPDIR/err" 'zero byte'
}
check "a matrix with a zero byte is no text" zero_byte
check "a share too large to compute with" refused --soft explain 1 2 --soft 1e308,1e308
check "a share too small to compute with" refused --soft explain 1 2 --soft 1e-320,0
check "a temperature below the floats" refused --temperature explain 1 2 --temperature 1e-308
check "a hexadecimal number" refused 0x10 explain 0x10 1

finish

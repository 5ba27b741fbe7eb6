#!/usr/bin/env bash
# Training on a folder of pictures, one sub-folder a class.
. tests/check.sh

mnist=$BUILD/mnist
digits=$PWD/examples/mnist/digits
cd "$TMPDIR" || exit 2

# Classes "five", "one" and "two", each with copies of a shipped picture: copies NAME COUNT FILE
copies()
{
    mkdir -p "$1"
    local i
    for i in $(seq "$2"); do
        cp "$digits/$3" "$1/$i.${3##*.}"
    done
}
make_folder()
{
    rm -rf "$1"
    copies "$1/two" 12 2-plain.png
    copies "$1/five" 14 5-noisy.png
    copies "$1/one" 2 8-photo.jpg
    mkdir "$1/.hidden"
    touch "$1/.hidden/x" "$1/one/.DS_Store"
}
learn=(--net "linear 16, relu, linear 3" --val 0 --epochs 30 --batch 4 --threads 1)

divided()
{
    make_folder all
    "$mnist" train --data all "${learn[@]}" --save model >out || return 1
    # A sixth of each, rounded, and at least one: 2 of 12, 2 of 14, 1 of 2.
    holds out '23 pictures of 28x28 in 3 classes to train on, 0 to validate, 5 to test' && holds out '100.00 % right: 5 of 5' &&
        "$mnist" eval --data all --model model >out && holds out '100.00 % right: 5 of 5'
}
check "a sixth of each class is kept for the test, the same for eval" divided

same_division()
{
    "$mnist" train --data all "${learn[@]}" --seed 9 --json | tail -n 1 | grep -q '"total":5,'
}
check "another seed divides alike" same_division

two_parts()
{
    make_folder parts/train
    make_folder parts/test
    rm parts/test/five/1*.png
    "$mnist" train --data parts "${learn[@]}" >out && holds out '28 pictures of 28x28 in 3 classes to train on' &&
        holds out ', 22 to test'
}
check "train and test are taken as they are" two_parts

# refused TEXT DATA [OPTIONS...]
refused()
{
    local text=$1 data=$2
    shift 2
    status_is 2 "$mnist" train --data "$data" "${learn[@]}" "$@" >out 2>error && holds error "$text" && [ ! -s out ] &&
        [ "$(wc -l <error)" -eq 1 ]
}
bad_picture() { make_folder bad && echo text >bad/two/note.txt && refused 'bad/two/note.txt: is no PNG' bad; }
check "a file that is no picture is named" bad_picture
half_picture() { make_folder bad && head -c 900 "$digits/2-plain.png" >bad/two/3.png && refused 'bad/two/3.png: truncated' bad; }
check "a picture that is cut off is named" half_picture
no_pictures() { make_folder bad && mkdir bad/zero && refused 'bad/zero: there are no pictures' bad; }
check "a class without pictures" no_pictures
one_picture() { make_folder bad && rm bad/one/2.jpg && refused 'bad/one: one picture cannot be divided' bad; }
check "a class with one picture" one_picture
one_class() { make_folder bad && rm -r bad/one bad/two && refused 'two at least' bad; }
check "one class" one_class
other_class() { cp -r parts odd && mkdir odd/test/nine && refused 'odd/test/nine: odd/train has no such class' odd; }
check "a class in test that train has not" other_class
check "more validation than there is" refused '23 training pictures' all --val 23

finish

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

# The model of `divided` knows its classes by name: five, one and two.
names_everywhere()
{
    "$mnist" eval --data all --model model --json >out && holds out '"classes":["five","one","two"]' || return 1
    "$mnist" predict --model model "$digits/2-plain.png" >out && holds out '2-plain.png: two, with' && holds out '  five  ' || return 1
    "$mnist" predict --model model "$digits"/*plain.png >out && holds out 'class' && holds out ' two ' || return 1
    "$mnist" predict --model model "$digits/2-plain.png" --json >out && holds out '"class":2,"name":"two"' || return 1
    "$mnist" info --model model >out && grep -qE 'pmy\.class\.1 +one' out || return 1
    "$mnist" export --model model model.c && holds model.c 'const char *const pmy_classes[3] = {' && holds model.c '    "five",'
}
check "models are saved with the names of their classes, which all commands use" names_everywhere

confused()
{
    # A model at its random first weights confuses everything.
    "$mnist" train --data all --net "linear 3" --val 0 --epochs 1 --lr 1e-9 --save dull --report page >out || return 1
    holds out ' taken for ' && grep -qE '(five|one|two) taken for (five|one|two): [0-9]' out && holds page/index.html '<b>two</b>' &&
        "$mnist" eval --data all --model dull >out && grep -qE '(five|one|two) taken for (five|one|two): [0-9]' out
}
check "confusions are told by name" confused

swapped()
{
    rm -rf swapped && cp -r all swapped && mv swapped/five swapped/zero && status_is 2 "$mnist" eval --data swapped --model model >out 2>error &&
        holds error "class 0 of the pictures is 'one', but the model's 'five'"
}
check "classes of other names are other classes" swapped

hostile_names()
{
    make_folder hostile && mv hostile/two 'hostile/t"??w*' && mv hostile/one $'hostile/\xc3\xa4<b>&7' || return 1
    "$mnist" train --data hostile "${learn[@]}" --save odd.model --report odd.page >out && "$mnist" export --model odd.model odd.c &&
        holds odd.c '"\303\244<b>&7"' && holds odd.c '"t\042\077\077w*"' && gcc -std=c99 -Wall -Wextra -Werror -c -o odd.o odd.c &&
        lacks odd.page/index.html '<b>&7' && holds odd.page/confusion.csv '"t""??w*"'
}
check "names may hold what means something in C, HTML and CSV" hostile_names

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

other_names()
{
    rm -rf named && mkdir named && cp -r parts/train named/Training && cp -r parts/test named/testing && mkdir named/unused &&
        "$mnist" train --data named "${learn[@]}" >out 2>error && holds out '28 pictures of 28x28 in 3 classes to train on' &&
        holds out ', 22 to test' && holds error 'named: passed over 1 thing that is no picture and no class; the first: named/unused'
}
check "training and testing are parts, too" other_names

strays()
{
    make_folder stray && touch stray/two/Thumbs.db stray/README.md && mkdir -p stray/__MACOSX/two stray/five/more &&
        echo text >stray/five/note.txt && cp stray/two/1.png stray/two/0 && rm stray/two/1.png &&
        "$mnist" train --data stray "${learn[@]}" >out 2>error && holds out '23 pictures of 28x28 in 3 classes to train on' &&
        holds error 'stray: passed over 5 things that are no pictures and no classes; the first: stray/README.md' &&
        "$mnist" eval --data stray --model model >out 2>error && holds error 'passed over 5 things'
}
check "what is no picture is passed over, and counted" strays

skipped()
{
    make_folder skip && head -c 900 "$digits/2-plain.png" >skip/two/13.png && echo text >skip/one/3.jpg &&
        "$mnist" train --data skip "${learn[@]}" --skip-bad --save skip.model >out 2>error && [ "$(wc -l <error)" -eq 1 ] &&
        holds error 'skip: left out 2 pictures that cannot be read; the first: skip/one/3.jpg: is no PNG, BMP or JPEG picture' &&
        "$mnist" eval --data skip --model skip.model --skip-bad >out 2>error && status_is 2 "$mnist" eval --data skip --model skip.model >out 2>error &&
        holds error 'skip/one/3.jpg: is no PNG'
}
check "pictures that cannot be read are left out where that is asked for" skipped

# refused TEXT DATA [OPTIONS...]
refused()
{
    local text=$1 data=$2
    shift 2
    status_is 2 "$mnist" train --data "$data" "${learn[@]}" "$@" >out 2>error && holds error "$text" && [ ! -s out ] &&
        [ "$(wc -l <error)" -eq 1 ]
}
bad_picture() { make_folder bad && echo text >bad/two/note.png && refused 'bad/two/note.png: is no PNG' bad; }
check "a picture that is none is named" bad_picture
half_picture() { make_folder bad && head -c 900 "$digits/2-plain.png" >bad/two/3.png && refused 'bad/two/3.png: truncated' bad; }
check "a picture that is cut off is named" half_picture
no_pictures() { make_folder bad && mkdir bad/zero && refused 'bad/zero: there are no pictures' bad; }
check "a class without pictures" no_pictures
one_picture() { make_folder bad && rm bad/one/2.jpg && refused 'bad/one: one picture cannot be divided' bad; }
check "a class with one picture" one_picture
unreadable() { make_folder bad && echo >bad/one/1.jpg && echo >bad/one/2.jpg && refused 'bad/one: there are no pictures of this class' bad --skip-bad; }
check "a class of which no picture can be read" unreadable
inside() { make_folder bad/inside/all && rm -rf bad/one bad/two bad/five bad/.hidden && refused 'take --data bad/inside' bad; }
check "classes that are one folder deeper" inside
one_class() { make_folder bad && rm -r bad/one bad/two && refused 'two at least' bad; }
check "one class" one_class
control() { make_folder bad && mv bad/two $'bad/\e[31mtwo' && refused 'the name of class 0 has a control character' bad; }
check "a class whose name could command a terminal" control
other_class() { cp -r parts odd && mkdir odd/test/nine && refused 'odd/test/nine: odd/train has no such class' odd; }
check "a class in test that train has not" other_class
check "more validation than there is" refused '23 training pictures' all --val 23

finish

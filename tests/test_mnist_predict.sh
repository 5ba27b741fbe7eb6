#!/usr/bin/env bash
# mnist predict as its user meets it, with a small model and the pictures that are shipped.
. tests/check.sh

mnist=$BUILD/mnist
digits=$PWD/examples/mnist/digits
data=$PWD/data/mnist
cd "$TMPDIR" || exit 2
export LC_ALL=C.UTF-8

"$mnist" train --data "$data" --net mlp-small --epochs 2 --quiet --save model >trained || exit 1

# refused TEXT ARGUMENTS...: exit status 2, one message that holds the text, and nothing on stdout.
refused()
{
    local text=$1
    shift
    status_is 2 "$mnist" predict "$@" >out 2>error </dev/null || return 1
    holds error "$text" && [ ! -s out ] && [ "$(wc -l <error)" -eq 1 ]
}

shipped_digits()
{
    "$mnist" predict --model model --json "$digits"/*.{png,jpg,bmp} >out || return 1
    [ "$(wc -l <out)" -eq 12 ] || return 1
    [ "$(grep -cE '/([0-9])-[a-z-]+\.[a-z]+","class":\1,' out)" -ge 11 ]
}
check "of the dozen shipped pictures at least eleven are right" shipped_digits

json_object()
{
    "$mnist" predict --model model --json "$digits/2-plain.png" >out &&
        grep -qE '^\{"file":".*2-plain.png","class":2,"p":\[[-0-9.e]+(,[-0-9.e]+){9}\],"warnings":\[\]\}$' out
}
check "--json has file, class, p and warnings" json_object

one_picture()
{
    "$mnist" predict --model model "$digits/2-plain.png" >out && holds out '2-plain.png: 2, with' && holds out '█' &&
        [ "$(wc -l <out)" -eq 11 ]
}
check "one picture: the answer and a bar for each class" one_picture

standard_input()
{
    "$mnist" predict --model model --json "$digits/6-plain.png" | sed 's/.*"class"//' >expected
    # shellcheck disable=SC2002 # a pipe is what is meant
    cat "$digits/6-plain.png" | "$mnist" predict --model model --json - | sed 's/.*"class"//' >out
    [ -s out ] && cmp expected out
}
check "- is standard input" standard_input

# The last digits of p may differ: products of many rows sum in another order.
same_answer_alone()
{
    "$mnist" predict --model model --json "$digits"/*.png | grep 7-odd | grep -oE '"class":[0-9]+|,0[.]9[0-9]{4}' >expected
    "$mnist" predict --model model --json "$digits/7-odd.png" | grep -oE '"class":[0-9]+|,0[.]9[0-9]{4}' >out
    [ "$(wc -l <out)" -eq 2 ] && cmp expected out
}
check "a picture is answered alike alone and among others" same_answer_alone

table_of_many()
{
    (cd "$digits" && "$mnist" predict --model "$TMPDIR/model" ./*.jpg) >out &&
        holds out picture && [ "$(grep -c photo.jpg out)" -ge 3 ]
}
check "many pictures: a table" table_of_many

sheets()
{
    "$mnist" predict --model model "$digits"/*.jpg --stages stages.png --explain explain.png >out || return 1
    # Seven and three tiles of 140, three rows with captions, heads of 28, and a legend of 134; width and height are
    # at byte 16 of a PNG.
    [ "$(od -An -tu1 -j16 -N8 stages.png | tr -s ' ')" = " 0 0 3 244 0 0 2 20" ] &&
        [ "$(od -An -tu1 -j16 -N8 explain.png | tr -s ' ')" = " 0 0 1 180 0 0 2 154" ]
}
check "--stages and --explain draw sheets" sheets

# bars FILE COLUMN...: a white BMP of 120x80 with upright black bars 8 pixels wide that begin there.
bars()
{
    local file=$1
    shift
    { printf 'BM\266\160\0\0\0\0\0\0\066\0\0\0\050\0\0\0\170\0\0\0\120\0\0\0\001\0\030\0\0\0\0\0\200\160\0\0'
      head -c 16 /dev/zero
      awk -v bars="$*" 'BEGIN {
          n = split(bars, from, " ")
          for (y = 0; y < 80; y++)
              for (x = 0; x < 120; x++) {
                  ink = 0
                  for (i = 1; i <= n; i++)
                      ink = ink || (y > 15 && y < 65 && x >= from[i] && x < from[i] + 8)
                  printf "%s", ink ? "\001\001\001" : "~~~"
              }
      }'; } >"$file"
}

blank_paper()
{
    bars blank.bmp
    status_is 1 "$mnist" predict --model model blank.bmp >out && holds out 'blank.bmp: no digit found' || return 1
    status_is 1 "$mnist" predict --model model --json blank.bmp "$digits/2-plain.png" >out &&
        holds out '"warnings":["no digit found"]' && holds out '"class":2' || return 1
    status_is 2 "$mnist" predict --model model --json blank.bmp nowhere.png >out 2>error && holds out 'no digit found'
}
check "on blank paper no digit is found, which is exit 1 after the others" blank_paper

row_of_digits()
{
    bars row.bmp 20 55 90
    "$mnist" predict --model model row.bmp >out && holds out '3 separate digits' && holds out '--all' || return 1
    "$mnist" predict --model model --all --json row.bmp >out && [ "$(wc -l <out)" -eq 3 ] &&
        [ "$(grep -o '"place":[0-9]' out | tr -d '\n')" = '"place":1"place":2"place":3' ] || return 1
    "$mnist" predict --model model --all row.bmp >out && holds out 'row.bmp, digit 2' || return 1
    "$mnist" predict --model model --all "$digits/2-plain.png" >out && holds out '2-plain.png: 2, with'
}
check "a picture of several digits says so, and --all reads them" row_of_digits

# 12 times 12 bars: 200 by 200 pixels, 120054 bytes.
{ printf 'BM\366\324\001\0\0\0\0\0\066\0\0\0\050\0\0\0\310\0\0\0\310\0\0\0\001\0\030\0'
  head -c 24 /dev/zero
  awk 'BEGIN {
      for (y = 0; y < 200; y++)
          for (x = 0; x < 200; x++)
              printf "%s", (x % 16 > 9 && x % 16 < 14 && y % 16 > 5) ? "\001\001\001" : "~~~"
  }'; } >pattern.bmp
check "a pattern is no row of digits" refused 'shows 144 separate things, but a row is of 100' --model model --all pattern.bmp

check "no picture" refused 'PICTURE' --model model
check "no model" refused '--model FILE is missing' "$digits/2-plain.png"
check "a model that is missing" refused 'nowhere' --model nowhere "$digits/2-plain.png"
check "a model that is none" refused '2-plain.png' --model "$digits/2-plain.png" "$digits/2-plain.png"
check "a picture that is missing" refused 'none.png' --model model none.png
head -c 1000 "$digits/2-plain.png" >half.png
check "half a picture" refused 'half.png: truncated' --model model half.png
check "no picture at all" refused 'trained: is no PNG, BMP or JPEG' --model model trained
check "nothing on standard input" refused 'standard input: is empty' --model model -

one_bad_among_good()
{
    status_is 2 "$mnist" predict --model model half.png "$digits/2-plain.png" --json >out 2>error &&
        holds error half.png && holds out 2-plain.png && [ "$(wc -l <out)" -eq 1 ]
}
check "one that cannot be read does not keep others from being read" one_bad_among_good

none_readable()
{
    status_is 2 "$mnist" predict --model model half.png half.png --stages none.png >out 2>error &&
        [ ! -s out ] && [ ! -e none.png ] && [ "$(wc -l <error)" -eq 2 ]
}
check "where none can be read there is no table and no sheet" none_readable

# A model FILE of one linear layer without weights, its biases written by printf: made FILE CLASSES BIASES.
made()
{
    local weights=$(($2 * 784 * 4)) header
    header='{"__metadata__":{"pmy.net":"linear '$2'","pmy.input":"1,28,28","pmy.mean":"0","pmy.std":"1","pmy.classes":"'$2'"},'
    header+='"1.weight":{"dtype":"F32","shape":['$2',784],"data_offsets":[0,'$weights']},'
    header+='"1.bias":{"dtype":"F32","shape":['$2'],"data_offsets":['$weights,$((weights + $2 * 4))']}}'
    { printf "\\x$(printf %02x $((${#header} % 256)))\\x$(printf %02x $((${#header} / 256)))\\0\\0\\0\\0\\0\\0%s" "$header"
      head -c "$weights" /dev/zero; printf "$3"; } >"$1"
}
one_class() { made one 1 '\0\0\0\0' && refused 'one: knows one class' --model one "$digits/2-plain.png"; }
check "a model of one class" one_class

# Biases of -3e38 and 3e38.
sure_beyond_exp()
{
    made sure 2 '\xe5\xb1\x61\xff\xe5\xb1\x61\x7f' &&
        "$mnist" predict --model sure "$digits/2-plain.png" --explain sure.png >out &&
        holds out ': 1, with 100.00 %' && [ -s sure.png ]
}
check "logits whose exponentials overflow" sure_beyond_exp

sheet_elsewhere()
{
    status_is 2 "$mnist" predict --model model "$digits/2-plain.png" --stages nowhere/a.png >out 2>error &&
        holds error nowhere/a.png
}
check "a sheet that cannot be written" sheet_elsewhere

finish

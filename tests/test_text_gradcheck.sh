#!/usr/bin/env bash
# The gradient check of language models in the program text.
. tests/check.sh
. tests/text_run.sh

passes()
{
    "$text" gradcheck --net "$net" --block 5 --batch 2 >said && holds said "16 checks, 0 failed" &&
        grep -qE '0.weight +112 ' said && grep -qE '1.weight +80 ' said
}
check "a net passes, in the sizes that are asked for" passes

json()
{
    "$text" gradcheck --net "embed 8, 2 (attention 2 rotary nobias), tied" --vocab 5 --batch 3 --json >lines && [ "$(wc -l <lines)" -eq 5 ] &&
        [ "$(grep -c '^{"name":"net","input":"[^"]*","size":[0-9]*,"error":[-+.e0-9]*,"verdict":"PASS","kinks":0,"batch":3,"fewer":1}$' lines)" -eq 5 ] &&
        holds lines '"input":"0.weight","size":40,'
}
check "--json prints one object for each check" json

# Of a preset as it is, in a few tokens; the smallest takes seconds.
preset()
{
    "$text" gradcheck --net tiny --block 2 --batch 2 --vocab 3 >said && holds said "15 checks, 0 failed" && grep -qE '1.1.1.1.weight +16384 ' said
}
if [ -z "${SANITIZE:-}" ]; then
    check "a preset passes" preset
fi

pointed_at()
{
    refused "$1" gradcheck --net "$2" && holds error "$3"
}
check "an unknown word is pointed at" pointed_at "did you mean 'rmsnorm'?" 'embed 8, rmsnrm, tied' '           ^~~~~~'
check "a net without tokens is refused" pointed_at 'text gradcheck: the examples are tokens, which embed must take before linear' 'linear 8' '  ^~~~~~~~'
check "a net that ends in something else is refused" pointed_at 'but there are 7 tokens' 'embed 8, linear 5' '           ^~~~~~~~'

alone()
{
    refused "$@" && [ "$(wc -l <error)" -eq 1 ]
}
check "no tokens are refused" alone '--block 0' gradcheck --block 0
check "an unknown precision is refused" alone '--precision half' gradcheck --precision half
check "more tokens than a vocabulary has are refused" alone '--vocab 65537' gradcheck --vocab 65537

finish

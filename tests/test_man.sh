#!/usr/bin/env bash
# Manual pages and completion: all of --help and of the public headers is in them, and both work.
. tests/check.sh

unset MAKEFLAGS MFLAGS MAKELEVEL
make --no-print-directory man completion >"$TMPDIR/log" 2>&1 || cat "$TMPDIR/log"
check "nothing is compiled again" lacks "$TMPDIR/log" "  CC "

programs="gradcheck mnist softmax text"

# "mnist train" for each command of each program, and "gradcheck".
commands()
{
    local program name
    for program in $programs; do
        "$BUILD/$program" --help=table | awk -F '\t' '$1 == "subcommand" { print $2 }' >"$TMPDIR/commands"
        [ -s "$TMPDIR/commands" ] || echo "$program"
        while read -r name; do
            echo "$program $name"
        done <"$TMPDIR/commands"
    done
}
commands >"$TMPDIR/all"

# The options that the help of a command lists.
options_of()
{
    local words
    read -ra words <<<"$1"
    "$BUILD/${words[0]}" "${words[@]:1}" --help | grep -oE '^  --[a-z0-9-]+' | tr -d ' '
}

# ---- manual pages -----------------------------------------------------------

# A page as a reader sees it, in one line.
page()
{
    mandoc -Tutf8 "$1" | sed 's/.\x08//g' | tr -s ' \n' ' '
}

every_option_has_its_place()
{
    local command file status=0
    while read -r command; do
        file=$BUILD/man/${command// /-}.1
        sed -n '/^\.BI\{0,1\} /s/\\-/-/gp' "$file" | grep -oE '^\.BI? --[a-z0-9-]+' | sed 's/.* //' >"$TMPDIR/in_page"
        options_of "$command" | diff - "$TMPDIR/in_page" || {
            echo "# $file does not have the options of $command --help"
            status=1
        }
    done <"$TMPDIR/all"
    return $status
}
check "every option of --help has its place in a page" every_option_has_its_place

# What the page says of the options is what --help does, words and defaults included.
says_what_help_says()
{
    page "$BUILD/man/mnist-train.1" >"$TMPDIR/page"
    for text in "--optim NAME optimizer: sgd, adam, adamw or muon [default: sgd]" \
        "mnist-train - train a net on MNIST or data like it, and test it" \
        "--seed N seed of all random numbers [default: 1]" \
        "leaky_relu y = x > 0 ? x : 0.01 x"; do
        holds "$TMPDIR/page" "$text" || return
    done
    page "$BUILD/man/text.1" >"$TMPDIR/page"
    holds "$TMPDIR/page" "SEE ALSO text-train(1), text-sample(1), text-eval(1), text-attention(1), text-export(1), text-gradcheck(1)"
}

every_function_has_a_page()
{
    local name status=0
    # Types of functions are no functions.
    tools/declarations src "$BUILD/gen" pmy.h gradcheck/gradcheck.h pmy64/pmy.h pmy64/gradcheck/gradcheck.h |
        sed '/^typedef .*(/d' | grep -oE 'pmy(64)?_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$TMPDIR/functions"
    [ "$(wc -l <"$TMPDIR/functions")" -gt 500 ] || return
    while read -r name; do
        [ -e "$BUILD/man/$name.3" ] || {
            echo "# no page for $name"
            status=1
        }
    done <"$TMPDIR/functions"
    return $status
}
check "every function of the public headers has a page" every_function_has_a_page

links_lead_to_pages()
{
    local target status=0
    while read -r target; do
        grep -q '^\.SH NAME' "$BUILD/man/${target#man3/}" || status=1
    done < <(awk 'FNR == 1 && $1 == ".so" { print $2 }' "$BUILD"/man/*.3 | sort -u)
    return $status
}
check "links lead to pages" links_lead_to_pages

says_what_the_header_says()
{
    page "$BUILD/man/pmy_losses_losses.3" >"$TMPDIR/page"
    for text in "pmy_losses_losses, pmy_softmax_xent, pmy_softmax_xent_counted," \
        "#include <pmy/losses/losses.h>" \
        "bool ignores; /* rows whose label is \`ignored\` do not count: no loss, no gradient */" \
        "The cross-entropy of softmax(z/T), fused: its backward is (p − y)/T." "SEE ALSO pmy_tensor_graph(3)"; do
        holds "$TMPDIR/page" "$text" || return
    done
}

no_warning()
{
    local file
    for file in $(grep -L '^\.so' "$BUILD"/man/*); do
        "$@" "$file" || return
    done >"$TMPDIR/warnings" 2>&1
    sed 's/^/# /' "$TMPDIR/warnings"
    [ ! -s "$TMPDIR/warnings" ]
}
groff_is_silent()
{
    MANROFFSEQ='' MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null
}
if command -v mandoc >/dev/null; then
    check "a program's page says what --help says" says_what_help_says
    check "a header's page says what the header says" says_what_the_header_says
    check "mandoc has no warning" no_warning mandoc -Tlint -W warning
else
    echo "ok # SKIP there is no mandoc"
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
    check "man has no warning" no_warning groff_is_silent
else
    echo "ok # SKIP there is no man, or no groff"
fi

# ---- completion -------------------------------------------------------------

# What bash makes of a line, each word an argument, the last the one that is completed.
completed()
{
    bash --norc -c '
        . "$1/completion/bash/$2"
        shift
        function=$(complete -p "$1" | sed "s/.*-F \([^ ]*\) .*/\1/")
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        COMPREPLY=()
        "$function"
        printf "%s\n" "${COMPREPLY[@]}"' bash "$BUILD" "$@"
}

# completes EXPECTED WORDS...: the words that are offered, in one line.
completes()
{
    local expected=$1 offered
    shift
    offered=$(completed "$@" | tr '\n' ' ')
    [ "${offered% }" = "$expected" ] || {
        echo "# $*: offered are '$offered', not '$expected'"
        return 1
    }
}

every_option_is_completed()
{
    local command option words status=0
    while read -r command; do
        read -ra words <<<"$command"
        options_of "$command" >"$TMPDIR/options"
        completed "${words[@]}" -- | diff "$TMPDIR/options" - || status=1
        while read -r option; do
            grep -qF -- "'$option" "$BUILD/completion/zsh/_${words[0]}" &&
                grep -q -- "-c ${words[0]} .*-l ${option#--} " "$BUILD/completion/fish/${words[0]}.fish" || {
                echo "# zsh or fish does not complete $command $option"
                status=1
            }
        done <"$TMPDIR/options"
    done <"$TMPDIR/all"
    return $status
}
check "every option of --help is completed" every_option_is_completed

check "a command is completed" completes train mnist tr
check "of a program all commands" completes "train sample eval attention export gradcheck --help --version" text ""
check "an option is completed" completes --optim mnist train --op
check "also without commands" completes "--precision --plot" gradcheck --p
check "the words of an option" completes "adam adamw" mnist train --optim ad
check "also after =" completes "adam adamw" mnist train --optim = ad
check "and where nothing is typed yet" completes "sgd adam adamw muon" mnist train --optim = ""
check "a number is not" completes "" mnist train --epochs ""
check "of another command nothing" completes "" mnist fly --op

touch "$TMPDIR/a file" "$TMPDIR/a.c"
mkdir "$TMPDIR/a folder"
check "a file is completed" completes "$TMPDIR/a.c" mnist train --save "$TMPDIR/a."
check "and a name with a blank" completes "$TMPDIR/a file" mnist train --save "$TMPDIR/a fi"
check "where a folder is wanted, folders alone" completes "$TMPDIR/a folder" mnist train --data "$TMPDIR/a"
check "an operand that is a file" completes "$TMPDIR/a.c" mnist predict "$TMPDIR/a."
check "no other operand" completes "" softmax explain "$TMPDIR/a."

# Waits until the terminal shows the text.
shown()
{
    local tries
    for tries in {1..300}; do
        grep -qF -- "$1" "$TMPDIR/terminal" 2>/dev/null && return
        sleep 0.1
    done
    echo "# after $tries tries the terminal does not show: $1"
}

# With the key itself, as a user has it; what is typed is seen again, completed.
a_tab_on_a_terminal()
{
    cp "$BUILD/completion/bash/mnist" "$TMPDIR/mnist.bash"
    printf 'PS1="ready> "\n. "$TMPDIR/mnist.bash"\n' >"$TMPDIR/profile"
    {
        shown "ready> " >"$TMPDIR/waited"
        printf 'mnist train --opti\tmu\t--warm\t1'
        shown "warm-up 1" >>"$TMPDIR/waited"
        printf '\nexit\n'
    } | TERM=dumb script -qfc "bash --noprofile --rcfile $TMPDIR/profile" "$TMPDIR/terminal" >/dev/null
    cat "$TMPDIR/waited"
    tr -d '\r\a' <"$TMPDIR/terminal" >"$TMPDIR/typed"
    holds "$TMPDIR/typed" "ready> mnist train --optim muon --warm-up 1"
}
if command -v script >/dev/null; then
    check "the key completes on a terminal" a_tab_on_a_terminal
else
    echo "ok # SKIP there is no script, which gives a terminal"
fi

if command -v zsh >/dev/null; then
    check "zsh reads its file" zsh -n "$BUILD/completion/zsh/_mnist"
else
    echo "ok # SKIP there is no zsh"
fi

fish_offers()
{
    fish -c 'source $BUILD/completion/fish/mnist.fish; complete -C "mnist train --optim ad"' | cut -f 1 >"$TMPDIR/offered"
    printf 'adam\nadamw\n' | diff - "$TMPDIR/offered"
}
if command -v fish >/dev/null; then
    check "fish completes" fish_offers
else
    echo "ok # SKIP there is no fish"
fi

finish

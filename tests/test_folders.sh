#!/usr/bin/env bash
# Folders depend downwards only: the programs, then train, net, layers, losses and optim, tensor, kernels,
# base; and, beside the graph, data, picture and io. Those of one floor do not include each other, and
# nothing below the programs includes gradcheck.
. tests/check.sh

# The folders of src that a file of this folder may include, besides its own.
below()
{
    case $1 in
    base) echo ;;
    kernels | io) echo base ;;
    tensor) echo base kernels ;;
    layers | losses | optim) echo base kernels tensor ;;
    net) echo base kernels tensor layers ;;
    picture) echo base io ;;
    data) echo base io picture ;;
    train | .) echo base kernels tensor layers losses optim net io picture data train ;;
    gradcheck) echo base kernels tensor layers losses optim net io picture data train . ;;
    esac
}

only_downwards()
{
    local folder=$1 allowed depth=()
    allowed=" $folder $(below "$folder") "
    [ "$folder" != . ] || depth=(-maxdepth 1)
    find "src/$folder" "${depth[@]}" -name '*.[ch]' -exec grep -HoE '^ *# *include +"[^"]*' {} + |
        sed 's/:.*"/ /' | awk -v allowed="$allowed" '
            {
                folder = $2
                if (!sub(/\/.*/, "", folder)) {
                    folder = "."
                }
                if (!index(allowed, " " folder " ")) {
                    print "# " $1 " includes " $2
                    wrong = 1
                }
            }
            END { exit wrong }'
}

for folder in src/*/ .; do
    folder=$(basename "$folder")
    check "$folder includes only what is below it" only_downwards "$folder"
done

# Files that include each other, directly or by way of others.
no_circle()
{
    find src -name '*.[ch]' -exec grep -HoE '^ *# *include +"[^"]*' {} + |
        sed 's/^src\/\([^:]*\):.*"\(.*\)/\1 \2/' | tsort 2>"$TMPDIR/circles" >/dev/null
    sed 's/^/# /' "$TMPDIR/circles"
    [ ! -s "$TMPDIR/circles" ]
}
check "no files include each other" no_circle

finish

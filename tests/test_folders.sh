#!/usr/bin/env bash
# Folders depend downwards only: examples, train, then layers, losses, optim, data
# and io, then tensor. Those of one floor do not include each other, and nothing
# below the programs includes gradcheck.
. tests/check.sh

# The folders of src that a file of this folder may include, besides its own.
below()
{
    case $1 in
    tensor) echo ;;
    layers | losses | optim | data | io) echo tensor ;;
    train | .) echo tensor layers losses optim data io train ;;
    gradcheck) echo tensor layers losses optim data io train . ;;
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

finish

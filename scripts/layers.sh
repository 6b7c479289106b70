#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks the law of the folders by the #include lines:
#     base <- model <- solvers, io <- run <- cli        solvers and io never see each other
# that the headers of foreign libraries stay in their wrappers, that nobody calls elementary functions
# of the C library, and that no two files share a name.
set -u
cd "$(dirname "$0")/.." || exit 1

base="engine/base"
model="$base engine/model"
declare -A may_include=(
    [engine/base]=$base
    [engine/model]=$model
    [solvers]="$model solvers"
    [io]="$model io"
    [engine/run]="$model solvers io engine/run"
    [engine/cli]="$model solvers io engine/run engine/cli"
)
# Where the header of a foreign library may be included, and by how many files.
declare -A home=(
    [mpi.h]=engine/base [glpk.h]=solvers [hdf5.h]=io [proj.h]=io [geos_c.h]=io [yaml.h]=io
)
declare -A files_max=([mpi.h]=1 [glpk.h]=1 [geos_c.h]=1 [yaml.h]=1 [hdf5.h]=99 [proj.h]=99)

failures=0
fail() {
    echo "layers: $*" >&2
    failures=$((failures + 1))
}

includes_of() { # "header" or <header>, one a line
    sed -n 's/^ *# *include *\(["<][^">]*\)[">].*/\1/p' "$1"
}

checked=0
while read -r file; do
    folder=$(dirname "$file")
    allowed=${may_include[$folder]:-}
    [ -n "$allowed" ] || fail "$file: the folder $folder has no place in the layers"
    while read -r include; do
        name=${include:1}
        [ "${include:0:1}" = '"' ] || continue
        if [[ $name == */* ]]; then target=$(dirname "$name"); else target=$folder; fi
        [[ " $allowed " == *" $target "* ]] || fail "$file: includes $name; $folder may not"
    done < <(includes_of "$file")
    checked=$((checked + 1))
done < <(find engine solvers io -name '*.[ch]' | sort)

for header in "${!home[@]}"; do
    folder=${home[$header]}
    users=$(grep -rlE "^ *# *include *<$header>" --include='*.[ch]' engine solvers io |
        sort | tr '\n' ' ')
    for file in $users; do
        [[ $(dirname "$file") == "$folder" ]] || fail "$file: includes <$header>; only $folder may"
        [[ $file == *.c ]] || fail "$file: a header includes <$header>"
    done
    [ "$(echo "$users" | wc -w)" -le "${files_max[$header]}" ] ||
        fail "<$header> may be included by ${files_max[$header]} file, not by $users"
done
while read -r file; do
    fail "$file: includes <mpi.h>; only engine/base/comm.c may"
done < <(grep -rlE '^ *# *include *<mpi.h>' --include='*.[ch]' tests bench)

# The C library's elementary functions differ in last bits between processors. Drawings may use them.
elementary='pow|exp|exp2|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh'
elementary="$elementary|erf|erfc|hypot|cbrt|tgamma|lgamma|fma"
while IFS=: read -r file line _; do
    fail "$file:$line: use engine/base/real.h, whose doubles are the same on every machine"
done < <(grep -rnE "(^|[^_[:alnum:]])($elementary)\\(" --include='*.[ch]' engine solvers io |
    grep -vE '^[^:]*_svg\.c:|^[^:]*:[0-9]+: *(/?\*|.*/\*.*\()')

duplicates=$(find engine solvers io tests bench -name '*.[ch]' -printf '%f\n' | sort | uniq -d)
for name in $duplicates; do
    fail "$name: two files have this name: $(find engine solvers io tests bench -name "$name" |
        tr '\n' ' ')"
done

[ $failures -eq 0 ] || exit 1
echo "layers: $checked files keep to them"

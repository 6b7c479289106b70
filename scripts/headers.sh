#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles each header alone: it must include what it uses. Usage: scripts/headers.sh COMPILER …
set -eu
compiles_alone() { # HEADER COMPILER…
    local header=$1
    shift
    # Twice, so that a missing guard shows; a typedef, since an empty file is no C.
    printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
        "$@" -Werror -fsyntax-only -x c - && return
    echo "headers: $header does not compile alone" >&2
    return 1
}
export -f compiles_alone
headers=$(find engine solvers io tests bench -name '*.h' | sort)
# shellcheck disable=SC2016 # the shell that xargs starts expands
xargs -P "$(nproc)" -I '{}' bash -c 'compiles_alone "$@"' bash '{}' "$@" <<<"$headers" || exit 1
echo "headers: $(wc -l <<<"$headers") compile alone"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles each header alone: it must include what it uses. Usage: scripts/headers.sh COMPILER …
set -eu
status=0
headers=$(find engine solvers io tests bench -name '*.h' | sort)
for header in $headers; do
    # Twice, so that a missing guard shows; a typedef, since an empty file is no C.
    printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
        "$@" -Werror -fsyntax-only -x c - || {
        echo "headers: $header does not compile alone" >&2
        status=1
    }
done
[ $status -eq 0 ] && echo "headers: $(echo "$headers" | wc -l) compile alone"
exit $status

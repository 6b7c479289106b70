#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the manual page from the program's own --help texts, so that there is one text to keep
# right. Usage: scripts/man.sh PROGRAM > ambit.1
set -euo pipefail
program=$1

# What roff would take for its own.
escaped() {
    sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'
}

# The usage line of a help text.
usage() {
    sed -n '1s/^Usage: \(ambit\( [a-z]*\)\?\) \(.*\)/.B \1\n\3\n.br/p' | escaped |
        sed 's/^\\&\(\.B\|\.br\)/\1/'
}

# The rest of it: paragraphs filled, commands and options as lists. Names of both end in two blanks.
prose() {
    sed 1d | escaped | awk '
        /^ *$/ { print ".PP"; next }
        /^ Commands:$/ { print "Commands:"; next }
        match($0, /^ +[^ ]+( [^ ]+)*  +/) && RLENGTH < 40 && substr($0, 1, 16) ~ /[^ ]/ {
            name = substr($0, 1, RLENGTH)
            gsub(/^ +| +$/, "", name)
            print ".TP\n.B \"" name "\""
            $0 = substr($0, RLENGTH + 1)
        }
        { sub(/^ +/, ""); print }'
}

# The table of keys as a list, and the example as it stands.
keys() {
    awk '
        function part(first, last) {
            text = substr($0, first, last - first + 1)
            sub(/ +$/, "", text)
            return text
        }
        /^key +type/ { table = 1; next }
        table && NF {
            print ".TP\n.B " part(1, 35)
            kind = part(36, 53)
            if (part(54, 63) != "") kind = kind ", " part(54, 63)
            if (part(64, 76) != "") kind = kind "; default: " part(64, 76)
            print part(77, 200) " (" kind ")"
            next
        }
        /^Example$/ { print ".PP\nExample:\n.PP\n.RS 4\n.nf"; getline; example = 1; next }
        example { print; next }
        !NF { table = 0; print ".PP"; next }
        { print }
        END { print ".fi\n.RE" }' | sed 's/default: required/required/' | escaped |
        sed 's/^\\&\(\.[A-Zfn]\)/\1/'
}

# The commands are the first words of the indented lines under "Commands:".
commands=$("$program" --help | sed -n '/^ *[Cc]ommands:/,/^$/s/^  *\([a-z]*\) .*/\1/p')
printf '.TH AMBIT 1 "" "%s" "User Commands"\n' "$("$program" --version | head -1)"
printf '.SH NAME\nambit \\- draw balanced sales territories\n.SH SYNOPSIS\n.nh\n.ad l\n'
"$program" --help | usage
for command in $commands; do
    "$program" "$command" --help | usage
done
printf '.SH DESCRIPTION\n'
"$program" --help | prose
for command in $commands; do
    printf '.SH %s\n' "${command^^}"
    "$program" "$command" --help | sed '/^  *\(-h, \)\?--\(help\|usage\) /d' | prose
done
printf '.SH SCENARIO FILE\n'
"$program" run --help-scenario | keys
printf '.SH SEE ALSO\n.BR mpirun (1)\n'

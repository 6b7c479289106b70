#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the manual page from the program's own --help texts, so that there is one text to keep
# right. Usage: scripts/man.sh PROGRAM > ambit.1
set -eu
program=$1

# Text as it is, with what roff would take for its own escaped.
verbatim() {
    echo '.nf'
    sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'
    echo '.fi'
}

version=$("$program" --version | head -1)
printf '.TH AMBIT 1 "" "%s" "User Commands"\n' "$version"
printf '.SH NAME\nambit \\- draw balanced sales territories\n'
printf '.SH DESCRIPTION\n'
"$program" --help | verbatim
# The commands are the first words of the indented lines under "Commands:".
for command in $("$program" --help | sed -n '/^ *[Cc]ommands:/,/^$/s/^  *\([a-z]*\) .*/\1/p'); do
    printf '.SH AMBIT %s\n' "$(echo "$command" | tr '[:lower:]' '[:upper:]')"
    "$program" "$command" --help | verbatim
done
printf '.SH SCENARIO FILE\n'
"$program" run --help-scenario | verbatim

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks an installation. Usage: scripts/installcheck.sh PROGRAM MANUAL COMPLETION
set -eu
"$1" --version
"$1" --help >/dev/null
grep -q '^\.SH NAME' "$2"
bash -n "$3"
echo "installcheck: $1 runs, with its manual and completion"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# README.md's examples with columns that the demo lacks: its own commands make the tables, and its
# own table says what each rule and figure gives.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

ln -s "$here/scripts" scripts
sed -n '/^## More columns/,/^## /p' "$here/README.md" >section
sed -n 's/^    //p' section >commands
# shellcheck source=/dev/null
. ./commands
row() { grep -F "| \`$1" section; } # what README.md says of the example that begins so
shown() { grep -E "$1" err out -h | head -n 1; }
says() { # EXAMPLE FIGURE...: each is in README.md's row
    local example=$1 figure
    shift
    for figure; do
        check "$example: $figure" yes "$([ -n "$figure" ] && row "$example" | grep -qF -- "$figure" &&
            echo yes)"
    done
}

cat more.yaml - >needs.yaml <<<'rules: {needs: {accounts: needs, reps: skills}}'
on 2 run needs.yaml --threads 1 -o x.h5
check "needs: exit code" 0 "$code"
says "rules: {needs" "$(shown '^  Rules ' | grep -oE '[0-9,]+ restricted' | sed 's/ / accounts /')" \
    "$(shown '^  Travel ' | awk '{ print $2, $3 }')"
# Another look at the tables than Ambit's.
check "needs: whoever needs cold has it" 0 "$("$python" - <<'END'
import csv, h5py
cold = {row["territory"] for row in csv.DictReader(open("reps.csv")) if row["skills"] == "cold"}
needs = {row["zip"] for row in csv.DictReader(open("more.csv")) if row["needs"] == "cold"}
with h5py.File("x.h5") as f:
    names = [name.decode() for name in f["territories/name"][:]]
    print(sum(i.decode() in needs and names[j] not in cold
              for i, j in zip(f["accounts/account_id"][:], f["accounts/territory"][:])))
END
)"

cat more.yaml - >days.yaml <<<'disruption: {protected: [{where: {days: {max: 90}}}]}'
on 2 run days.yaml --threads 1 -o x.h5
check "moved not long ago: exit code" 0 "$code"
says "disruption: {protected" "$(shown '^  Protected ' | grep -oE '[0-9,]+ accounts')" \
    "$(shown '^  Travel ' | awk '{ print $2, $3 }')"

sed -e 's/hours}/hours, factors: [part_time]}/' -e 's/^  potential: 15%/  potential: {band: 30%, target: capacity}/' \
    -e 's/^  hours: 5%/  hours: {min: 90%, max: 105%, target: capacity}/' more.yaml >part.yaml
on 2 run part.yaml --threads 1 -o x.h5
check "half time: exit code" 0 "$code"
read -r least most < <(shown '^  hours, h ' | awk '{ print $5, $6 }')
says "reps: {columns" "$least" "$most"
check "half time: who has least" CA-1 "$(ask x.h5 "f['territories/name'][f['measures/hours/value'][:].argmin()].decode()")"

{
    sed '/^kpi:/a\  revenue: {ratio: revenue, unit: thousand USD}\n  win_rate: {ratio: won / tried, unit: percent}' \
        more.yaml
    echo 'coverage: {visited: seen, target: planned}'
} >kpi.yaml
on 2 audit kpi.yaml --threads 1 -o x.h5
check "audit: exit code" 0 "$code"
# The nation, and the last territory of the revenue; the nation and both territories of the others.
figures='[0-9]+\.[0-9]|[A-Z]{2}-[0-9]+'
mapfile -t covered < <(shown '^  targets visited ' | grep -oE "$figures")
mapfile -t won < <(shown '^  win_rate ' | grep -oE "$figures")
read -r nation most where < <(shown '^  revenue,' | awk '{ print $4, $(NF - 1), $NF }')
check "audit: figures found" "5 5" "${#covered[@]} ${#won[@]}"
says "coverage:" "${covered[@]}"
says "kpi: {revenue" "$nation" "$most" "$where" "${won[@]}"
finish

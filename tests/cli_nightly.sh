#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit nightly: figures worked out by hand, a nation where nothing, a little and a whole territory
# changes over night, the same bytes whatever the ranks, threads and order of rows, what verify finds,
# and what it says to inputs that cannot be used.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# --- by hand ------------------------------------------------------------------

meridian hand
sed -i 's/^,North/R3,North/' hand/r.csv
printf 'nightly:\n  hours_per_move: 2\n' >>hand/s.yaml
# W is served from the middle, and would save 22.2 h from the north.
cat >hand/a.csv <<'END'
id,lat,lon,visits,territory
A1,40,-100,1,South
A2,40.1,-100,1,South
A3,40.2,-100,1,South
A4,40.45,-100,1,South
M1,41,-100,1,Middle
M2,40.9,-100,1,Middle
W,43,-100,10,Middle
N1,43,-100,1,North
END
on 1 audit hand/s.yaml -o hand/day0.h5 --quiet
check "hand: yesterday" 0 "$code"
figures() { # FILE: new, gone, moved for the gain and for bands, and where accounts are
    ask "$1" "' '.join(str(f.attrs['nightly_' + n]) for n in ('new_count', 'gone_count', \
'moved_for_gain', 'moved_for_bands')) + ' ' + ' '.join(i.decode() + ':' + \
f['/territories/name'][t].decode() for i, t in sorted(zip(f['/accounts/account_id'][:], \
f['/accounts/territory'][:])))"
}
night() { # NAME FIGURES WORDS...
    local name=$1 expected=$2
    shift 2
    for ranks in 1 2; do
        on $ranks nightly hand/s.yaml --plan hand/day0.h5 -o hand/day1.h5 --threads 1 "$@"
        check "$name on $ranks: exit code" 0 "$code"
        check "$name on $ranks: standard output" hand/day1.h5 "$(cat out)"
        check "$name on $ranks" "$expected" "$(figures hand/day1.h5)"
        cp err said
    done
    on 1 verify hand/day1.h5 --quiet
    check "$name: verify" 0 "$code"
}
night "nothing new, dear moves" \
    "0 0 0 0 A1:South A2:South A3:South A4:South M1:Middle M2:Middle N1:North W:Middle" --threshold 30
check "nothing new: said" "  Since the plan before: 0 new, 0 gone; no other account moves.
  No move is worth it. Beyond 30.00 h of travel for each move, any other plan within
  the bands saves at most 0.00 h a year (certified for these centres)." \
    "$(grep -A 2 'Since the plan' said)"
# 22.2 h are more than the 2 h of the scenario.
night "a gain" \
    "0 0 1 0 A1:South A2:South A3:South A4:South M1:Middle M2:Middle N1:North W:North"
check "a gain: said" "  Since the plan before: 0 new, 0 gone; moved: 0 for a band, 1 for more than 2.00 h each." \
    "$(grep 'Since the plan' said)"
on 1 moves hand/day1.h5 --quiet -o hand/moves.csv
check "a gain: the move" "1,W,Middle,North,R2,R3,1,0.000000000,0.000000000,22.239016,1" \
    "$(tail -n +2 hand/moves.csv)"

# Who is locked stays, whatever the gain.
cp hand/s.yaml hand/unlocked.yaml
printf 'rules:\n  locked: {visits: {min: 5}}\n' >>hand/s.yaml
night "a lock" \
    "0 0 0 0 A1:South A2:South A3:South A4:South M1:Middle M2:Middle N1:North W:Middle"
cp hand/unlocked.yaml hand/s.yaml

# A2 is gone, and Q new where it is.
sed -i '/^A2/d' hand/a.csv
echo Q,40.05,-100,4, >>hand/a.csv
night "new and gone" \
    "1 1 0 0 A1:South A3:South A4:South M1:Middle M2:Middle N1:North Q:South W:Middle" --threshold 30
night "new and gone, placed and not improved" \
    "1 1 0 0 A1:South A3:South A4:South M1:Middle M2:Middle N1:North Q:South W:Middle" --effort 0
# With room for three, one of the south must go elsewhere: Q, who has no territory to lose, and goes as
# far as the north where moves are dear, for W keeps the middle full; else A4, into W's place.
sed -i 's/max: 4/max: 3/' hand/s.yaml
night "a band, dear moves" \
    "1 1 0 0 A1:South A3:South A4:South M1:Middle M2:Middle N1:North Q:North W:Middle" --threshold 40
night "a band" \
    "1 1 1 1 A1:South A3:South A4:Middle M1:Middle M2:Middle N1:North Q:South W:North"
# Two nights on: yesterday's result is the plan before.
cp hand/day1.h5 hand/day0.h5
night "the next night" \
    "0 0 0 0 A1:South A3:South A4:Middle M1:Middle M2:Middle N1:North Q:South W:North"

# Nine accounts do not fit into three territories of three when there are ten.
printf '%s,41,-100,1,\n' X1 X2 >>hand/a.csv
for ranks in 1 3; do
    on $ranks nightly hand/s.yaml --plan hand/day0.h5 -o hand/day1.h5 --threads 1 --quiet
    check "no room on $ranks: exit code" 2 "$code"
    check "no room on $ranks: named" "ambit: no plan found meets these bands:
  count: 1 of 3 territories outside; it would have to open by 1.00 accounts
  what would do:
    open count from at most 3.00 accounts to at most 4.00 accounts" "$(cat err)"
    check "no room on $ranks: nobody moves in vain" "2 0 0 0" "$(figures hand/day1.h5 | cut -d' ' -f1-4)"
done
on 1 verify hand/day1.h5 --quiet
check "no room: verify" 2 "$code"

# --- a nation over night ----------------------------------------------------------

"$python" "$here/tests/make_nation.py" nation --accounts 1500 --reps 8 --free 2 --travel-cap 5
on 2 run nation/scenario.yaml -o nation/day0.h5 --threads 1 --quiet
on 2 nightly nation/scenario.yaml --plan nation/day0.h5 -o nation/day1.h5 --threshold 3 --threads 1
check "nothing changes: exit code" 0 "$code"
check "nothing changes: nobody moves" 1 "$(grep -c '0 new, 0 gone; no other account moves' err)"
check "nothing changes: the same plan" "$(ask nation/day0.h5 "f.attrs['plan_sha256']")" \
    "$(ask nation/day1.h5 "f.attrs['plan_sha256']")"
on 1 nightly nation/scenario.yaml --plan nation/day0.h5 -o nation/day1.h5 --threshold 3 -q --json
check "nothing changes: json" '{"hours_per_move":3.0,"new":0,"gone":0,"moved_for_gain":0,'\
'"moved_for_bands":0,"most_saving_hours":' "$(grep -o '{"hours_per_move.*_hours":' out)"

# Thirty are gone, thirty new, and a territory's accounts take a sixth more work.
mkdir today
cp nation/reps.csv nation/scenario.yaml today/
awk -F, -v OFS=, 'NR % 50 == 3 { next }
    $7 == "East-03" && NR > 1 { $5 *= 1.16 }
    { print }
    NR % 50 == 5 { $1 = "N" NR; $2 += 0.01; $7 = ""; print }' nation/accounts.csv >today/accounts.csv
on 1 nightly today/scenario.yaml --plan nation/day0.h5 -o today/plan.h5 --threshold 3 --threads 1
check "a changed day: exit code" 0 "$code"
check "a changed day: some move for bands" yes \
    "$(grep -Eq '30 new, 30 gone; moved: [1-9][0-9]* for a band' err && echo yes)"
check "a changed day: few move" yes "$(ask today/plan.h5 "'yes' if f.attrs['moved_count'] < 100 \
else f.attrs['moved_count']")"
check "a changed day: gap" yes "$(ask today/plan.h5 "'yes' if 0 <= f.attrs['gap'] < 0.01 \
else f.attrs['gap']")"
on 3 verify today/plan.h5 --threads 1 --quiet
check "a changed day: verify" 0 "$code"
# No move is left that neither mends a band nor earns its 3 h.
line=$("$python" "$here/tests/nightly_check.py" today/plan.h5 2>&1 | tail -n 1)
check "a changed day: every move has a reason" yes \
    "$([[ $line =~ ^[0-9]+\ moves\ have ]] && echo yes || echo "$line")"

# On the demo nation a seventh more work in one full corner of the country has to go far: the plan is
# drawn anew, and nearly all of its moves go home again.
awk -F, -v OFS=, 'NR % 150 == 8 { next } $9 == "CA-7" { $8 *= 1.15 } { print }' \
    "$here/scripts/demo/accounts.csv" >corner.csv
on 1 run "$here/scripts/demo/demo.yaml" -o demo.h5 --quiet
on 2 nightly "$here/scripts/demo/demo.yaml" --plan demo.h5 --accounts corner.csv -o corner.h5 \
    --threshold 2 --threads 1 --quiet
check "a corner: exit code" 0 "$code"
check "a corner: drawn anew" yes "$(ask corner.h5 "'yes' if b'repair' in f['/rounds/phase'][:] \
else 'no'")"
line=$("$python" "$here/tests/nightly_check.py" corner.h5 2>&1 | tail -n 1)
check "a corner: every move has a reason" yes \
    "$([[ $line =~ ^[0-9]+\ moves\ have ]] && echo yes || echo "$line")"
check "a corner: few move" yes "$(ask corner.h5 "'yes' if f.attrs['moved_count'] < 200 \
else f.attrs['moved_count']")"

# --- the same bytes ------------------------------------------------------------------

first=$(sha256sum <today/plan.h5)
{
    head -n 1 today/accounts.csv
    tail -n +2 today/accounts.csv | shuf --random-source=<(yes)
} >shuffled.csv
for ranks in 1 2 3; do
    for threads in 1 3; do
        [ $threads -eq 1 ] || cp shuffled.csv today/accounts.csv
        on $ranks nightly today/scenario.yaml --plan nation/day0.h5 -o today/plan.h5 --threshold 3 \
            --threads $threads --quiet
        check "$ranks ranks of $threads threads" "$first" "$(sha256sum <today/plan.h5)"
    done
done

# --- what verify finds -----------------------------------------------------------------

tampered() { # NAME LINE-PATTERN
    on 2 verify bad/plan.h5 --threads 1 --quiet
    check "$1: exit code" 1 "$code"
    check "$1: named" yes "$(cat out err | grep -Eqx -- "$2" && echo yes)"
}
cp -r today bad
edit bad/plan.h5 "f.attrs['nightly_moved_for_bands'] += 1"
tampered "a count" "differs: nightly moves for bands: the file says [0-9]+, recomputed [0-9]+"
cp today/plan.h5 bad/
edit bad/plan.h5 "f.attrs['nightly_most_saving_micro_hours'] -= 1"
tampered "the bound" "differs: nightly most saving .*"
cp today/plan.h5 bad/
cp nation/day0.h5 kept.h5
edit nation/day0.h5 "f['/accounts/territory'][3] = (f['/accounts/territory'][3] + 1) % 8"
tampered "another plan before" "differs: account .* previous territory: .*"
rm nation/day0.h5
tampered "no plan before" "ambit: cannot open bad/../nation/day0.h5: No such file or directory"
cp kept.h5 nation/day0.h5

# --- what cannot be used -----------------------------------------------------------------

refused() { # NAME EXIT MESSAGE WORDS...
    local name=$1 exit=$2 message=$3
    shift 3
    for ranks in 1 3; do
        rm -f x.h5
        on $ranks nightly "$@" --threads 1 --quiet
        check "$name on $ranks: exit code" "$exit" "$code"
        check "$name on $ranks: message" "ambit: $message" "$(cat err)"
        check "$name on $ranks: nothing written" no "$([ -e x.h5 ] && echo yes || echo no)"
    done
}
refused "no plan" 64 "nightly: expected --plan YESTERDAY.h5 and -o TODAY.h5, found no --plan" \
    today/scenario.yaml -o x.h5
refused "no output" 64 "nightly: expected --plan YESTERDAY.h5 and -o TODAY.h5, found no -o" \
    today/scenario.yaml --plan kept.h5
refused "no threshold" 65 "today/scenario.yaml: expected the hours of travel a year that a move must \
save: give nightly.hours_per_move, or --threshold" today/scenario.yaml --plan kept.h5 -o x.h5
refused "no such plan" 1 "cannot open none.h5: No such file or directory" \
    today/scenario.yaml --plan none.h5 -o x.h5 --threshold 1
refused "no plan at all" 65 "shuffled.csv: expected a result file (HDF5), found something else" \
    today/scenario.yaml --plan shuffled.csv -o x.h5 --threshold 1
refused "over the plan" 1 "cannot write kept.h5: it is the plan to be read; name another file" \
    today/scenario.yaml --plan kept.h5 -o kept.h5 --threshold 1
refused "other territories" 65 "hand/day0.h5: expected the 8 territories of the scenario, found 3" \
    today/scenario.yaml --plan hand/day0.h5 -o x.h5 --threshold 1
sed 's/^[AMNWQX]/Z&/' hand/a.csv >hand/other.csv
sed 's/a.csv/other.csv/' hand/s.yaml >hand/o.yaml
refused "another nation" 65 "hand/day0.h5: expected accounts of the scenario, found none of them; is it \
a plan of the same nation?" hand/o.yaml --plan hand/day0.h5 -o x.h5
sed -i 's/hours_per_move: 2/hours_per_move: -2/' hand/o.yaml
refused "a negative threshold" 65 "hand/o.yaml:15:19: nightly.hours_per_move: expected a number from 0 \
to 1000000, found '-2'" hand/o.yaml --plan hand/day0.h5 -o x.h5
finish

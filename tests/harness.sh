# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the scripts tests/cli_*.sh share: they source this file. It goes to a scratch folder that is
# removed at the end, runs the binary $AMBIT, and counts checks.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=$(basename "$0" .sh)
AMBIT=$(realpath "${AMBIT:-$here/build/release/ambit}") || exit 1
export AMBIT
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
python=/usr/bin/python3 # Debian's, which has h5py
passed=0 failed=0
patience=100 # seconds that a command may take; make test-long has larger nations
if [ -n "${AMBIT_TEST_LONG:-}" ]; then patience=1200; fi

check() { # NAME EXPECTED FOUND
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: %s\n  expected: %s\n  found:    %s\n' "$suite" "$1" "$2" "$3" >&2
        [ ! -s err ] || sed 's/^/  standard error: /' err | tail -n 5 >&2
    fi
}

# Runs ambit with WORDS on RANKS ranks: standard output to the file out, standard error to err, and
# the exit code to $code, "65 0" where ranks leave with different ones. Without a launcher where
# RANKS is 1. `sh` keeps mpirun from adding its own words.
on() { # RANKS WORDS...
    local ranks=$1
    shift
    if [ "$ranks" -eq 1 ]; then
        timeout "$patience" "$AMBIT" "$@" >out 2>err
        code=$?
        return
    fi
    rm -f codes.*
    # shellcheck disable=SC2016
    timeout -k 5 "$patience" "$here/scripts/launch.sh" "$ranks" \
        sh -c '"$AMBIT" "$@"; echo $? >codes.$OMPI_COMM_WORLD_RANK' sh "$@" >out 2>err
    code=$?
    if [ "$code" -eq 0 ]; then code=$(sort -u codes.* | xargs); fi
}

# That the scenario in/s.yaml is refused on one rank and on three, with one message, and leaves
# nothing behind.
refused_run() { # CASE MESSAGE
    local before
    before=$(ls -a in)
    for ranks in 1 3; do
        on $ranks run in/s.yaml -o in/x.h5 --threads 1 --quiet
        check "$1 on $ranks ranks: exit code" 65 "$code"
        check "$1 on $ranks ranks: standard output" "" "$(cat out)"
        check "$1 on $ranks ranks: said once" "ambit: $2" "$(cat err)"
        check "$1 on $ranks ranks: nothing written" "$before" "$(ls -a in)"
    done
}

# Changes a result file through h5py: PYTHON is one statement that knows it as f.
edit() { # FILE PYTHON
    "$python" -c "
import h5py, sys
with h5py.File(sys.argv[1], 'r+') as f:
    $2" "$1" || check "edit $1" 0 "$?"
}

# What PYTHON, an expression that knows the result file as f, is.
ask() { # FILE PYTHON
    "$python" -c "
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    print($2)" "$1"
}

# Writes FOLDER/s.yaml and FOLDER/r.csv, a nation whose figures are worked out by hand; its accounts
# are to be in FOLDER/a.csv. Three homes on a meridian, at 40, 41 and 43 degrees, the last one's rep
# without an id. A visit costs 0.01 h a kilometre from home, 1.111951 h a degree, and there is
# nothing between stops. Four accounts a territory at most. Sections may be added to the scenario.
meridian() { # FOLDER
    mkdir "$1"
    cat >"$1/s.yaml" <<'END'
accounts:
  file: a.csv
  columns: {id: id, lat: lat, lon: lon, territory: territory}
  visits: visits
reps:
  file: r.csv
  columns: {id: rep, territory: territory, lat: lat, lon: lon}
travel:
  stops_per_day: 2
  local_factor: 0
  minutes: {a: 0.6, b: 1}
bands:
  count: {max: 4}
END
    cat >"$1/r.csv" <<'END'
rep,territory,lat,lon
R1,South,40,-100
R2,Middle,41,-100
,North,43,-100
END
}

# The tables of a nation by hand, as its scenario begins: a.csv has id, lat, lon, t and work, r.csv
# has rep, t, lat and lon.
hand_tables() {
    cat <<'END'
accounts:
  file: a.csv
  columns: {id: id, lat: lat, lon: lon, territory: t}
reps:
  file: r.csv
  columns: {id: rep, territory: t, lat: lat, lon: lon}
measures: {work: work}
END
}

# The keys of a scenario file, as messages list them.
scenario_keys() { grep -o '"[^"]*"' "$here/tests/scenario_keys.h" | tr -d '"\n'; }

finish() { # the last line of each script
    echo "$suite: $passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the command line says to wrong words, exactly, and what --help and --version say. Runs the
# binary $AMBIT alone, and under ${MPIRUN:-mpirun} where there is one. Nothing here computes a plan.

# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
touch s.yaml r.h5 notes.txt
mkdir plans

# Runs ambit with WORDS; standard output must stay empty, and standard error and the exit code be
# as said.
expect() { # EXIT MESSAGE WORDS...
    local code=$1 message=$2 found
    shift 2
    found=$("$AMBIT" "$@" 2>error)
    check "ambit $*: exit code" "$code" "$?"
    check "ambit $*: standard output" "" "$found"
    check "ambit $*: standard error" "$message" "$(cat error)"
}

hint() { # NAME: what follows every usage error, at the width of argp's lines
    echo "Try \`$1 --help' or \`$1 --usage' for more information." | fold -s -w 78 | sed "s, *$,,"
}

wrong_command() { # MESSAGE WORDS...
    local message=$1
    shift
    expect 64 "ambit: $message
$(hint ambit)" "$@"
}

wrong() { # MESSAGE COMMAND WORDS...
    local message=$1
    shift
    expect 64 "ambit $1: $message
$(hint "ambit $1")" "$@"
}

commands='assign audit compare export farm frontier generate headcount moves nightly robustness run scenarios solve verify'
seed='--seed: expected a whole number from 0 to 18446744073709551615, found'
effort='--effort: expected a whole number from 0 to 9223372036854775807, found'
threads='--threads: expected a whole number from 1 to 1024, found'
seconds='--time-limit: expected seconds above 0, found'

wrong_command "expected a command, found nothing"
wrong_command "unknown command 'rnu'; did you mean 'run'?" rnu s.yaml
wrong_command "unknown command 'exprot'; did you mean 'export'?" exprot r.h5
wrong_command "unknown command 'verfy'; did you mean 'verify'?" verfy
wrong_command "unknown command 'audits'; did you mean 'audit'?" audits
wrong_command "unknown command 'Compare'; did you mean 'compare'?" Compare
wrong_command "unknown command 'r'" r
wrong_command "unknown command 'plan'" plan
wrong_command "unknown command ''" ""
wrong_command "unknown command 'comparecomparecompare'" comparecomparecompare
wrong_command "unrecognized option '--bogus'" --bogus run s.yaml
wrong_command "invalid option -- 'x'" -x

for command in $commands; do
    enough=(a)
    if [ "$command" = generate ]; then continue; fi # below
    case $command in
    run | audit | scenarios | robustness | farm | frontier | headcount | nightly) arguments=SCENARIO.yaml ;;
    moves) arguments='[BEFORE.h5] PLAN.h5' enough=(a b) ;;
    compare) continue ;; # takes any number
    assign) arguments='PLAN.h5 NEW.csv' enough=(a b) ;;
    solve) arguments=FILE ;;
    verify) arguments='RESULT.h5|SOLUTION.json' ;;
    *) arguments=RESULT.h5 ;;
    esac
    wrong "expected $arguments, found nothing" "$command"
    wrong "expected $arguments, found ''" "$command" ""
    wrong "expected only $arguments, found also 'more'" "$command" "${enough[@]}" more
    wrong "unrecognized option '--bogus'" "$command" --bogus
    wrong "invalid option -- 'x'" "$command" -x
    wrong "expected --quiet or --verbose, found both" "$command" "${enough[@]}" --quiet -v
done
wrong "expected A.h5 [B.h5...], found nothing" compare
wrong "expected A.h5 [B.h5...], found ''" compare ""
wrong "unrecognized option '--bogus'" compare --bogus
wrong "expected --quiet or --verbose, found both" compare a b --quiet -v
wrong "expected PLAN.h5 NEW.csv, found only one file" assign plan.h5
wrong "--handover: expected a file name, found ''" moves --handover= a.h5
for bad in '' -1 ' 2' 2h 1e3 nan inf 1000001; do
    wrong "--from: expected a whole number from 1 to 100000, found '$bad'" headcount --from "$bad" s.yaml
    wrong "--threshold: expected hours from 0 to 1000000, found '$bad'" nightly --threshold "$bad" s.yaml
done
wrong "--scenario: expected a file name, found ''" assign --scenario= a b
wrong "expected options alone, found 'more'" generate more
wrong "expected options alone, found ''" generate ""
wrong "unrecognized option '--bogus'" generate --bogus
wrong "expected --quiet or --verbose, found both" generate --quiet -v

for bad in '' -3 +3 ' 3' 3.0 1.0x 1e3 0x10 18446744073709551616 99999999999999999999999; do
    wrong "$seed '$bad'" run --seed "$bad" s.yaml
    wrong "$effort '$bad'" run --effort="$bad" s.yaml
    wrong "$threads '$bad'" run --threads "$bad" s.yaml
    wrong "$threads '$bad'" audit --threads "$bad" s.yaml
    wrong "$threads '$bad'" verify --threads "$bad" r.h5
done
for bad in '' 0 -3 3.0 1e3 1000000001; do
    wrong "--accounts: expected a whole number from 1 to 1000000000, found '$bad'" \
        generate --accounts "$bad"
done
for bad in '' 0 -3 3.0 100001; do
    wrong "--territories: expected a whole number from 1 to 100000, found '$bad'" \
        generate --territories "$bad"
done
wrong "$effort '9223372036854775808'" run --effort 9223372036854775808 s.yaml
wrong "$threads '0'" run --threads 0 s.yaml
wrong "$threads '1025'" run --threads 1025 s.yaml
for bad in '' 0 0.0 -3 ' 3' 3s 1.0x 1e 1e999 1e-999 inf nan 0x10 1,5; do
    wrong "$seconds '$bad'" run --time-limit "$bad" s.yaml
done
wrong "--output: expected a file name, found ''" run -o "" s.yaml
wrong "--accounts: expected a file name, found ''" audit --accounts= s.yaml
wrong "--csv: expected a file name, found ''" export --csv= r.h5
wrong "--geojson: expected a file name, found ''" export --geojson= r.h5
wrong "--svg: expected a file name, found ''" export --svg= r.h5
wrong "option '--seed' requires an argument" run s.yaml --seed
wrong "option requires an argument -- 'o'" run s.yaml -o
wrong "option '--json' doesn't allow an argument" run --json=1 s.yaml
for bad in '' s 0.5 -1 1e3 10x 10mm 1.2.3m 169h nan; do
    wrong "--silence-limit: expected 1s to 168h, such as 90s or 10m, or 0 for never, found '$bad'" \
        run --silence-limit "$bad" s.yaml
done
for good in 0 0s 1 90s 10m 1.5m 168h; do
    "$AMBIT" run --silence-limit $good nowhere.yaml >out 2>error
    check "--silence-limit $good" 65 "$?"
done
for bad in '' r 0r 0 -3r 3.5r 3rounds 1e3 0.5s 169h on; do
    wrong "--checkpoint: expected a time from 1s to 168h, such as 90s or 5m, a number of rounds, such \
as 3r, or off, found '$bad'" run --checkpoint "$bad" s.yaml
done
for good in 1r 999999999r 1 90s 2.5m 168h off; do
    "$AMBIT" run --checkpoint $good nowhere.yaml >out 2>error
    check "--checkpoint $good" 65 "$?"
done
for bad in '' 0 4 999999 -4G 4GB 4g 4GiB 1.2.3G G ' 4G' 4e9 1001T inf None; do
    wrong "--memory-limit: expected a size from 1M to 1000T, such as 500M or 4G, or none, found '$bad'" \
        run --memory-limit "$bad" s.yaml
done
for good in 1000000 1M 1.5G 4000000K 1000T none; do
    "$AMBIT" run --memory-limit $good nowhere.yaml >out 2>error
    check "--memory-limit $good" 65 "$?"
done
wrong "unrecognized option '--memory-limit'" audit --memory-limit 4G s.yaml
wrong "expected --seed-only or --resume, found both" run s.yaml --resume --seed-only
wrong "--comm-stats: expected a file name, found ''" run --comm-stats '' s.yaml
wrong "option '--t' is ambiguous; possibilities: '--time-limit' '--threads'" run --t 3 s.yaml
wrong "unrecognized option '--seed'" audit --seed 3 s.yaml
wrong "unrecognized option '--csv'" run --csv x s.yaml
wrong "unrecognized option '--svg'" compare --svg x a b
expect 64 "ambit: export: expected --csv, --geojson or --svg, found none of them" export r.h5

# Where a result cannot go is said before anything is computed.
gone='cannot use the folder none: No such file or directory'
expect 1 "ambit: cannot write none/r.h5: $gone" run -o none/r.h5 s.yaml
expect 1 "ambit: cannot write none/r.h5: $gone" audit -o none/r.h5 s.yaml
expect 1 "ambit: cannot write none/a.csv: $gone" export r.h5 --csv none/a.csv
expect 1 "ambit: cannot write none/a.svg: $gone" export r.h5 --svg none/a.svg --geojson a.geojson
expect 1 "ambit: cannot write s.yaml/r.h5: s.yaml is not a folder" run -o s.yaml/r.h5 s.yaml
expect 1 "ambit: cannot write plans: it is not a regular file" run -o plans s.yaml
expect 1 "ambit: cannot write /dev/null: it is not a regular file" run -o /dev/null s.yaml
expect 1 "ambit: cannot write ./s.yaml: it is the file to be read" run -o ./s.yaml s.yaml
expect 1 "ambit: cannot write r.h5: it is the file to be read" export r.h5 --geojson r.h5
if [ "$(id -u)" -ne 0 ]; then # root may write anywhere
    chmod a-w plans
    expect 1 "ambit: cannot write plans/r.h5: cannot use the folder plans: Permission denied" \
        run -o plans/r.h5 s.yaml
fi
if [ -w /dev/full ]; then
    "$AMBIT" --help >/dev/full 2>error
    check "full disk: exit code" 1 "$?"
    check "full disk: message" \
        "ambit: cannot write standard output: No space left on device" "$(cat error)"
fi

# Help: on standard output, exit 0, no line over 79 columns, whatever else is said.
helped() { # FIRST_LINE WORDS...
    local first=$1 found
    shift
    found=$("$AMBIT" "$@" 2>error)
    check "ambit $*: exit code" 0 "$?"
    check "ambit $*: standard error" "" "$(cat error)"
    check "ambit $*: first line" "$first" "$(head -n 1 <<<"$found")"
    check "ambit $*: long lines" "" "$(grep -E '.{80}' <<<"$found")"
}

helped 'Usage: ambit [OPTION...] COMMAND [WORD...]' --help
helped 'Usage: ambit [OPTION...] COMMAND [WORD...]' -h run
helped 'Usage: ambit [-hV] [--help] [--usage] [--version] COMMAND [WORD...]' --usage
helped 'Usage: ambit run [OPTION...] SCENARIO.yaml' run --help
helped 'Usage: ambit audit [OPTION...] SCENARIO.yaml' audit -h s.yaml
helped 'Usage: ambit compare [OPTION...] A.h5 [B.h5...]' compare --help
helped 'Usage: ambit farm [OPTION...] SCENARIO.yaml' farm --help
helped 'Usage: ambit headcount [OPTION...] SCENARIO.yaml' headcount --help
helped 'Usage: ambit assign [OPTION...] PLAN.h5 NEW.csv' assign --help
helped 'Usage: ambit moves [OPTION...] [BEFORE.h5] PLAN.h5' moves --help
helped 'Usage: ambit nightly [OPTION...] SCENARIO.yaml' nightly --help
helped 'Usage: ambit solve [OPTION...] FILE' solve --help
helped 'Usage: ambit verify [OPTION...] RESULT.h5|SOLUTION.json' verify --threads 2 --help
helped 'Usage: ambit export [OPTION...] RESULT.h5' export --help
helped 'Usage: ambit generate [OPTION...]' generate --help

options_of() { # COMMAND: the long options that its help shows
    "$AMBIT" "$1" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | xargs
}

check "commands" "$commands" "$("$AMBIT" --help | sed -n '/Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | xargs)"
check "options of run" "--accounts --checkpoint --comm-stats --effort --help-scenario --json --memory-limit --output --quiet --resume \
--scenario --seed --seed-only --silence-limit --skip-bad-rows --threads --time-limit --verbose --help --usage" "$(options_of run)"
check "options of audit" "--accounts --json --output --plan --quiet --scenario --silence-limit --skip-bad-rows --table --threads \
--verbose --help --usage" "$(options_of audit)"
check "options of assign" "--comm-stats --json --output --quiet --scenario --silence-limit --skip-bad-rows --threads \
--verbose --help --usage" "$(options_of assign)"
check "options of headcount" "--accounts --comm-stats --csv --effort --from --json --memory-limit --output --quiet --resume \
--seed --silence-limit --skip-bad-rows --step --svg --threads --to --verbose --help --usage" "$(options_of headcount)"
check "options of compare" "--csv --json --output --quiet --verbose --help --usage" "$(options_of compare)"
check "options of moves" "--handover --json --output --quiet --svg --verbose --help --usage" \
    "$(options_of moves)"
check "options of nightly" "--accounts --checkpoint --comm-stats --effort --json --output --plan --quiet --resume --scenario \
--seed --silence-limit --skip-bad-rows --threads --threshold --time-limit --verbose --help --usage" "$(options_of nightly)"
check "options of compare" "--csv --json --output --quiet --verbose --help --usage" "$(options_of compare)"
check "options of frontier" "--accounts --budgets --checkpoint --csv --effort --json --memory-limit --output --quiet --resume \
--scenario --seed --silence-limit --skip-bad-rows --svg --threads --time-limit --verbose --help --usage" "$(options_of frontier)"
check "options of solve" "--comm-stats --distance --effort --json --output --problem --quiet --seed \
--silence-limit --threads --time-limit --verbose --help --usage" "$(options_of solve)"
check "options of verify" "--accounts --distance --instance --problem --quiet --silence-limit --threads --verbose \
--help --usage" "$(options_of verify)"
check "options of generate" "--accounts --comm-stats --output --quiet --seed --silence-limit \
--territories --threads --verbose --help --usage" "$(options_of generate)"
check "options of export" "--csv --geojson --quiet --svg --verbose --help --usage" \
    "$(options_of export)"

version=$("$AMBIT" --version)
check "--version: exit code" 0 "$?"
check "--version" yes "$([[ $version =~ ^ambit\ [0-9]+\.[0-9]+\.[0-9]+$ ]] && echo yes || echo "$version")"
"$AMBIT" run --help-scenario >scenario
check "--help-scenario: exit code" 0 "$?"
check "--help-scenario: says something" yes "$([ -s scenario ] && echo yes)"

# Completion asks the binary, so it must understand what the binary says.
complete_words() { # WORDS...: what is offered for the last one
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _ambit
    echo "${COMPREPLY[*]}"
}
# shellcheck disable=SC1091
. "$here/scripts/ambit.bash-completion"
check "complete a command" "robustness run" "$(complete_words "$AMBIT" r)"
check "complete an option of ambit" "--version" "$(complete_words "$AMBIT" --v)"
check "complete an option" "--threads --time-limit" "$(complete_words "$AMBIT" run --t)"
check "complete a scenario" "s.yaml" "$(complete_words "$AMBIT" run s)"
check "complete a result" "plans r.h5" "$(complete_words "$AMBIT" verify '')"
touch i.dat i.txt s.json
check "complete an instance" "plans i.dat i.txt notes.txt" "$(complete_words "$AMBIT" solve '')"
check "complete a solution" "plans s.json" "$(complete_words "$AMBIT" solve -o '')"
check "complete a solution to judge" "s.json" "$(complete_words "$AMBIT" verify s)"
check "complete an instance to judge by" "i.dat i.txt" \
    "$(complete_words "$AMBIT" verify s.json --instance i)"
check "complete a problem" "cpmp cccp" "$(complete_words "$AMBIT" solve --problem c)"
check "complete a distance" "floor" "$(complete_words "$AMBIT" solve --distance f)"
check "complete a number" "" "$(complete_words "$AMBIT" run --seed '')"

# Under a launcher: one voice, one exit code. `sh` keeps mpirun from adding its own words.
if command -v "${MPIRUN:-mpirun}" >/dev/null; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # as in containers
    export OMPI_MCA_rmaps_base_oversubscribe=1                       # fewer cores than ranks
    together() { # EXIT MESSAGE WORDS...
        local codes message=$2
        codes=$(printf '%s\n' "$1" "$1" "$1")
        shift 2
        # shellcheck disable=SC2016
        "${MPIRUN:-mpirun}" -n 3 sh -c '"$AMBIT" "$@" >&2; echo $?' sh "$@" >codes 2>error
        check "3 ranks: ambit $*: exit codes" "$codes" "$(cat codes)"
        check "3 ranks: ambit $*: said once" "$message" "$(cat error)"
    }
    together 64 "ambit run: unrecognized option '--bogus'
$(hint 'ambit run')" run --bogus
    together 64 "ambit: unknown command 'rnu'; did you mean 'run'?
$(hint ambit)" rnu
    together 64 "ambit: export: expected --csv, --geojson or --svg, found none of them" export r.h5
    together 1 "ambit: cannot write none/r.h5: $gone" run -o none/r.h5 s.yaml
    together 0 "$version" --version
    together 0 "$("$AMBIT" compare --help)" compare --help
    together 0 "$(cat scenario)" run --help-scenario
fi

finish

#!/usr/bin/env bash
# How strict is the sandbox? Takes one check of its daemon away at a time (mutants.txt), replays the scenarios, and prints who noticed.
#   tests/mutants.sh           all of them
#   tests/mutants.sh REGEX     those whose "row rule" matches, e.g. 'e\.3 #1'
# Exit code: 0 every mutant was noticed, 1 one survived, 2 a change does not fit the code any more, does not build, or the replay was red before it.
set -euo pipefail

wanted=${1:-.}
sandbox=src/Snet.Sdk.Sandbox tests=tests/Snet.Sdk.Sandbox.Tests every=' on '
source "$(dirname "$0")/breaking.sh"

# Gives the names of the failed cases, one a line.
replay() {
    local code=0
    timeout 600 dotnet test "$work/$tests" --no-build --nologo --filter "FullyQualifiedName~ScenarioTests&Name~$1&Name!~rules-" \
        --logger 'console;verbosity=normal' > "$work/replay.log" 2>&1 || code=$?
    [[ $code -le 1 ]] && grep -q 'Total tests: ' "$work/replay.log" || { tail -20 "$work/replay.log" >&2; fail "The replay did not end: $2"; }
    sed -nE 's/^ *Failed ([^ ]+ on [^ ]+).*/\1/p' "$work/replay.log"
}

copy
build $tests 'the code as it is'
failed=$(replay "$every" 'the code as it is')
[[ -z $failed ]] || { grep -E '^ *Failed ' "$work/replay.log" >&2; fail 'The replay is red before anything was changed.'; }

survivors=0 played=0
echo '| Rule taken away | Protocol | Scenarios that failed | Among them |'
echo '|---|---|---:|---|'
while IFS= read -r -d $'\x1e' mutant; do
    rule=$(field "$mutant" rule) row=$(field "$mutant" row) file=$(field "$mutant" file)
    [[ -n $rule && "$row $rule" =~ $wanted ]] || continue
    path=$sandbox/Daemon/$file
    mutate $sandbox "$path" "$rule" "$(field "$mutant" find)" "$(field "$mutant" make)"
    failed=$(replay "$(field "$mutant" play)" "$rule")
    [[ -n $failed ]] || failed=$(replay "$every" "$rule")
    restore "$path"
    played=$((played + 1))
    if [[ -z $failed ]]; then
        survivors=$((survivors + 1))
        echo "| $rule | $row | **0: survived** | |"
    else
        echo "| $rule | $row | $(wc -l <<< "$failed") | $(sort -u <<< "$failed" | head -2 | sed 's/.*/`&`/' | paste -sd ' ') |"
    fi
done < <(changes mutants.txt)

echo
echo "$played mutants, $survivors survived."
[[ $played -gt 0 ]] || fail "No mutant matches $wanted."
[[ $survivors -eq 0 ]]

#!/usr/bin/env bash
# How strict are the histories of payments? Breaks the payments in one place at a time (breaks.txt), runs random histories until one fails, and prints which
# invariant noticed, and after how many; its words go to the error output.
#   tests/breaks.sh           all of them
#   tests/breaks.sh REGEX     those whose description matches
# SNET_HISTORIES: how many histories each is given (3000). Exit code: 0 every break was noticed, 1 one was not, 2 a change does not fit the code any more.
set -euo pipefail

wanted=${1:-.} count=${SNET_HISTORIES:-3000}
sdk=src/Snet.Sdk tests=tests/Snet.Sdk.Tests
source "$(dirname "$0")/breaking.sh"

copy
build $tests 'the code as it is'

survivors=0 played=0
echo '| What was broken | Noticed by | After histories |'
echo '|---|---|---:|'
while IFS= read -r -d $'\x1e' mutant; do
    what=$(field "$mutant" break) file=$(field "$mutant" file)
    [[ -n $what && $what =~ $wanted ]] || continue
    path=$sdk/Payments/$file
    mutate $sdk "$path" "$what" "$(field "$mutant" find)" "$(field "$mutant" make)"
    SNET_HISTORIES=$count SNET_HISTORIES_SMALLER=0 timeout 900 dotnet test "$work/$tests" --no-build --nologo --filter 'Name=Payments_AnyHistory_KeepP1ToP9' \
        --logger 'console;verbosity=normal' > "$work/run.log" 2>&1 || true
    restore "$path"
    played=$((played + 1))
    after=$(sed -nE 's/.*Falsifiable, after ([0-9]+) tests?.*/\1/p' "$work/run.log" | head -1)
    by=$(sed -nE 's/^ *([PEL][0-9]?): .*/\1/p' "$work/run.log" | sort -u | paste -sd ' ')
    if [[ -z $after ]]; then
        grep -q 'Total tests: 1' "$work/run.log" || { tail -20 "$work/run.log" >&2; fail "The histories did not end: $what"; }
        survivors=$((survivors + 1))
        echo "| $what | **nothing: survived** | $count |"
    else
        echo "| $what | ${by:-the test itself} | $after |"
        grep -E '^ *[PEL][0-9]?: ' "$work/run.log" | head -3 >&2 # in full
    fi
done < <(changes breaks.txt)

echo
echo "$played breaks, $survivors survived."
[[ $played -gt 0 ]] || fail "No break matches $wanted."
[[ $survivors -eq 0 ]]

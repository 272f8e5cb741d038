#!/usr/bin/env bash
# How strict are the histories of payments? Breaks the payments in one place at a time (breaks.txt), runs random histories until one fails, and prints which
# invariant noticed, and after how many; its words go to the error output.
#   tests/breaks.sh           all of them
#   tests/breaks.sh REGEX     those whose description matches
# SNET_HISTORIES: how many histories each is given (3000). Exit code: 0 every break was noticed, 1 one was not, 2 a change does not fit the code any more.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
wanted=${1:-.} count=${SNET_HISTORIES:-3000}
sdk=src/Snet.Sdk tests=tests/Snet.Sdk.Tests output=bin/Debug/net10.0/Snet.Sdk.dll
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "$*" >&2; exit 2; }

build() {
    dotnet build "$work/$1" -v q --nologo -p:TreatWarningsAsErrors=false -p:RunAnalyzers=false "${@:3}" > "$work/build.log" 2>&1 ||
        { tail -20 "$work/build.log" >&2; fail "It does not build: $2"; }
}

field() { sed -nE "s/^$2: +//p" <<< "$1"; }

mutate() {
    local path=$1 find=$2 make=$3 text rest
    text=$(< "$path")
    rest=${text#*"$find"}
    [[ $rest != "$text" ]] || fail "$path does not hold this any more: $find"
    [[ $rest != *"$find"* ]] || fail "$path holds this more than once: $find"
    printf '%s\n' "${text%%"$find"*}$make$rest" > "$path"
}

(cd "$repository" && git ls-files -z | xargs -0 cp --parents -t "$work")
build $tests 'the code as it is'

survivors=0 played=0
echo '| What was broken | Noticed by | After histories |'
echo '|---|---|---:|'
while IFS= read -r -d $'\x1e' mutant; do
    what=$(field "$mutant" break) file=$(field "$mutant" file)
    [[ -n $what && $what =~ $wanted ]] || continue
    path=$work/$sdk/Payments/$file
    [[ -f $path ]] || fail "There is no $file any more."
    cp "$path" "$work/original"
    mutate "$path" "$(field "$mutant" find)" "$(field "$mutant" make)"
    build $sdk "$what" --no-restore --no-dependencies
    cp "$work/$sdk/$output" "$work/$tests/${output%/*}/"
    SNET_HISTORIES=$count SNET_HISTORIES_SMALLER=0 timeout 900 dotnet test "$work/$tests" --no-build --nologo --filter 'Name=Payments_AnyHistory_KeepP1ToP9' \
        --logger 'console;verbosity=normal' > "$work/run.log" 2>&1 || true
    cp "$work/original" "$path"
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
done < <(sed '/^#/d' "$repository/tests/breaks.txt" | awk -v RS= '{ printf "%s\036", $0 }')

echo
echo "$played breaks, $survivors survived."
[[ $played -gt 0 ]] || fail "No break matches $wanted."
[[ $survivors -eq 0 ]]

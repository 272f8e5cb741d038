# What mutants.sh and breaks.sh share: a copy of the repository in which one place at a time is changed. They set `tests`, the test project.
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "$*" >&2; exit 2; }

copy() { (cd "$repository" && git ls-files -z | xargs -0 cp --parents -t "$work"); }

build() { # project, what was changed, options...
    dotnet build "$work/$1" -v q --nologo -p:TreatWarningsAsErrors=false -p:RunAnalyzers=false "${@:3}" > "$work/build.log" 2>&1 ||
        { tail -20 "$work/build.log" >&2; fail "It does not build: $2"; }
}

# Gives the changes of a list, each ended by the character 1E.
changes() { sed '/^#/d' "$repository/tests/$1" | awk -v RS= '{ printf "%s\036", $0 }'; }

field() { sed -nE "s/^$2: +//p" <<< "$1"; }

# Changes one place of a file and builds its project; restore puts the file back.
mutate() { # project, file, what is changed, text to find, text to make of it
    local project=$1 file=$2 what=$3 find=$4 make=$5 text rest
    [[ -f $work/$file ]] || fail "There is no $file any more."
    cp "$work/$file" "$work/original"
    text=$(< "$work/$file")
    rest=${text#*"$find"}
    [[ $rest != "$text" ]] || fail "$file does not hold this any more: $find"
    [[ $rest != *"$find"* ]] || fail "$file holds this more than once: $find"
    printf '%s\n' "${text%%"$find"*}$make$rest" > "$work/$file"
    build "$project" "$what" --no-restore --no-dependencies
    cp "$work/$project/bin/Debug/net10.0/${project##*/}.dll" "$work/$tests/bin/Debug/net10.0/"
}

restore() { cp "$work/original" "$work/$1"; }

# Sourced by the scripts beside it: the virtual environments of this checkout, made from the locks and kept in step.
#
#   environment run|dev     .venv with what serving, or working on the project, needs, and the project itself, editable
#   tool_environment NAME   .venv-NAME with requirements/NAME.txt alone, for a tool that must not meet ours
#   make_venv DIR           an empty one
#   workers                 how many processes run tests: two a core, since half of a test's time is waiting
#   at_moment MOMENT COMMAND…  runs a command, and all that it starts, as if it were that moment now
#
# The first two set $bin to the bin folder.
#
# From here on the working directory is the checkout's top; $here is where the caller was.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2164  # $here and $bin are for whoever sources this, who has `set -e` on

here=$PWD
root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "mockservers needs Python 3.11 or newer; python3 here is: $(python3 --version 2>&1 || true)"
    say "Install one, or name it: PYTHON=/path/to/python3.12 $0"
    return 1
}

make_venv() {
    local venv=$1 python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        say "$python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"
        return 1
    fi
    "$python" -m venv --clear "$venv"
}

pip_install() {
    local venv=$1
    shift
    "$venv/bin/python" -m pip --disable-pip-version-check --quiet --quiet install --no-input "$@"
}

# What a venv was made from. The checkout's place is part of it: a venv does not survive being moved.
made_from() {
    printf '%s\n' "$root"
    cat pyproject.toml requirements/build.txt "requirements/$1.txt"
}

is_made_from() { [[ -x $1/bin/python ]] && made_from "$2" | cmp -s - "$1/made-from-$2"; }

install_lock() {
    local venv=$1 name=$2
    say "Installing requirements/$name.txt into $venv (once, and again when it changes) ..."
    pip_install "$venv" --require-hashes --requirement "requirements/$name.txt"
}

environment() {
    local kind=$1 venv=.venv
    bin=$root/$venv/bin
    # All that `run` pins stands in `dev` with the same version, so the larger one serves for both.
    if is_made_from "$venv" dev || is_made_from "$venv" "$kind"; then
        return
    fi
    is_made_from "$venv" run || make_venv "$venv"
    install_lock "$venv" "$kind"
    pip_install "$venv" --require-hashes --requirement requirements/build.txt
    pip_install "$venv" --no-deps --no-build-isolation --editable .
    made_from "$kind" >"$venv/made-from-$kind"
    say "Ready: $venv"
}

tool_environment() {
    local name=$1 venv=.venv-$1
    bin=$root/$venv/bin
    if is_made_from "$venv" "$name"; then
        return
    fi
    make_venv "$venv"
    install_lock "$venv" "$name"
    made_from "$name" >"$venv/made-from-$name"
}

workers() { "$bin/python" -c 'import os; print(2 * (os.cpu_count() or 1))'; }

# A library that shifts the clock is compiled and preloaded. All clocks run on, and the monotonic one stays as it is. A
# distance from the real time is faked, not a moment: otherwise each program would begin at that moment anew. Files are as
# old as they are: pytest would take other runs' folders for left over, and so has a place of its own.
at_moment() {
    local moment=$1 distance folder status=0
    shift
    if ! command -v gcc >/dev/null; then
        say "gcc is not installed. On Debian and Ubuntu: apt-get install gcc libc6-dev"
        return 1
    fi
    folder=$(mktemp -d)
    gcc -shared -fPIC -O2 -Wall -Werror -o "$folder/shifted_clock.so" scripts/programs/shifted_clock.c -ldl
    distance=$(($(date -d "${moment/JST/+0900}" +%s) - $(date +%s)))
    env PYTEST_DEBUG_TEMPROOT="$folder" LD_PRELOAD="$folder/shifted_clock.so" SHIFTED_CLOCK="$distance" "$@" || status=$?
    rm -rf "$folder"
    return "$status"
}

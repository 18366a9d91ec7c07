#!/usr/bin/env bash
# Installs cnilint into an environment of its own, so that the job's Python stays as it is, and sets
# the output `program` to its path. PYTHON is the program to do it with, INPUT_VERSION a release, or
# empty for this action's own ref. What it needs is installed first, each file by its hash.
set -euo pipefail

environment="$RUNNER_TEMP/cnilint/environment"
"$PYTHON" -m venv "$environment"
programs="$environment/bin"
[ -d "$programs" ] || programs="$environment/Scripts"

installed() { "$programs/python" -m pip install --quiet --disable-pip-version-check "$@"; }
locks="$GITHUB_ACTION_PATH/requirements"
if [ -n "$INPUT_VERSION" ]; then
  installed --only-binary :all: -- "cnilint==${INPUT_VERSION#v}"
else
  installed --require-hashes --requirement "$locks/cnilint.txt" --requirement "$locks/build.txt"
  installed --no-deps --no-build-isolation -- "$GITHUB_ACTION_PATH"
fi

"$programs/cnilint" version
printf 'program=%s\n' "$programs/cnilint" >>"$GITHUB_OUTPUT"

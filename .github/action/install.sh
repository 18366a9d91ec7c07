#!/usr/bin/env bash
# Installs cnilint into an environment of its own, so that the job's Python stays as it is, and sets
# the output `program` to its path. PYTHON is the program to do it with, INPUT_VERSION a release, or
# empty for this action's own ref.
set -euo pipefail

environment="$RUNNER_TEMP/cnilint/environment"
"$PYTHON" -m venv "$environment"
programs="$environment/bin"
[ -d "$programs" ] || programs="$environment/Scripts"

wanted="$GITHUB_ACTION_PATH"
if [ -n "$INPUT_VERSION" ]; then wanted="cnilint==${INPUT_VERSION#v}"; fi
"$programs/python" -m pip install --quiet --disable-pip-version-check -- "$wanted"

"$programs/cnilint" version
printf 'program=%s\n' "$programs/cnilint" >>"$GITHUB_OUTPUT"

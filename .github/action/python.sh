#!/usr/bin/env bash
# Sets the output `python` to a Python that can hold cnilint, empty where the machine has none.
set -euo pipefail

enough='import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'
found=
for candidate in python3 python; do
  if "$candidate" -c "$enough" 2>/dev/null; then
    found="$candidate"
    break
  fi
done
printf 'python=%s\n' "$found" >>"$GITHUB_OUTPUT"

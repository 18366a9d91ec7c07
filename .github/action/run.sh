#!/usr/bin/env bash
# Checks once and writes every report from that run: the log, SARIF, annotations, the job's summary.
# Takes the action's inputs as INPUT_*, the program as CNILINT; ends with cnilint's exit code.
set -euo pipefail

folder="$(mktemp -d "$RUNNER_TEMP/cnilint.XXXXXX")"
sarif="${INPUT_SARIF_FILE:-$folder/cnilint.sarif}"
mkdir -p -- "$(dirname -- "$sarif")"
rm -f -- "$sarif"

each_line() { # of its argument without blanks around it, each ended by a null character
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    if [ -n "$line" ]; then printf '%s\0' "$line"; fi
  done <<<"$1"
}

escaped() { # as the data of a workflow command
  local text="${1//\%/%25}"
  text="${text//$'\r'/%0D}"
  printf '%s' "${text//$'\n'/%0A}"
}

failed() { # with a message and an exit code
  printf '::error title=cnilint::%s\n' "$(escaped "$1")"
  printf 'sarif-file=\nexit-code=%s\n' "$2" >>"$GITHUB_OUTPUT"
  exit "$2"
}

options=()
while IFS= read -r -d '' format; do
  options+=(--output-format "$format")
done < <(each_line "$INPUT_FORMAT")
options+=(--output-format "sarif:$sarif")
if [ "$INPUT_ANNOTATIONS" = true ]; then options+=(--output-format "github:$folder/annotations"); fi
if [ "$INPUT_SUMMARY" = true ]; then options+=(--output-format "markdown:$folder/summary.md"); fi
if [ -n "$INPUT_FAIL_ON" ]; then options+=(--fail-on "$INPUT_FAIL_ON"); fi

# What a stranger's change says of itself does not count: settings and ignores are those of the base.
base="${INPUT_CONFIG_REF:-${BASE_OF_FORK:-}}"
if [ -n "$base" ] && [ "$base" != none ]; then
  safely=(-c safe.bareRepository=explicit -c core.fsmonitor=false -c core.hooksPath=/dev/null)
  if ! git "${safely[@]}" rev-parse --quiet --verify "$base^{commit}" >/dev/null 2>&1; then
    git "${safely[@]}" fetch --quiet --no-tags --no-recurse-submodules --depth=1 -- origin "$base" \
      2>"$folder/errors" ||
      failed "config-ref: $base is not in this checkout (fetch-depth: 0): $(cat "$folder/errors")" 2
    base="$(git "${safely[@]}" rev-parse FETCH_HEAD)"
  fi
  options+=("--config-from=$base")
  printf 'config-from=%s\n' "$base" >>"$GITHUB_OUTPUT" # for the comment
fi

# xargs takes words apart as a shell does, and expands nothing
if [ -n "${INPUT_ARGS//[[:space:]]/}" ]; then
  printf '%s' "$INPUT_ARGS" | xargs printf '%s\0' >"$folder/words" 2>"$folder/errors" ||
    failed "args: $(cat "$folder/errors")" 2
  while IFS= read -r -d '' word; do options+=("$word"); done <"$folder/words"
fi

paths=()
while IFS= read -r -d '' path; do paths+=("$path"); done < <(each_line "$INPUT_PATHS")

# The report quotes manifests, and a line of theirs must not be taken for a workflow command.
token="cnilint-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
export FORCE_COLOR="${FORCE_COLOR-1}" # GitHub's log shows colours
code=0
printf '::stop-commands::%s\n' "$token"
"$CNILINT" check "${options[@]}" -- ${paths[@]+"${paths[@]}"} 2>"$folder/errors" || code=$?
cat "$folder/errors"
printf '\n::%s::\n' "$token"

if [ "$code" -gt 1 ]; then failed "$(cat "$folder/errors")" "$code"; fi
if [ -f "$folder/annotations" ]; then cat "$folder/annotations"; fi
if [ -f "$folder/summary.md" ]; then cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi

case "$sarif" in
  /* | [A-Za-z]:*) ;;
  *) sarif="$PWD/$sarif" ;;
esac
printf 'sarif-file=%s\nexit-code=%s\n' "$sarif" "$code" >>"$GITHUB_OUTPUT"
exit "$code"

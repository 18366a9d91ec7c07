#!/usr/bin/env bash
# Posts what a pull request changes as a comment. Takes the action's inputs as INPUT_*, the program as
# CNILINT, the base's commit as BASE, the number of the pull request as NUMBER, and as CONFIG_FROM the
# revision whose settings count where the change's own do not. What goes wrong is a warning: whether
# the step fails is decided by the check.
set -euo pipefail

if [ "$INPUT_COMMENT" != true ]; then exit 0; fi
folder="$(mktemp -d "$RUNNER_TEMP/cnilint.XXXXXX")"

warned() { # with a message
  local text="${1//\%/%25}"
  text="${text//$'\r'/%0D}"
  printf '::warning title=cnilint::%s\n' "${text//$'\n'/%0A}"
  exit 0
}

paths=()
while IFS= read -r line || [ -n "$line" ]; do
  line="${line#"${line%%[![:space:]]*}"}"
  line="${line%"${line##*[![:space:]]}"}"
  if [ -n "$line" ]; then paths+=("./$line"); fi
done <<<"$INPUT_PATHS"

code=0
"$CNILINT" diff --fail-on never --output-format "markdown:$folder/comment.md" \
  ${CONFIG_FROM:+"--config-from=$CONFIG_FROM"} \
  -- "$BASE...HEAD" ${paths[@]+"${paths[@]}"} >/dev/null 2>"$folder/errors" || code=$?
if [ "$code" -gt 1 ]; then warned "no comment: $(cat "$folder/errors")"; fi

python="$(dirname -- "$CNILINT")/python"
"$python" "$GITHUB_ACTION_PATH/.github/action/comment.py" "$folder/comment.md" \
  2>"$folder/errors" || warned "$(cat "$folder/errors")"

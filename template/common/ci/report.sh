#!/usr/bin/env bash
# report.sh BASE: prints, as Markdown, what a pull request changes against the checkout in BASE. PLAN=yes adds Terraform's
# plans. Exit code: 1 when synth, a review rule or a plan fails; dangers of the comparison are shown and do not fail.
set -uo pipefail
base=${1:?'report.sh BASE: the folder of the base branch'}
failed=0
# a comment may have 65,536 characters
limit=${REPORT_LIMIT:-60000}

# section TITLE FILE: folded, so that the comment stays short
section() { printf '\n<details><summary>%s</summary>\n\n```text\n%s\n```\n\n</details>\n' "$1" "$(cat "$2")"; }

report() {
  local log=$1
  echo '## What this changes'
  if ! npx --no mlops synth >"$log" 2>&1; then
    section 'synth failed' "$log"
    return 1
  fi
  section 'Resources, pools, costs, duties' "$log"
  npx --no mlops review >"$log" 2>&1 || failed=1
  section "Review rules: $(tail -n 1 "$log")" "$log"
  if (cd "$base" && npx --no mlops synth) >"$log" 2>&1; then
    # exit code 2: there are dangers, which it shows
    npx --no mlops diff "$base/cdktf.out" cdktf.out --markdown || [ $? -eq 2 ] || failed=1
  else
    echo
    echo 'The base does not synthesize: nothing to compare with.'
  fi
  [ "${PLAN:-no}" = yes ] && plans "$log"
  return "$failed"
}

plans() {
  local stack folder
  for stack in $(node -p "require('./cdktf.out/review.json').stacks.join(' ')"); do
    folder=cdktf.out/stacks/$stack
    if node -e "process.exit(require('./$folder/cdk.tf.json').terraform.backend.local ? 0 : 1)"; then
      echo "- $stack: no plan, its state lies in a local file"
    elif terraform -chdir="$folder" init -input=false -no-color >"$1" 2>&1 &&
      terraform -chdir="$folder" plan -input=false -no-color -lock=false >"$1" 2>&1; then
      section "Plan of $stack: $(grep -E '^(Plan:|No changes)' "$1" | head -n 1)" "$1"
    else
      section "Plan of $stack failed" "$1"
      failed=1
    fi
  done
}

log=$(mktemp) out=$(mktemp)
trap 'rm -f "$log" "$out"' EXIT
report "$log" >"$out"
status=$?
# GitHub shows it beside the run, where ten times as much has room
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out" >>"$GITHUB_STEP_SUMMARY"
head -c "$limit" "$out"
[ "$(wc -c <"$out")" -le "$limit" ] ||
  printf '\n```\n\n</details>\n\nThe rest is in the summary of the run.\n'
exit "$status"

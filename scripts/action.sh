#!/usr/bin/env bash
# Run by action.yml. The inputs are the environment variables INPUT_…. Works with bash 3.2 on macOS.
set -euo pipefail

give_up() {
  echo "::error title=cdk-irsa::$1"
  exit 2
}

command -v npm >/dev/null || give_up 'Node.js 20.16 or newer is required. Add actions/setup-node before this step.'
version=${INPUT_VERSION:-$(bash "$GITHUB_ACTION_PATH/scripts/released-version.sh")}
[ -n "$version" ] || give_up 'This commit of the action has no released version. Set the input version.'
[[ $version =~ ^[0-9A-Za-z][0-9A-Za-z.-]*$ ]] || give_up 'The input version must be a version of cdk-irsa-cli, such as 0.1.0, or latest.'
case $INPUT_FAIL_ON in warning | error | never) ;; *) give_up 'The input fail-on must be warning, error or never.' ;; esac
case $INPUT_SARIF_FILE in *[$'\r\n']*) give_up 'The input sarif-file must be one path.' ;; esac

options=(verify)
paths=(--)
each_line() { # of an input, without blank ones: passed to a function
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*$ ]] || "$2" "$line"
  done <<<"$1"
}
path() { paths+=("$1"); }
manifests() { options+=("--manifests=$1"); }
exclude() { options+=("--exclude=$1"); }
ignore() { options+=("--ignore=$1"); }
each_line "$INPUT_PATH" path
each_line "$INPUT_MANIFESTS" manifests
each_line "$INPUT_EXCLUDE" exclude
each_line "$INPUT_IGNORE" ignore
[ -z "$INPUT_NAMESPACE" ] || options+=("--namespace=$INPUT_NAMESPACE")
[ -z "$INPUT_BASELINE" ] || options+=("--baseline=$INPUT_BASELINE")

# In a separate folder, so that no .npmrc and no package of the checkout has an effect.
folder=$RUNNER_TEMP/cdk-irsa-cli
npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "cdk-irsa-cli@$version" >/dev/null ||
  give_up "npm could not install cdk-irsa-cli@$version."
verify() { # format
  node "$folder/node_modules/cdk-irsa-cli/bin/cdk-irsa" "${options[@]}" "--format=$1" "${paths[@]}"
}

# The output contains text from files, which must not act as commands to the runner.
token=$(node -p 'crypto.randomUUID()')
echo "::stop-commands::$token"
code=0
verify text || code=$?
echo "::$token::"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"

if [ -n "$INPUT_SARIF_FILE" ]; then
  (: >"$INPUT_SARIF_FILE") || give_up 'The file of the input sarif-file cannot be written.'
  verify sarif >"$INPUT_SARIF_FILE" 2>/dev/null || true # the text has the errors too
  [ ! -s "$INPUT_SARIF_FILE" ] || echo "sarif-file=$INPUT_SARIF_FILE" >>"$GITHUB_OUTPUT"
fi

# 1 outranks 2, but unreadable input must fail the step even if the findings do not.
if [ "$code" -eq 1 ] && [ "$INPUT_FAIL_ON" != warning ]; then
  code=0
  { verify json 2>/dev/null || true; } | node -e '
    const { findings, unreadable } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const isCounted = ({ severity, suppressed }) => severity === process.env.INPUT_FAIL_ON && suppressed === undefined;
    process.exit(findings.some(isCounted) ? 1 : unreadable.length > 0 ? 2 : 0);' || code=$?
fi
exit "$code"

#!/usr/bin/env bash
# Lints the templates of the examples with cfn-lint from PyPI, in a separate virtual environment.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=1.58.0
me=cfn-lint
. scripts/tools.sh

python_package cfn-lint "$VERSION"

[ "${1:-}" = --after-demo ] || npx projen demo >/dev/null
passed=0
failed=0
while IFS= read -r template; do
  # The CDK writes dependencies that a reference already implies (W3005), and zones of a literal region (W3010).
  if .venv/bin/cfn-lint --ignore-checks W3005 W3010 -- "$template"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "cfn-lint: $template"
  fi
done < <(find examples -path '*/cdk.out/*' -name '*.template.json' | grep -vE 'Workloads(0[1-9]|1[0-9])' | sort) # of the fleet's 32 alike, the first of each cluster

echo "$passed passed, $failed failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]

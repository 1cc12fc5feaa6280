#!/usr/bin/env bash
# Runs all tests with the newest peers, in a copy of the tree: the newest aws-cdk-lib 2, constructs 10 and cdk8s 2, on
# Node.js 24, which it installs from npm if another version is running.
set -euo pipefail
cd "$(dirname "$0")/.."
me=test-newest
. scripts/tools.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/copy
mkdir "$copy"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [ -e "$file" ] && printf '%s\0' "$file"
done | tar --null --files-from=- --create | tar --extract --directory="$copy"

use_node 24 "$work/node"
cd "$copy"
npm ci --no-audit --no-fund --loglevel=error
npm install --no-save --no-audit --no-fund --loglevel=error aws-cdk-lib@^2 constructs@^10 cdk8s@^2
echo "Node.js $(node --version)"
for package in aws-cdk-lib constructs cdk8s; do
  echo "$package $(node -p "require('$package/package.json').version")"
done
npx tsc --noEmit -p test/tsconfig.json
npx jest --ci --coverage=false

#!/usr/bin/env bash
# Runs the tests at the other end of the peer range: the newest aws-cdk-lib 2, constructs 10 and cdk8s 2, in a copy of the tree.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [ -e "$file" ] && printf '%s\0' "$file"
done | tar --null --files-from=- --create | tar --extract --directory="$copy"

cd "$copy"
npm ci --no-audit --no-fund --loglevel=error
npm install --no-save --no-audit --no-fund --loglevel=error aws-cdk-lib@^2 constructs@^10 cdk8s@^2
for package in aws-cdk-lib constructs cdk8s; do
  echo "$package $(node -p "require('$package/package.json').version")"
done
npx tsc --noEmit -p test/tsconfig.json
npx jest --ci --coverage=false

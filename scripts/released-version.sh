#!/usr/bin/env bash
# Prints the newest version in the headings of CHANGELOG.md. With an argument, fails unless it is that version.
set -euo pipefail

newest=$(sed -nE '/^## [0-9]/{s/^## ([^ ]+).*/\1/p;q;}' "$(dirname "$0")/../CHANGELOG.md")
if [ -n "${1:-}" ] && [ "$1" != "$newest" ]; then
  echo "CHANGELOG.md must begin with the heading \"## $1 (<date>)\", got: \"${newest:-no version}\"." >&2
  exit 1
fi
echo "$newest"

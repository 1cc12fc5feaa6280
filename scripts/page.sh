#!/usr/bin/env bash
# Drives the page of `cdk-irsa report` in headless Chromium; with --picture, writes examples/report.png instead.
# Chromium: CHROMIUM_PATH, or the one of Debian, which is installed where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

chromium=${CHROMIUM_PATH:-/usr/bin/chromium}
if [ ! -x "$chromium" ]; then
  root=()
  if [ "$(id -u)" -ne 0 ]; then root=(sudo); fi
  if [ -n "${CHROMIUM_PATH:-}" ] || ! command -v apt-get >/dev/null || ! command -v "${root[0]:-true}" >/dev/null; then
    echo "page: $chromium is missing, and cannot be installed here. Install Chromium, and set CHROMIUM_PATH to its program." >&2
    exit 1
  fi
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-liberation >/dev/null
fi
export CHROMIUM_PATH=$chromium

if [ "${1:-}" = --picture ]; then
  exec npx tsx scripts/picture.ts
fi
exec npx jest --ci --coverage=false --testMatch '<rootDir>/test/report/*.browser.ts' "$@"

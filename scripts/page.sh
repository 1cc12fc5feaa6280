#!/usr/bin/env bash
# Tests the page of `cdk-irsa report` in headless Chromium; with --docs, the documentation that `npx projen docs` built.
# --picture writes examples/report.png instead; --bench measures the page: `npx projen bench:report`.
# Uses CHROMIUM_PATH, or the Chromium of Debian, which it installs if it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

me=page
. scripts/tools.sh

chromium=${CHROMIUM_PATH:-/usr/bin/chromium}
if [ ! -x "$chromium" ]; then
  [ -z "${CHROMIUM_PATH:-}" ] || give_up "$chromium is missing. Set CHROMIUM_PATH to the Chromium executable, or unset it."
  install_packages 'Chromium is missing' chromium fonts-dejavu-core fonts-liberation
fi
export CHROMIUM_PATH=$chromium

if [ "${1:-}" = --picture ]; then
  exec npx tsx scripts/picture.ts
fi
if [ "${1:-}" = --bench ]; then
  exec npx tsx scripts/bench-report-page.ts
fi
tests='test/cli/report/*.browser.ts'
if [ "${1:-}" = --docs ]; then
  tests='test/docs.browser.ts'
  shift
fi
exec npx jest --ci --coverage=false --testMatch "<rootDir>/$tests" "$@"

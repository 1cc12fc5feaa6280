#!/usr/bin/env bash
# Deploys the examples with the real CDK CLI to a local AWS endpoint, and reads the result back from IAM, EKS and CloudFormation.
set -euo pipefail
cd "$(dirname "$0")/.."
me=deploy-test
. scripts/tools.sh
. scripts/endpoint.sh

WORKERS=2 # each has an endpoint to itself
work=$(mktemp -d)
clean_up() {
  stop_endpoints
  rm -rf "$work"
}
clean_up_at_the_end

tests() {
  DEPLOY_TEST_ENDPOINTS=${endpoint_urls[*]} TMPDIR=$work/tmp \
    npx jest --ci --coverage=false --testMatch '<rootDir>/test/deploy/*.deploy.ts' --reporters default --testTimeout 240000 --maxWorkers $WORKERS "$@"
}

start_endpoints $WORKERS
tests "$@" || {
  tail -n 50 "$work"/endpoint-*/endpoint.log >&2
  exit 1
}

#!/usr/bin/env bash
# Deploys the examples with the real CDK CLI to a local AWS endpoint, and reads back what IAM, EKS and CloudFormation hold.
set -euo pipefail
cd "$(dirname "$0")/.."
me=deploy-test
. scripts/tools.sh
. scripts/endpoint.sh

work=$(mktemp -d)
clean_up() {
  stop_endpoint
  rm -rf "$work"
}
clean_up_at_the_end

tests() {
  DEPLOY_TEST_ENDPOINT=$endpoint_url TMPDIR=$work/tmp \
    npx jest --ci --coverage=false --testMatch '<rootDir>/test/deploy/*.deploy.ts' --reporters default --testTimeout 240000 --runInBand "$@"
}

start_endpoint
tests "$@" || {
  tail -n 50 "$work/endpoint.log" >&2
  exit 1
}

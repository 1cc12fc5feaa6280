#!/usr/bin/env bash
# Breaks each link between a pod and its role and checks that `cdk-irsa doctor` finds it, with a real Kubernetes API server and a local AWS endpoint.
set -euo pipefail
cd "$(dirname "$0")/.."
me=doctor-test
. scripts/tools.sh
. scripts/endpoint.sh
. scripts/kubernetes.sh
. scripts/suite.sh

BOTO3=1.43.106 # with the botocore of ministack
work=$(mktemp -d)
clean_up() {
  kill_suite
  stop_endpoints
  rm -rf "$work"
}
clean_up_at_the_end

tests() {
  DEPLOY_TEST_ENDPOINTS=${endpoint_urls[*]} DOCTOR_TEST_BIN=$kubernetes_bin DOCTOR_TEST_WORK=$work TMPDIR=$work/tmp \
    DOCTOR_TEST_PYTHON=$(realpath -s "${DEPLOY_TEST_VENV:-.venv}")/bin/python \
    npx jest --ci --coverage=false --testMatch '<rootDir>/test/doctor/*.live.ts' --testTimeout 240000 --runInBand \
    --json --outputFile="$work/result.json" "$@" 2>&1 | grep -v '^Tests: '
}

build_kubernetes
start_endpoints 1
python_package boto3 "$BOTO3" "${DEPLOY_TEST_VENV:-.venv}"
run_suite tests "$@"

#!/usr/bin/env bash
# Follows tokens from pods to roles with real Kubernetes API servers. Builds kube-apiserver and etcd with Go into .gobin.
set -euo pipefail
cd "$(dirname "$0")/.."
me=token-test
. scripts/tools.sh
. scripts/kubernetes.sh
. scripts/suite.sh

work=$(mktemp -d)
clean_up() {
  kill_suite
  rm -rf "$work"
}
clean_up_at_the_end

walk() {
  TOKEN_TEST_BIN=$kubernetes_bin TOKEN_TEST_WORK=$work npx jest --ci --coverage=false --testMatch '<rootDir>/test/token/*.cluster.ts' \
    --json --outputFile="$work/result.json" "$@" 2>&1 | grep -v '^Tests: '
}

build_kubernetes
run_suite walk "$@"

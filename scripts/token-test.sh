#!/usr/bin/env bash
# Walks tokens from pods to roles, with Kubernetes API servers. Builds kube-apiserver and etcd with Go, into .gobin.
set -euo pipefail
cd "$(dirname "$0")/.."
KUBERNETES=1.34.4 # its go.mod wants Go 1.24

bin=$PWD/.gobin
work=$(mktemp -d)
suite=
clean_up() {
  [ -z "$suite" ] || kill -KILL -- "-$suite" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

give_up() {
  echo "token-test: $*" >&2
  exit 1
}

# `go install` refuses Kubernetes, whose go.mod replaces its own libraries by folders: a module of ours replaces them by their releases.
write_module() { # the go.mod of Kubernetes
  echo 'module token-test'
  echo
  grep -E '^(go|godebug) ' "$1"
  echo "require k8s.io/kubernetes v$KUBERNETES"
  sed -nE "s|^\t(k8s\.io/[a-z-]+) => \./staging/.*|replace \1 => \1 v0.${KUBERNETES#1.}|p" "$1"
}

# The first time eight minutes of processor time; Go uses every core by itself. etcd is of the version that Kubernetes names.
build() {
  if [ "$(cat "$bin/kubernetes.version" 2>/dev/null)" = "$KUBERNETES" ] && [ -x "$bin/etcd" ] && [ -x "$bin/kube-apiserver" ]; then return; fi
  if ! command -v go >/dev/null; then install_package golang-go; fi
  echo "token-test: building kube-apiserver $KUBERNETES and etcd"
  mkdir -p "$bin" "$work/module"
  (
    cd "$work/module" &&
      go mod download -json "k8s.io/kubernetes@v$KUBERNETES" >download.json &&
      write_module "$(sed -nE 's|^\s*"GoMod": "(.*)",?$|\1|p' download.json)" >go.mod &&
      go build -mod=mod -trimpath -ldflags='-s -w' -o "$bin/etcd" go.etcd.io/etcd/server/v3 &&
      go build -mod=mod -trimpath -ldflags='-s -w' -o "$bin/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver
  ) >"$work/go.log" 2>&1 || {
    cat "$work/module/download.json" "$work/go.log" >&2
    give_up "Kubernetes could not be built by $(go version). It wants Go 1.24 or newer."
  }
  echo "$KUBERNETES" >"$bin/kubernetes.version"
}

install_package() {
  command -v apt-get >/dev/null || give_up "$1 is missing, and cannot be installed here."
  apt-get update -qq && apt-get install -y -qq "$1" >/dev/null || give_up "$1 could not be installed."
}

walk() {
  TOKEN_TEST_BIN=$bin TOKEN_TEST_WORK=$work npx jest --ci --coverage=false --testMatch '<rootDir>/test/token/*.cluster.ts' \
    --json --outputFile="$work/result.json" "$@" 2>&1 | grep -v '^Tests: '
}

command -v openssl >/dev/null || install_package openssl
build

# In a process group of its own, which holds all that it starts.
set -m
walk "$@" &
suite=$!
set +m
code=0
wait "$suite" || code=$?
[ -s "$work/result.json" ] || give_up 'the tests did not run.'
left=0
if kill -0 -- "-$suite" 2>/dev/null; then
  left=1
  echo 'FAIL  a server runs after the tests'
fi
passed=$(node -p "require('$work/result.json').numPassedTests")
failed=$(($(node -p "require('$work/result.json').numFailedTests") + left))
echo "$passed passed, $failed failed"
[ "$code" -eq 0 ] && [ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]

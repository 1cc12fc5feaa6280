#!/usr/bin/env bash
# Deploys the examples with the real CDK CLI to a local AWS endpoint (ministack, from PyPI), and reads back what IAM, EKS and CloudFormation hold.
# DEPLOY_TEST_PORT: the port of the endpoint instead of a free one. DEPLOY_TEST_VENV: the virtual environment. DEPLOY_TEST_TIMEOUT: how long it may take to start, in seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=1.5.33
venv=${DEPLOY_TEST_VENV:-.venv}
timeout=${DEPLOY_TEST_TIMEOUT:-60}

fail() {
  echo "deploy-test: $1" >&2
  exit 1
}

work=$(mktemp -d)
endpoint=
cleanup() {
  if [ -n "$endpoint" ]; then
    kill "$endpoint" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$endpoint" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$endpoint" 2>/dev/null || true
    wait "$endpoint" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  command -v python3 >/dev/null || fail 'python3 is missing: the endpoint is a Python program. Install Python 3.10 or newer.'
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    command -v apt-get >/dev/null || fail 'python3 has no venv: install it (python3-venv).'
    apt-get update -qq && apt-get install -y -qq python3-venv
  fi
  python3 -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "ministack==$VERSION" >"$work/pip.log" 2>&1 || {
  cat "$work/pip.log" >&2
  fail "pip could not install ministack $VERSION: see above. Once it is in $venv, no network is needed."
}

port=${DEPLOY_TEST_PORT:-$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  fail "port $port of 127.0.0.1 is taken. Choose another one with DEPLOY_TEST_PORT, or leave it out."
fi

# Nothing of the user's own AWS and Docker settings, no file outside of the folder, loopback alone.
mkdir "$work/tmp" "$work/home"
env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" STATE_DIR="$work/state" S3_DATA_DIR="$work/s3" DOCKER_HOST="unix://$work/none" \
  BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" MINISTACK_REGION=eu-west-1 LOG_LEVEL=WARNING PYTHONDONTWRITEBYTECODE=1 \
  "$venv/bin/python" test/deploy/endpoint.py >"$work/endpoint.log" 2>&1 &
endpoint=$!

started=$SECONDS
until curl --silent --fail --max-time 2 "http://127.0.0.1:$port/_ministack/health" >/dev/null; do
  if ! kill -0 "$endpoint" 2>/dev/null; then
    cat "$work/endpoint.log" >&2
    fail 'the endpoint stopped while it was starting: see above.'
  fi
  if [ $((SECONDS - started)) -ge "$timeout" ]; then
    cat "$work/endpoint.log" >&2
    fail "the endpoint did not answer on port $port within $timeout seconds: see above. DEPLOY_TEST_TIMEOUT gives it longer."
  fi
  sleep 0.2
done
grep '^endpoint: ' "$work/endpoint.log" || true

tests() {
  DEPLOY_TEST_ENDPOINT="http://127.0.0.1:$port" TMPDIR="$work/tmp" \
    npx jest --ci --coverage=false --testMatch '<rootDir>/test/deploy/*.deploy.ts' --reporters default --testTimeout 240000 --runInBand "$@"
}
tests "$@" || {
  tail -n 50 "$work/endpoint.log" >&2
  exit 1
}

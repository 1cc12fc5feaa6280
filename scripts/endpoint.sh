# Sourced, after tools.sh: a local AWS endpoint (ministack, from PyPI), with nothing of the user's own AWS and Docker settings, no file outside of `work`,
# and loopback alone.
# DEPLOY_TEST_PORT: its port instead of a free one. DEPLOY_TEST_VENV: the virtual environment. DEPLOY_TEST_TIMEOUT: how long it may take to start, in seconds.
MINISTACK=1.5.33
endpoint=
endpoint_url=

start_endpoint() {
  local venv=${DEPLOY_TEST_VENV:-.venv} timeout=${DEPLOY_TEST_TIMEOUT:-60} port started
  python_package ministack "$MINISTACK" "$venv"
  port=${DEPLOY_TEST_PORT:-$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    give_up "port $port of 127.0.0.1 is taken. Choose another one with DEPLOY_TEST_PORT, or leave it out."
  fi
  mkdir -p "$work/tmp" "$work/home"
  env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" STATE_DIR="$work/state" S3_DATA_DIR="$work/s3" DOCKER_HOST="unix://$work/none" \
    BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" MINISTACK_REGION=eu-west-1 LOG_LEVEL=WARNING PYTHONDONTWRITEBYTECODE=1 \
    "$venv/bin/python" test/deploy/endpoint.py >"$work/endpoint.log" 2>&1 &
  endpoint=$!
  endpoint_url=http://127.0.0.1:$port

  started=$SECONDS
  until curl --silent --fail --max-time 2 "$endpoint_url/_ministack/health" >/dev/null; do
    if ! kill -0 "$endpoint" 2>/dev/null; then
      cat "$work/endpoint.log" >&2
      give_up 'the endpoint stopped while it was starting: see above.'
    fi
    if [ $((SECONDS - started)) -ge "$timeout" ]; then
      cat "$work/endpoint.log" >&2
      give_up "the endpoint did not answer on port $port within $timeout seconds: see above. DEPLOY_TEST_TIMEOUT gives it longer."
    fi
    sleep 0.2
  done
  grep '^endpoint: ' "$work/endpoint.log" || true
}

stop_endpoint() {
  [ -n "$endpoint" ] || return 0
  kill "$endpoint" 2>/dev/null || true
  for _ in $(seq 50); do kill -0 "$endpoint" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$endpoint" 2>/dev/null || true
  wait "$endpoint" 2>/dev/null || true
}

# Sourced, after tools.sh: starts local AWS endpoints (ministack, from PyPI) on loopback only, without the user's AWS and Docker settings, and without files
# outside `work`. There is one per jest worker, listed in DEPLOY_TEST_ENDPOINTS.
# DEPLOY_TEST_PORT: the port of the first endpoint, instead of a free one. DEPLOY_TEST_VENV: the virtual environment.
# DEPLOY_TEST_TIMEOUT: how long an endpoint may take to start, in seconds.
MINISTACK=1.5.33
endpoints=()
endpoint_urls=()

start_endpoints() { # how many
  local venv=${DEPLOY_TEST_VENV:-.venv}
  python_package ministack "$MINISTACK" "$venv"
  mkdir -p "$work/tmp"
  start_endpoint "$venv" "$work/endpoint-1" "${DEPLOY_TEST_PORT:-}"
  for number in $(seq 2 "$1"); do start_endpoint "$venv" "$work/endpoint-$number" '' >/dev/null; done
}

start_endpoint() { # virtual environment, folder, port
  local venv=$1 folder=$2 port=$3 timeout=${DEPLOY_TEST_TIMEOUT:-60} endpoint url started
  port=${port:-$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    give_up "port $port of 127.0.0.1 is in use. Choose another one with DEPLOY_TEST_PORT, or unset it."
  fi
  mkdir -p "$folder/home"
  env -i PATH="$PATH" HOME="$folder/home" TMPDIR="$work/tmp" STATE_DIR="$folder/state" S3_DATA_DIR="$folder/s3" DOCKER_HOST="unix://$work/none" \
    BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" MINISTACK_REGION=eu-west-1 LOG_LEVEL=WARNING PYTHONDONTWRITEBYTECODE=1 \
    "$venv/bin/python" test/deploy/endpoint.py >"$folder/endpoint.log" 2>&1 &
  endpoint=$!
  endpoints+=("$endpoint")
  url=http://127.0.0.1:$port
  endpoint_urls+=("$url")

  started=$SECONDS
  until curl --silent --fail --max-time 2 "$url/_ministack/health" >/dev/null; do
    if ! kill -0 "$endpoint" 2>/dev/null; then
      cat "$folder/endpoint.log" >&2
      give_up 'the endpoint stopped during startup; see above.'
    fi
    if [ $((SECONDS - started)) -ge "$timeout" ]; then
      cat "$folder/endpoint.log" >&2
      give_up "the endpoint did not respond on port $port within $timeout seconds; see above. Set DEPLOY_TEST_TIMEOUT to wait longer."
    fi
    sleep 0.2
  done
  grep '^endpoint: ' "$folder/endpoint.log" || true
}

stop_endpoints() {
  local endpoint
  for endpoint in "${endpoints[@]}"; do
    kill "$endpoint" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$endpoint" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$endpoint" 2>/dev/null || true
    wait "$endpoint" 2>/dev/null || true
  done
}

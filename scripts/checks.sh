# Sourced: counts successful checks. Before the first check, set `log`, a file for the output of commands.
passed=0
failed=0

check() { # what it is, then the command that must succeed
  local what=$1
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $what"
  else
    failed=$((failed + 1))
    echo "FAIL  $what"
    cat "$log"
  fi
}

all_passed() { # how many there are at least, one unless said otherwise
  echo "$passed passed, $failed failed"
  [ "$passed" -ge "${1:-1}" ] && [ "$failed" -eq 0 ]
}

the_doctor_asks_aws() { # with unreachable servers: the error shows that both clients are bundled
  cat >kubeconfig <<'YAML'
{ apiVersion: v1, kind: Config, current-context: a, contexts: [{ name: a, context: { cluster: a, user: a } }],
  clusters: [{ name: a, cluster: { server: 'https://127.0.0.1:1' } }], users: [{ name: a, user: { token: a } }] }
YAML
  env KUBECONFIG=kubeconfig AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=a AWS_REGION=eu-west-1 \
    npx --no-install cdk-irsa doctor --cluster a --namespace a --service-account a >doctor.txt 2>&1 || [ $? -eq 2 ] && grep -q 'the connection was refused' doctor.txt
}

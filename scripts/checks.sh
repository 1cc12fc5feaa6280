# Sourced: counts what succeeds. Set `log`, a file for what a command says, before the first check.
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

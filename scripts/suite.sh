# Sourced: runs tests in a process group of their own, which holds all that they start.
suite=

kill_suite() {
  [ -z "$suite" ] || kill -KILL -- "-$suite" 2>/dev/null || true
}

run_suite() { # the command, which writes jest's results to $work/result.json
  local code=0 left=0 passed failed
  set -m
  "$@" &
  suite=$!
  set +m
  wait "$suite" || code=$?
  [ -s "$work/result.json" ] || give_up 'the tests did not run.'
  if kill -0 -- "-$suite" 2>/dev/null; then
    left=1
    echo 'FAIL  a program runs after the tests'
  fi
  passed=$(node -p "require('$work/result.json').numPassedTests")
  failed=$(($(node -p "require('$work/result.json').numFailedTests") + left))
  echo "$passed passed, $failed failed"
  [ "$code" -eq 0 ] && [ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
}

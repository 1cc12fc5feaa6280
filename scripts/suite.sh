# Sourced, after tools.sh: runs tests in a separate process group, which contains all processes that they start.
suite=

kill_suite() {
  [ -z "$suite" ] || kill -KILL -- "-$suite" 2>/dev/null || true
}

run_suite() { # the command, which writes jest's results to $work/result.json
  local code=0 left=0 running passed failed
  need ps procps
  set -m
  "$@" &
  suite=$!
  set +m
  wait "$suite" || code=$?
  [ -s "$work/result.json" ] || give_up 'the tests did not run.'
  running=$(ps -eo pgid=,stat=,pid=,args= | awk -v group="$suite" '$1 == group && $2 !~ /^Z/') # one that has ended, and nobody asked for its end, is none
  if [ -n "$running" ]; then
    left=1
    echo "FAIL  programs run after the tests:
$running"
  fi
  passed=$(node -p "require('$work/result.json').numPassedTests")
  failed=$(($(node -p "require('$work/result.json').numFailedTests") + left))
  echo "$passed passed, $failed failed"
  [ "$code" -eq 0 ] && [ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
}

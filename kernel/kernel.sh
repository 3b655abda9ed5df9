#!/bin/sh
# kernel.sh CONNECTION_FILE: start GoNB so that its cells see the Go module of the notebook's folder.
# Jupyter starts it in that folder; what cells are compiled with stands in .vitrine/env.sh.
here=$(cd -P "$(dirname "$0")" && pwd) || exit 1
vitrine=${here%/jupyter/kernels/*}
# shellcheck source=/dev/null
. "$vitrine/env.sh" || exit 1
[ -n "$VITRINE_UNATTENDED" ] || PATH="$vitrine/go/completion:$PATH" # gopls, when someone types

# Versions come from go.mod and go.sum alone: a cell never waits for a network.
export GOPROXY=off
unset GOWORK # GoNB makes a workspace of its own

module=$(go env GOMOD)
case $module in
'' | /dev/null) module=$VITRINE_ROOT/go.mod ;; # a notebook that lies in no module sees Vitrine
esac

# GoNB does not notice that Jupyter was killed: end it then, and what it started, so that no cell runs on for nobody.
# Jupyter made this process the leader of a group; exec keeps its number.
if [ -n "$JPY_PARENT_PID" ]; then
  (
    trap '' TERM
    while kill -0 "$$" && kill -0 "$JPY_PARENT_PID"; do sleep 2; done
    kill -- "-$$"
    sleep 3
    kill -KILL -- "-$$"
  ) >/dev/null 2>&1 </dev/null &
fi

exec gonb --kernel "$1" -go_work="$(dirname "$module")" -raw_error=true \
  -logtostderr=false -stderrthreshold=3 -log_file="$vitrine/log/gonb.log"

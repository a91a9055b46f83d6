#!/bin/sh
# Calls again and again, EVERY_S=15 seconds after the end of the last call, with the variables of call.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
while :; do
  "$here/call.sh" || true
  sleep "${EVERY_S:-15}" &
  wait $!
done

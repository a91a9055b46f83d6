#!/bin/sh
# Dials NUMBER once and prints how it ended, a line each: status=<SIP status>, then, when it was answered, ended=by_us or ended=by_them.
#   SIP_SERVER host:port   SIP_DOMAIN   SIP_USER   SIP_PASSWORD (empty for a carrier, which is not asked)   NUMBER
#   LOCAL_IP   LOCAL_PORT (any)   CALL_ID (any)
#   GIVE_UP_MS=30000 without an answer   TALK_MS (a day) until it hangs up by itself
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
day_ms=86400000
LOCAL_IP=${LOCAL_IP:-$(hostname -i | cut -d' ' -f1)}
cat >"$work/call.csv" <<CSV
SEQUENTIAL
$SIP_USER;$SIP_DOMAIN;[authentication username=$SIP_USER password=${SIP_PASSWORD:-}];$NUMBER
CSV
sed -e "s/@GIVE_UP_MS@/${GIVE_UP_MS:-30000}/" -e "s/@TALK_MS@/${TALK_MS:-$day_ms}/" "$here/sipp/call.xml" >"$work/call.xml"
cd "$work"
sipp "$SIP_SERVER" -sf call.xml -inf call.csv -i "$LOCAL_IP" ${LOCAL_PORT:+-p "$LOCAL_PORT"} -m 1 -nostdin -cid_str "${CALL_ID:-%u-%p@%s}" \
  -trace_logs -log_file call.log -trace_err -error_file errors.log >sipp.log 2>&1 &
sipp_pid=$!
end() {
  trap - EXIT INT TERM
  kill "$sipp_pid" 2>/dev/null || true
  wait "$sipp_pid" 2>/dev/null || true
  cd / && rm -rf "$work"
}
trap end EXIT
trap 'exit 0' INT TERM
if wait "$sipp_pid"; then
  cat call.log
else
  cat call.log 2>/dev/null || true
  echo "call: the call to the switch went wrong" >&2
  cat errors.log >&2 2>/dev/null || tail -5 sipp.log >&2
  exit 1
fi

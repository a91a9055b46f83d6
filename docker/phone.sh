#!/bin/sh
# A phone: registers, then does with every call what BEHAVIOUR says. Prints "ready" when it can be called, then what becomes of calls, and runs until it
# is ended.
#   SIP_SERVER host:port   SIP_DOMAIN   SIP_USER   SIP_PASSWORD (empty: does not register, as a carrier does not)
#   LOCAL_IP   LOCAL_PORT=5060   REFRESH_S=1800, 0 to register once only   LIFETIME_S=0 (without end)
#   BEHAVIOUR=answer   rings for RING_MS=1000, answers, hangs up after TALK_MS (a day)
#                      PROGRESS=ring (180), early (183 with sound) or none says how it rings
#             ring     rings until the caller gives up
#             busy | reject
#             divert   sends its callers to DIVERT_TO (number@host:port)
#   WORK (a folder of its own)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
day_ms=86400000
LOCAL_IP=${LOCAL_IP:-$(hostname -i | cut -d' ' -f1)}
LOCAL_PORT=${LOCAL_PORT:-5060}
status=0
contact=/@CONTACT@/d
case ${BEHAVIOUR:-answer} in
  answer) scenario=answer ring_ms=${RING_MS:-1000} ;;
  ring) scenario=answer ring_ms=$day_ms ;;
  busy) scenario=reject status=486 ring_ms=1 ;;
  reject) scenario=reject status=603 ring_ms=1 ;;
  divert) scenario=reject status=302 ring_ms=1 contact="s|@CONTACT@|Contact: <sip:$DIVERT_TO>|" ;;
  *) echo "phone: BEHAVIOUR is answer, ring, busy, reject or divert" >&2; exit 2 ;;
esac
# A timeout of 0 is none to SIPp.
[ "$ring_ms" -gt 0 ] || ring_ms=1
sed -e "/@TALK@/r $here/sipp/talk.xml" -e "/@TALK@/d" "$here/sipp/$scenario.xml" |
  sed -e "s/@RING_MS@/$ring_ms/" -e "s/@TALK_MS@/${TALK_MS:-$day_ms}/" -e "s/@STATUS@/$status/" -e "s/@PROGRESS@/${PROGRESS:-ring}/" -e "$contact" \
    >"$work/phone.xml"
cd "$work"
phone_pid=$$

register() {
  [ -z "${SIP_PASSWORD:-}" ] || WORK="$work/register" CONTACT="$LOCAL_IP:$LOCAL_PORT" EXPIRES_S=3600 "$here/register.sh"
}

# Called before its port is open, a phone would seem to be gone. /proc lists ports in hex.
listening() {
  port=$(printf ':%04X ' "$LOCAL_PORT")
  tries=0
  until grep -q "$port" /proc/net/udp; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] && kill -0 "$phone_pid" 2>/dev/null || return 1
    sleep 0.05
  done
}

{
  if ! listening; then
    echo "phone: SIPp does not listen on $LOCAL_IP:$LOCAL_PORT" >&2
    cat errors.log sipp.log >&2 2>/dev/null || true
    exit 1
  fi
  register || { kill "$phone_pid"; exit 1; }
  echo ready
  while [ "${REFRESH_S:-1800}" -gt 0 ] && kill -0 "$phone_pid" 2>/dev/null; do
    sleep "${REFRESH_S:-1800}"
    register || true
  done
} &

# In place of this shell, so that who ends the one ends the other.
exec sipp -sf phone.xml -i "$LOCAL_IP" -p "$LOCAL_PORT" -nostdin -aa -timeout "${LIFETIME_S:-0}" \
  -trace_logs -log_file /dev/fd/3 -trace_err -error_file errors.log 3>&1 >sipp.log 2>&1

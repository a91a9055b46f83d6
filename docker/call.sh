#!/bin/sh
# Dials NUMBER once and prints how it went, a line each: status=<SIP status>, then, when it was answered, ended=by_us or ended=by_them.
#   SIP_SERVER host:port   SIP_DOMAIN   SIP_USER   SIP_PASSWORD (empty for a carrier, which is not asked)   NUMBER
#   LOCAL_IP   CALL_ID (any)   SIP_NAME (none) that is shown beside SIP_USER
#   GIVE_UP_MS=30000 without an answer   TALK_MS (a day) until it hangs up by itself   LIFETIME_S=0 (without end)
#   SPEAK=1 to send sound from the answer on, silence of a person that listens; without it nothing comes
#   WORK (a folder of its own)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
LOCAL_IP=${LOCAL_IP:-$(hostname -i | cut -d' ' -f1)}
# The whole keyword, because SIPp does not look into it for other fields.
cat >"$work/call.csv" <<CSV
SEQUENTIAL
$SIP_USER;$SIP_DOMAIN;[authentication username=$SIP_USER password=${SIP_PASSWORD:-}];$NUMBER
CSV
sed -e "/@TALK@/r $here/sipp/talk.xml" -e "/@TALK@/d" "$here/sipp/call.xml" |
  sed -e "s/@GIVE_UP_MS@/${GIVE_UP_MS:-30000}/" -e "s/@TALK_MS@/${TALK_MS:-86400000}/" \
    -e "s/@NAME@/${SIP_NAME:+\"$SIP_NAME\" }/" >"$work/call.xml"
if [ "${SPEAK:-0}" = 1 ]; then
  # A second of silence in PCMU, again and again, from a port that SIPp opens for it.
  head -c 8000 /dev/zero | tr '\0' '\377' >"$work/silence.ul"
  sed -i -e 's|<!-- @SPEAK@ -->|<nop><action><exec rtp_stream="silence.ul,-1,0"/></action></nop>|' \
    -e 's/\[media_port\]/[rtpstream_audio_port]/' "$work/call.xml"
fi
cd "$work"
# In place of this shell, so that who ends the one ends the other. What the scenario says goes to our output, SIPp's screens do not.
exec sipp "$SIP_SERVER" -sf call.xml -inf call.csv -i "$LOCAL_IP" -m 1 -nostdin -cid_str "${CALL_ID:-%u-%p@%s}" \
  -timeout "${LIFETIME_S:-0}" -trace_logs -log_file /dev/fd/3 -trace_err -error_file errors.log 3>&1 >sipp.log 2>&1

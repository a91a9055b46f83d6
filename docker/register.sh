#!/bin/sh
# Registers a phone's contact once. Exit status 0 when the switch took it.
#   SIP_SERVER host:port   SIP_DOMAIN   SIP_USER   SIP_PASSWORD   CONTACT host:port
#   EXPIRES_S=3600, 0 to unregister   TIMEOUT_S=10   WORK (a folder of its own)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
cat >"$work/phone.csv" <<CSV
SEQUENTIAL
$SIP_USER;$SIP_DOMAIN;[authentication username=$SIP_USER password=$SIP_PASSWORD];$CONTACT;${EXPIRES_S:-3600}
CSV
cd "$work"
if sipp "$SIP_SERVER" -sf "$here/sipp/register.xml" -inf phone.csv -i "${CONTACT%:*}" -m 1 -nostdin \
  -timeout "${TIMEOUT_S:-10}s" -timeout_error -trace_err -error_file errors.log >sipp.log 2>&1; then
  exit 0
fi
echo "register: $SIP_USER@$SIP_DOMAIN was not registered at $SIP_SERVER" >&2
cat errors.log >&2 2>/dev/null || tail -5 sipp.log >&2
exit 1

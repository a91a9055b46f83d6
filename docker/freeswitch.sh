#!/bin/sh
# FreeSWITCH with this project's configuration, in the foreground.
#   CONF=/etc/freeswitch   STATE=/var/lib/freeswitch (log, db and the rest)   MODULES (where FreeSWITCH was built to look)
# and the variables of freeswitch-conf/vars.xml.
set -eu
: "${CCGATE_XML_PASSWORD:?is what ccgate expects of mod_xml_curl}"
: "${FS_ESL_PASSWORD:?is the password of the event socket; never empty}"
conf=${CONF:-/etc/freeswitch}
state=${STATE:-/var/lib/freeswitch}
# ccgate, who may be another user, deletes what it has read there.
export FS_CDR_SPOOL=${FS_CDR_SPOOL:-$state/cdr}
mkdir -p "$FS_CDR_SPOOL"
chmod a+rwx "$FS_CDR_SPOOL"
# ccgate keeps there what FreeSWITCH goes on with without it. Passwords of phones are in it, and in what FreeSWITCH makes of its XML in its log.
export FS_SNAPSHOT=${FS_SNAPSHOT:-$state/snapshot}
mkdir -p "$FS_SNAPSHOT" "$state/log"
chmod o-rwx "$FS_SNAPSHOT" "$state/log"
set -- -nf -nonat -nocal -np -conf "$conf"
for folder in log db run cache scripts grammar recordings storage sounds htdocs certs temp; do
  mkdir -p "$state/$folder"
  set -- "$@" "-$folder" "$state/$folder"
done
[ -z "${MODULES:-}" ] || set -- "$@" -mod "$MODULES"
exec "${FREESWITCH:-freeswitch}" "$@" </dev/null

#!/bin/sh
# CCGATE=http://127.0.0.1:8080 CCGATE_USER=... CCGATE_PASSWORD_MD5=... AGENT=1001 sh pause.sh
# A form keeps the password out of logs of addresses; the vendor's document sends the same in the query string.
curl --silent --location "$CCGATE/API/UpdateAgentState.php" \
--data-urlencode "action=pause" \
--data-urlencode "agent=$AGENT" \
--data-urlencode "username=$CCGATE_USER" \
--data-urlencode "password=$CCGATE_PASSWORD_MD5"

#!/bin/sh
# CCGATE=http://127.0.0.1:8080 SSID=... sh agent_on_break.sh
curl --silent --location -g --request POST "$CCGATE/api/v2/agentProfile/agentOnBreak" \
--data-raw '{
    "ssid":"'"$SSID"'"
}'

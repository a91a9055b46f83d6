#!/bin/sh
# CCGATE=http://127.0.0.1:8080 CLIENT_ID=1 API_KEY=... AGENT_ID=136 URL=https://somehost.com/fordel/show.php sh add_event.sh
# A token lives an hour; the key itself would do as well.
token=$(curl --silent "$CCGATE/oauth/token" \
--data-urlencode "grant_type=client_credentials" \
--data-urlencode "client_id=$CLIENT_ID" \
--data-urlencode "client_secret=$API_KEY" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl --silent "$CCGATE/client/$CLIENT_ID/agent/local/$AGENT_ID/event/" \
--header "Authorization: Bearer $token" \
--header "Content-Type: application/json" \
--data "{\"event_type\": \"agent-login\", \"method\": \"GET\", \"url\": \"$URL\"}"

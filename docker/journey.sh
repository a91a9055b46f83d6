#!/bin/sh
# The journey through the lab, from a new account to the first call that is told: makes phones, an agent and a queue with a number, has the phones and the
# caller started, checks the agent in, and waits until what was told of a call has arrived. A line a step; exit status 1 with what was refused, or did
# not come.
#   CCGATE_KEY as `ccgate user create` printed it   CCGATE_URL=http://localhost:8080
#   EVENT_URL=http://sink:8070/events   START="docker compose up -d"   PATIENCE_S=120 for each event
set -eu
: "${CCGATE_KEY:?is the API key that ccgate user create printed}"
url=${CCGATE_URL:-http://localhost:8080}
answer=

api() {
  path=$1
  shift
  answer=$(curl -sS -H "X-Api-Key: $CCGATE_KEY" "$url/api/$path" "$@")
  case $answer in
    *'"success":true'*) ;;
    *) echo "journey: $path: $answer" >&2; exit 1 ;;
  esac
}

# The id in the last answer.
id() {
  printf %s "$answer" | grep -o '"id":[0-9]*' | head -n 1 | cut -d: -f2
}

# Waits until an event of this name was delivered to EVENT_URL.
delivered() {
  tries=0
  until api "event?event=$1&state=done&limit=1" && printf %s "$answer" | grep -q "\"event\":\"$1\""; do
    tries=$((tries + 1))
    if [ "$tries" -ge "${PATIENCE_S:-120}" ]; then
      echo "journey: no $1 was delivered in ${PATIENCE_S:-120} s" >&2
      exit 1
    fi
    sleep 1
  done
  echo "delivered: $1"
}

api account -X PUT -d "event_url=${EVENT_URL:-http://sink:8070/events}"
api device -d name='Desk 2' -d type=sip -d username=1002 -d password=lab-phone-1002
api device -d name='Desk 1' -d type=sip -d username=1001 -d password=lab-phone-1001
desk=$(id)
api user -d name=Dana -d username=dana -d email=dana@lab.local -d password=Ab123456 -d is_agent=1
dana=$(id)
api cc_queue -d name=Support -d strategy=longest-idle-agent -d time_base_score=queue -d "users=[[$dana,3,1,1]]"
queue=$(id)
api extension -d name=Support -d number=97231234567 -d kind=did -d target=queue -d "target_id=$queue"
echo "made: agent $dana at phone $desk, queue $queue at 97231234567"
${START:-docker compose up -d}
api "cc_agent/checkInDevice?user_id=$dana&device_id=$desk"
echo "checked in: agent $dana"
for event in call:start call:ring call:answer call:end; do
  delivered "$event"
done

"""What schemathesis must not do to the lab, or it would have nothing left to talk to: each with its reason.

The secrets of the run come in the environment, from run.py.
"""

import atexit
import collections
import json
import os

import schemathesis

KEY = os.environ["CCGATE_KEY"]
# The lab's administrator, whose key the run uses; its group, and the others of a new account.
ADMINISTRATOR = 1
GROUPS = 4
# Ids of a fresh lab are small: anything larger is a 404, of which a few are enough.
IDS = 12
# How often what was answered.
STATUSES = collections.Counter()


@schemathesis.hook
def before_call(context, case, **kwargs):
    surfaces = {
        "callcenter": call_center,
        "queue-agent-events": queue_agent_events,
        "agent-profile": agent_profile,
        "update-agent-state": update_agent_state,
    }
    surfaces[os.environ["CCGATE_SURFACE"]](case)


@schemathesis.hook
def after_call(context, case, response):
    STATUSES[response.status_code] += 1


@atexit.register
def tell():
    with open("statuses.json", "w") as file:
        json.dump(STATUSES, file, sort_keys=True)


def call_center(case):
    case.headers = case.headers or {}
    # The cookie and the key in the query would be those that were made up: a wrong key counts as an attack, and blocks the address.
    case.headers["X-Api-Key"] = KEY
    for name in ("api_key", "ssid"):
        (case.query or {}).pop(name, None)
    case.cookies = {}
    case.headers.pop("Authorization", None)
    keep_the_run_alive(case)
    path = case.path_parameters or {}
    if isinstance(path.get("id"), int):
        kept = {"user": ADMINISTRATOR, "pgroup": GROUPS}.get(case.operation.path.split("/")[2], 0)
        path["id"] = near(path["id"], 1 + kept)


def keep_the_run_alive(case):
    body = case.body
    if not isinstance(body, dict):
        return
    # As a name in a body a key is as good as in a header, and a wrong one as bad.
    for name in ("api_key", "ssid"):
        body.pop(name, None)
    if case.operation.path == "/api/account":
        # By it every refusal comes as 200, as the account wishes: tests/it has that.
        body.pop("legacy_http_status", None)
        # Nothing of the run is sent to somebody else's address.
        if str(body.get("event_url")).startswith("http"):
            body["event_url"] = "http://127.0.0.1:9/"


def queue_agent_events(case):
    case.headers = case.headers or {}
    if case.operation.path == "/oauth/token":
        # A wrong key counts as an attack, and blocks the address.
        case.headers.pop("Authorization", None)
        if isinstance(case.body, dict):
            case.body["client_id"], case.body["client_secret"] = "1", KEY
        return
    case.headers["Authorization"] = f"Bearer {KEY}"
    path = case.path_parameters or {}
    path["client_id"] = "1"
    path.update({name: near(path.get(name), 1) for name in ("agent_id", "event_id") if name in path})
    if isinstance(case.body, dict) and str(case.body.get("url")).startswith("http"):
        # Nothing of the run is sent to somebody else's address.
        case.body["url"] = "http://127.0.0.1:9/"


def agent_profile(case):
    # Half of them as the administrator: what is said without a key is soon said.
    if isinstance(case.body, dict) and len(str(case.body)) % 2:
        case.body.pop("ssid", None)
        case.body["token"] = KEY
        case.body["userId"] = near(case.body.get("userId", 0), 1)
    elif isinstance(case.body, dict):
        # A wrong key counts as an attack, and blocks the address; a wrong session does not.
        case.body.pop("token", None)


def update_agent_state(case):
    # A wrong password counts as an attack, and blocks the address: tests/it has that.
    sent = case.body if case.method.upper() == "POST" and isinstance(case.body, dict) else case.query
    if isinstance(sent, dict):
        sent["username"], sent["password"] = "boss", "Ab123456"
    else:
        case.query = {**(case.query or {}), "username": "boss", "password": "Ab123456"}


def near(value, first):
    """An id that may be there."""
    return first + value % IDS if isinstance(value, int) else value

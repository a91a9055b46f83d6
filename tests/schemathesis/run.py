#!/usr/bin/env python3
"""Holds the served OpenAPI documents to a ccgate that runs: schemathesis makes requests of each document, and every answer must have a status, a
content type and a body of it, and never a 5xx. At least 2,000 requests a surface; ten minutes in all.

usage: tests/schemathesis/run.py [SURFACE...]     needs cargo, and Python with venv; CCGATE_ST names another `st` than that of a venv in target/
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "schemathesis"
CASES = 2_000
# The most requests an operation; the document says how many operations there are.
SURFACES = {"callcenter": 15, "queue-agent-events": 200, "agent-profile": 320, "update-agent-state": 1_000}
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Left out of all that there are, each for a reason:
#   negative_data_rejection, positive_data_acceptance  unknown parameters are ignored, texts are taken for numbers, and what is well formed may be
#                                                      refused for what it names
#   missing_required_header, ignored_auth              a key has five places, and a login none
#   unsupported_method, allow_header_conformance       the vendors' documents say nothing of `Allow`; tests/it walks every method
#   use_after_free, ensure_resource_availability       of stateful runs, which guess what belongs together
#   response_headers_conformance                       headers are described where they are; none must be there
#   object_level_authorization                         tests/it walks every route with another account's ids
EXCLUDED = ["/api/stream", "/api/wallboard/stream"]  # Their answers have no end; tests/it has them.


def main():
    names = sys.argv[1:] or list(SURFACES)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    st = os.environ.get("CCGATE_ST") or installed(target / "schemathesis" / "venv")
    subprocess.run(["cargo", "test", "--locked", "--test", "it", "--no-run"], cwd=ROOT, check=True)
    failed = [name for name in names if not run(st, target, name)]
    if failed:
        sys.exit(f"schemathesis: {', '.join(failed)} failed")


def installed(folder):
    """schemathesis of requirements.txt, in a folder of its own."""
    if not (folder / "bin" / "st").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    return folder / "bin" / "st"


def run(st, target, name):
    began = time.monotonic()
    lab = subprocess.Popen([target / "debug" / "ccgate", "lab", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        said = {}
        for line in lab.stdout:
            key, _, value = line.strip().partition("=")
            said[key] = value
            if line.strip() == "ready":
                break
        boss(said["url"], said["api_key"])
        notes = target / "schemathesis"  # It keeps what it found where it is run.
        notes.mkdir(exist_ok=True)
        done = subprocess.run(
            command(st, said["url"], name), cwd=notes, env=environment(name, said["api_key"]), stdout=subprocess.PIPE, text=True
        )
        print(done.stdout)
        cases = [int(count.replace(",", "")) for count in re.findall(r"([\d,]+) generated", done.stdout)]
        alive = lab.poll() is None and check_key(said["url"], said["api_key"])
        seconds = round(time.monotonic() - began)
        statuses = json.loads((notes / "statuses.json").read_text())
        print(f"{name}: {sum(cases)} requests in {seconds} s, exit {done.returncode}, the lab {'lives' if alive else 'DIED'}, answers {statuses}")
        # A run that is refused everything has seen nothing.
        done_well = sum(count for status, count in statuses.items() if status.startswith("2"))
        return done.returncode == 0 and alive and sum(cases) >= CASES and done_well * 10 >= sum(cases)
    finally:
        lab.terminate()
        lab.wait()


def command(st, url, name):
    excluded = [word for path in EXCLUDED for word in ("--exclude-path", path)]
    return [
        st, "run", f"{url}/openapi/{name}.json", "--url", url, "--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--seed", "1",
        "--max-examples", str(SURFACES[name]), "--continue-on-failure", "--no-color", "--warnings", "off", "--request-timeout", "120",
        "--suppress-health-check", "all", *excluded,
    ]  # fmt: skip


def environment(name, key):
    return {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "CCGATE_SURFACE": name, "CCGATE_KEY": key}


def boss(url, key):
    """The user as whom UpdateAgentState is asked: of the first group, which may do anything."""
    user = {"name": "Boss", "username": "boss", "email": "boss@lab.local", "password": "Ab123456", "pgroup_id": 1}
    asked(url, key, "/api/user", user)


def check_key(url, key):
    return asked(url, key, "/api/account")["success"]


def asked(url, key, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"X-Api-Key": key, "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()

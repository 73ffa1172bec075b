"""`neta serve` as a person starts it: a real Prefect server on loopback, a schedule that fires, a run that happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from flows import runlog
from flows.home import Answers, init
from flows.settings import load

ROOT = Path(__file__).parents[2]
STORY = "noteに書いた失敗談を読んだ同業の方から連絡をいただき、勉強会でお話しする機会をいただきました。"


def _neta(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flows.cli", *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until(what, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.5)
    return False


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(home, port, auth) of a home whose schedules fire every 20 seconds, served."""
    home, port = tmp_path_factory.mktemp("served") / "home", _free_port()
    init(home, Answers(channels=("pasted",)))
    file = home / "neta.toml"
    text = file.read_text(encoding="utf-8")
    for cron in ('"0 * * * *"', '"30 3 * * *"'):
        text = text.replace(cron, '"* * * * * */20"')
    file.write_text(text, encoding="utf-8")
    (home / "inbox" / "pasted" / "story.txt").write_text(STORY, encoding="utf-8")
    log = (home / "serve.log").open("wb")
    command = _neta("serve", "--home", str(home), "--port", str(port))
    often = os.environ | {"PREFECT_RUNNER_POLL_FREQUENCY": "2"}  # seconds; ten otherwise
    child = subprocess.Popen(command, cwd=ROOT, env=often, stdout=log, stderr=log)
    auth_file = home / "state" / "prefect.auth"
    up = _until(lambda: auth_file.exists() and _answers(port), 180)
    assert up, (home / "serve.log").read_text()
    yield home, port, auth_file.read_text()
    child.send_signal(signal.SIGTERM)
    child.wait(timeout=60)
    log.close()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _api(port: int, path: str, auth: str | None, **body):
    login = tuple(auth.split(":", 1)) if auth else None
    return httpx.post(f"http://127.0.0.1:{port}/api/{path}", auth=login, json=body, timeout=30, trust_env=False)


def test_nobody_without_the_auth_string_may_ask(served):
    _, port, auth = served
    assert _api(port, "flow_runs/filter", None).status_code == 401
    assert _api(port, "flow_runs/filter", auth).status_code == 200


def test_cron_deployments_have_scheduled_runs_in_the_calls_zone(served):
    _, port, auth = served
    assert _until(lambda: len(_api(port, "deployments/filter", auth).json()) == 4, 180)
    found = _api(port, "deployments/filter", auth).json()
    schedules = [each["schedule"] for deployment in found for each in deployment["schedules"]]
    assert len(schedules) == 3 and {schedule["timezone"] for schedule in schedules} == {"Asia/Tokyo"}
    wanted = {"state": {"type": {"any_": ["SCHEDULED"]}}}
    assert _until(lambda: len(_api(port, "flow_runs/filter", auth, flow_runs=wanted).json()) >= 3, 60)


def test_prefect_yaml_deploys(served):
    home, port, auth = served
    env = os.environ | {
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_HOME": str(home / "state" / "prefect"),
        "NETA_HOME": str(home),
        "NETA_PROJECT": str(ROOT),
    }
    prefect = [sys.executable, "-m", "prefect"]
    pool = [*prefect, "work-pool", "create", "neta", "--type", "process"]
    subprocess.run(pool, env=env, cwd=ROOT, check=True, capture_output=True, timeout=120)
    done = subprocess.run(
        [*prefect, "--no-prompt", "deploy", "--all"], env=env, cwd=ROOT, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = {d["name"] for d in _api(port, "deployments/filter", auth).json()}
    assert {"hourly", "nightly", "backfill"} <= names


def test_a_scheduled_run_really_happens(served):
    """Last: it happens while the others ask."""
    home, _, _ = served
    lake = load(home).lake
    assert _until(lambda: runlog.last_success(lake, "ingest") and lake.published.exists(), 180)
    done = [run["kind"] for run in runlog.runs(lake) if run["status"] == "done"]
    assert "ingest" in done
    assert "build" in done

"""The flows against Prefect's own temporary server: few runs, because each costs a second and the server ten."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows import runlog
from flows.home import Answers, init
from flows.settings import load

STORY = "社内で誰にも聞けなかったExcelの悩みをツイッターでつぶやいたら、他社の経理の方が丁寧に教えてくれました。"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One temporary Prefect server for this module."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    init(path, Answers(channels=("pasted", "email")))
    (path / "inbox" / "pasted" / "story.txt").write_text(STORY, encoding="utf-8")
    return path


def test_a_daily_run_ingests_and_publishes(server, home):
    from flows.orchestrated import run_daily

    day = run_daily(str(home))
    assert day.failures == {}
    assert day.landings["pasted"]["new"] == 1
    assert day.built["changed"] is True
    assert load(home).lake.published.exists()


def test_one_channel_that_fails_stops_no_other_and_is_told(server, home):
    from flows.orchestrated import daily, run_daily

    settings_file = home / "neta.toml"
    told = 'command = ["sh", "-c", "cat > told.txt"]'.replace("told.txt", str(home / "told.txt"))
    text = settings_file.read_text(encoding="utf-8").replace("command = []", told)
    settings_file.write_text(text.replace("[channels.email]", "[channels.telegram]"), encoding="utf-8")
    state = daily(str(home), return_state=True)
    assert state.is_failed()
    assert (home / "told.txt").read_text(encoding="utf-8").startswith("定時実行「daily」が失敗しました")
    assert load(home).lake.published.exists()
    day = run_daily(str(home))
    assert list(day.failures) == ["telegram"]
    assert day.landings["pasted"]["skipped"] == 1


def test_runs_missed_while_asleep_are_made_up_for_once(server, home, monkeypatch):
    from prefect.runtime import flow_run

    from flows.orchestrated import ingest

    ingest(str(home))
    before = len(runlog.runs(load(home).lake))
    due = runlog.now() - timedelta(hours=3)
    monkeypatch.setitem(flow_run.FIELDS, "scheduled_start_time", lambda: due)
    assert ingest(str(home)) == {}
    assert len(runlog.runs(load(home).lake)) == before


def test_the_watch_tells_what_is_overdue(server, home):
    from flows.orchestrated import watch

    late = watch(str(home))
    assert len(late) == 2
    assert "一度もありません" in late[0]
    assert late[0] in (load(home).lake.state / "notices.log").read_text(encoding="utf-8")


def test_a_backfill_asks_for_a_span(server, home):
    from flows.orchestrated import backfill

    assert backfill(str(home), "pasted", datetime(2026, 4, 1), datetime(2026, 4, 2))["new"] == 1

"""A live source through `neta ingest`: whole, once, whatever breaks on the way, and never into a sample home."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows import notify, runlog
from flows.ingest import WrongHome, ingest, ingest_home
from flows.settings import load
from flows.verbs import ingest_and_show, run_day_and_show
from tasks import conform
from tasks.live import read_cursor
from tests.standins.api import Api, closed
from tests.standins.mastodon import Mastodon, status
from tests.standins.raw import RawServer

COUNT = 100  # three pages of 40
FIRST = 1_775_000_000_000  # milliseconds since 1970: 2026-03-31


@pytest.fixture
def instance():
    with RawServer(lambda *_: ()) as running:
        running.source = Mastodon([status(FIRST + n * 60_000, f"{n}番目の話です。") for n in range(COUNT)])
        running.script = Api(running.source)
        yield running


@pytest.fixture
def asking(real_home, instance):
    """A home that asks the instance."""
    file = real_home.path / "neta.toml"
    live = f'\n[channels.mastodon]\nlive = true\ninstances = ["{instance.url}"]\ntrusted_hosts = ["127.0.0.1"]\n'
    file.write_text(file.read_text(encoding="utf-8") + live, encoding="utf-8")
    return real_home


def told(home) -> list[str]:
    return sorted(m["url"] for m in conform.messages(home.settings.lake).to_pylist())


def test_everything_once_and_then_only_what_is_new(asking, instance):
    first = ingest(asking.settings, "mastodon")
    assert (first.new, first.is_whole, first.notices) == (COUNT, True, [])
    assert ingest(asking.settings, "mastodon").new == 0
    instance.source.statuses.append(status(FIRST + 10**8, "あとから来た話です。"))
    assert ingest(asking.settings, "mastodon").new == 1
    assert len(told(asking)) == len(set(told(asking))) == COUNT + 1
    assert not list((asking.path / "inbox" / "mastodon").rglob("*.json")), "what is landed waits no longer"


@pytest.mark.parametrize("request_number", [0, 1, 2, 3])
def test_a_fetch_that_breaks_half_way_is_resumed_without_loss_or_double(asking, instance, request_number):
    instance.script = Api(instance.source, {request_number: closed})
    broken = ingest(asking.settings, "mastodon")
    assert (broken.is_whole, [n[1] for n in broken.notices]) == (False, ["not_allowed"])
    assert read_cursor(asking.settings.lake, "mastodon") == {}
    assert runlog.runs(asking.settings.lake)[-1]["status"] == "partial"
    instance.script = Api(instance.source)
    assert broken.new + ingest(asking.settings, "mastodon").new == COUNT
    assert len(set(told(asking))) == len(told(asking)) == COUNT


def test_what_was_kept_when_the_process_died_is_landed_by_the_next(asking, instance, monkeypatch):
    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("flows.ingest.land_inbox", dies)
        ingest(asking.settings, "mastodon")
    assert list((asking.path / "inbox" / "mastodon").rglob("*.json"))
    assert read_cursor(asking.settings.lake, "mastodon") == {}
    ingest(asking.settings, "mastodon")
    assert len(told(asking)) == COUNT


def test_a_span_is_asked_again_and_the_cursor_stays(asking, instance):
    ingest(asking.settings, "mastodon")
    cursor, lake = read_cursor(asking.settings.lake, "mastodon"), asking.settings.lake
    for file in lake.raw_files():
        file.unlink()
    since = datetime.fromtimestamp(FIRST / 1000, UTC) + timedelta(minutes=10)
    again = ingest_home(str(asking.path), "mastodon", since=since, until=since + timedelta(minutes=20))
    assert 18 <= again["new"] <= 22
    assert read_cursor(lake, "mastodon") == cursor


def test_a_source_that_cannot_be_asked_for_long_is_told(asking, instance):
    ingest(asking.settings, "mastodon")
    instance.script = Api(instance.source, closed)
    ingest(asking.settings, "mastodon")
    later = runlog.now() + timedelta(hours=asking.settings.overdue_hours + 1)
    asking.say("a.json", "話", 7)
    ingest(asking.settings, "x_hashtag")
    late = notify.overdue(asking.settings, later - timedelta(hours=2))
    assert not any("Mastodon" in line for line in late)
    assert any("Mastodon" in line for line in notify.overdue(asking.settings, later))


def test_a_source_that_could_not_be_asked_is_no_success(asking, instance, capsys):
    instance.script = Api(instance.source, closed)
    assert ingest_and_show(asking.path, "mastodon", (), as_json=True) == 1
    assert run_day_and_show(asking.path, no_prefect=True, as_json=True) == 1
    instance.script = Api(instance.source)
    assert ingest_and_show(asking.path, "mastodon", (), as_json=True) == 0


def test_a_sample_home_asks_nobody(sample_copy, instance):
    file = sample_copy / "neta.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[channels.mastodon]\nlive = true\n", encoding="utf-8")
    with pytest.raises(WrongHome):
        ingest(load(sample_copy), "mastodon")
    assert instance.asked == []

"""What holds for every channel, tried on all its examples: nothing twice, in any order, and in = out + set aside."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks import channels, conform
from tasks.land import land
from warehouse.lake import Lake, read_parquet

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
BESIDE = (".expected.json", ".options.json")


def examples(channel: str) -> list[Path]:
    files = sorted(p for p in (FIXTURES / channel).glob("*") if p.is_file())
    return [p for p in files if not p.name.endswith(BESIDE) and p.stem != "README"]


def landed(home: Path, channel: str, files: list[Path], day: int = 0) -> tuple[Lake, int, int]:
    """(lake, items, new ones) after landing the files in this order, each with its own options."""
    lake, items, new = Lake(home), 0, 0
    for file in files:
        options = file.with_name(file.name + BESIDE[1])
        options = json.loads(options.read_text(encoding="utf-8")) if options.exists() else {}
        landing = land(lake, channel, [file], options, NOW + timedelta(days=day), "run")
        items, new = items + landing.items, new + landing.new
    return lake, items, new


def raw_ids(lake: Lake) -> list[str]:
    return sorted(i for file in lake.raw_files() for i in read_parquet(file, ["raw_id"])["raw_id"].to_pylist())


@pytest.mark.parametrize("channel", channels.names())
def test_ingested_again_in_any_order_adds_nothing(channel: str, tmp_path: Path):
    files = examples(channel)
    lake, items, new = landed(tmp_path / "a", channel, files)
    assert 0 < new <= items and len(raw_ids(lake)) == new
    assert landed(tmp_path / "a", channel, files[::-1], day=1)[2] == 0
    other, _, _ = landed(tmp_path / "b", channel, files[::-1])
    assert raw_ids(other) == raw_ids(lake)


@pytest.mark.parametrize("channel", channels.names())
def test_every_item_is_a_message_or_told_why_not(channel: str, tmp_path: Path):
    lake, _, new = landed(tmp_path / "a", channel, examples(channel))
    messages = conform.messages(lake).to_pylist()
    assert len(messages) == new
    for message in messages:
        if message["set_aside"] == "unreadable":
            assert message["detail"] and not message["detail"].startswith("crashed"), message
        else:
            assert message["submission_id"] and message["namespace"] and message["posted_at"]


@pytest.mark.parametrize("channel", channels.names())
def test_two_orders_of_landing_read_the_same(channel: str, tmp_path: Path):
    files = [file for file in examples(channel) if not file.with_name(file.name + BESIDE[1]).exists()]
    forth = conform.messages(landed(tmp_path / "a", channel, files)[0])
    assert conform.messages(landed(tmp_path / "b", channel, files[::-1])[0]).equals(forth)

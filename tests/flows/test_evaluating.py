"""`neta coder evaluate` in a home whose codebook has no model: only people's decisions can measure there."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from flows.build import build
from flows.evaluating import evaluate_and_tell
from flows.failures import Refused
from flows.reviewing import decide
from tasks.coding.examples import decided
from tasks.coding.left_out import parted
from tasks.coding.training import Example


@pytest.fixture
def own_codebook(told):
    head = told.path / "codebook" / "codebook.toml"
    text = head.read_text(encoding="utf-8")
    head.write_text("\n".join(line for line in text.splitlines() if not line.startswith("model")), encoding="utf-8")
    build(told.settings)
    return told


def test_it_is_measured_by_what_people_decided_and_told_on_a_page(own_codebook, capsys):
    home = own_codebook
    with pytest.raises(Refused, match="neta review decide"):
        evaluate_and_tell(home.path, False, None, as_json=True)
    decide(home.path, "x:1700000000000000007", "platform=mixi", "editor", None)
    build(home.settings)
    capsys.readouterr()
    evaluate_and_tell(home.path, True, None, as_json=True)
    told = json.loads(capsys.readouterr().out)
    (one,) = told["sets"]
    assert (one["name"], one["n"], one["main"], told["curve"]) == ("people", 1, "rules", [])
    platform = one["coders"]["rules"]["platform"]
    assert platform["value"]["value"] == 0.0 and platform["mixed_up"] == [{"wanted": "mixi", "claimed": "note", "n": 1}]
    page = home.settings.lake.reports / "coder.html"
    assert "mixi" in page.read_text(encoding="utf-8") and page.stat().st_mode & 0o077 == 0


def test_only_what_was_decided_after_a_time_is_an_example():
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    answers = [
        {"dimension": d, "codes": ["x"], "decided_at": t} for d, t in zip(("platform", "benefit"), at[::2], strict=True)
    ]
    row = {
        "submission_ref": "s",
        "story_id": "h",
        "channel": "x_dm",
        "title_masked": None,
        "body_masked": "b",
        "answers": answers,
    }
    assert set(next(decided([row])).codes) == {"platform", "benefit"}
    assert set(next(decided([row], at[1])).codes) == {"benefit"}
    assert list(decided([row], at[2])) == []


def test_a_writer_who_is_measured_taught_nothing():
    known = [Example(f"{who}{n}", "", "", who) for who in "ab" for n in range(2)]
    learnt, measured = parted(known, [Example("a9", "", "", "a"), Example("c1", "", "", "c")], "a")
    assert [e.id for e in learnt] == ["b0", "b1"] and [e.id for e in measured] == ["a0", "a1", "a9"]

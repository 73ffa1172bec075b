"""From `neta review draw` to the last drawn story confirmed."""

from __future__ import annotations

import json

import pytest

from flows.build import build
from flows.confirming import confirm
from flows.failures import Refused
from flows.ingest import ingest
from flows.reviewing import decide, show_next
from flows.sampling import draw
from flows.verbs import show_counts
from warehouse import ledger, store

POST = "x:1700000000000000007"


def asked(home, sql: str) -> list[tuple]:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return con.execute(sql).fetchall()


def next_(home, capsys) -> dict | None:
    capsys.readouterr()
    show_next(home.path, as_json=True)
    return json.loads(capsys.readouterr().out)["next"]


@pytest.fixture(scope="module")
def drawn_once(told_once, tmp_path_factory):
    home = told_once.copied(tmp_path_factory.mktemp("drawn"))
    home.say("b.json", "今日は良い天気ですね", 8, author="43")
    ingest(home.settings, "x_hashtag")
    build(home.settings)
    draw(home.path, 2, 5, "editor", None)
    build(home.settings)
    return home


@pytest.fixture
def drawn(drawn_once, tmp_path):
    """Two stories and an aside, all drawn."""
    return drawn_once.copied(tmp_path)


def test_drawn_stories_are_served_until_each_is_confirmed(drawn, capsys):
    order = [ref for (ref,) in asked(drawn, "SELECT submission_ref FROM fct_sample ORDER BY draw_order")]
    (design,) = ledger.read(drawn.settings.lake.ledger, "sample")
    assert design.payload["drawn"] == order and design.payload["probability"] == 1.0
    for ref in order:
        row = next_(drawn, capsys)
        assert row["submission_ref"] == ref and row["is_drawn"]
        confirm(drawn.path, ref, "editor", None)
    assert next_(drawn, capsys) is None  # before the build, by the ledger
    build(drawn.settings)
    assert next_(drawn, capsys) is None and asked(drawn, "SELECT count(*) FROM fct_to_review") == [(0,)]


def test_what_is_confirmed_is_what_stood_there(drawn):
    before = asked(drawn, "SELECT story_id, dimension, code FROM mart_story_code ORDER BY ALL")
    for (ref,) in asked(drawn, "SELECT submission_ref FROM fct_sample"):
        confirm(drawn.path, ref, "editor", "読んだ")
    build(drawn.settings)
    assert asked(drawn, "SELECT story_id, dimension, code FROM mart_story_code ORDER BY ALL") == before
    assert asked(drawn, "SELECT DISTINCT decided_by FROM mart_story_code") == [("person",)]
    said = [e.payload for e in ledger.read(drawn.settings.lake.ledger, "code")]
    assert {p["dimension"] for p in said if p["codes"] == []} == {"flag"}  # none, which is an answer too
    assert len([p for p in said if p["dimension"] == "is_story"]) == 2  # of the aside nothing else was asked
    assert len([p for p in said if p["dimension"] == "platform"]) == 1


@pytest.mark.parametrize("built", [True, False])
def test_what_a_person_decided_before_stays(drawn, built):
    decide(drawn.path, POST, "platform=mixi", "editor", None)
    if built:
        build(drawn.settings)
    confirm(drawn.path, POST, "editor", None)
    build(drawn.settings)
    assert asked(drawn, "SELECT code FROM mart_story_code WHERE dimension = 'platform'") == [("mixi",)]
    assert len([e for e in ledger.read(drawn.settings.lake.ledger) if e.payload.get("dimension") == "platform"]) == 1


def test_of_a_story_that_only_a_person_saw_the_rest_is_asked(drawn):
    (aside,) = [ref for (ref,) in asked(drawn, "SELECT submission_ref FROM fct_story WHERE NOT is_story")]
    decide(drawn.path, aside, "is_story=yes", "editor", None)
    told = confirm(drawn.path, aside, "editor", None)
    assert "まだ決まっていません" in told and "業種" in told
    assert [e.payload["dimension"] for e in ledger.read(drawn.settings.lake.ledger, "code")] == ["is_story"]


def test_a_story_that_is_taken_out_is_asked_nothing_more(drawn, capsys):
    decide(drawn.path, POST, "is_story=no", "editor", None)
    row = next_(drawn, capsys)
    assert row["submission_ref"] not in asked(drawn, "SELECT submission_ref FROM fct_story WHERE is_story")[0]
    build(drawn.settings)
    waiting = asked(drawn, "SELECT DISTINCT submission_ref FROM fct_to_review")
    assert waiting == [(row["submission_ref"],)]


def test_a_second_draw_goes_on_with_the_same_seed_and_an_empty_home_has_nothing(drawn, real_home):
    draw(drawn.path, 1, None, "editor", None)
    first, second = ledger.read(drawn.settings.lake.ledger, "sample")
    assert second.payload["seed"] == 5 and second.payload["drawn"] == first.payload["drawn"][:1]
    build(real_home.settings)
    with pytest.raises(Refused):
        draw(real_home.path, 3, None, "editor", None)


def printed(home, capsys, **more) -> str:
    capsys.readouterr()
    show_counts(home.path, "platform", False, False, False, **more)
    return capsys.readouterr().out


def test_counts_say_that_nothing_was_measured_then_the_range_then_one_number(drawn, capsys):
    assert "未抽出" in printed(drawn, capsys) and "推定値" not in printed(drawn, capsys)
    first, second = [ref for (ref,) in asked(drawn, "SELECT submission_ref FROM fct_sample ORDER BY draw_order")]
    confirm(drawn.path, first, "editor", None)
    build(drawn.settings)
    told = printed(drawn, capsys, parts=True)
    assert "推定値" in told and "分類の幅" in told and "全体の推定値" in told and "幅は分類と重複判定の不確かさ" in told
    confirm(drawn.path, second, "editor", None)
    build(drawn.settings)
    whole = printed(drawn, capsys)
    note = next(row for row in whole.splitlines() if row.startswith("note "))
    assert note.split()[1:3] == ["1", "1"] and "未抽出" not in whole and "全体の推定値" not in whole

"""No output exceeds what its tellers allow, whatever they allow and however their tellings hang together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import DIMENSIONS, ZONE, Call
from warehouse import counts, store, trends
from warehouse.scopes import SCOPES
from warehouse.words import Words

WORDS = Words("en")
FIGURES = ("level", "code", "story_count", "story_count_low", "person_count", "person_count_low", "reviewed_count")


@st.composite
def calls(draw) -> Call:
    """Up to eight tellings of up to four stories by up to three people, each with scopes of its own."""
    call, first = Call(), set()
    for n in range(draw(st.integers(1, 8))):
        story, teller = f"s{draw(st.integers(0, 3))}", f"p{draw(st.integers(0, 2))}"
        allowed = draw(st.sets(st.sampled_from(SCOPES)))
        may = {f"can_{scope}": scope in allowed for scope in SCOPES}
        ref, late = f"t{n}", draw(st.booleans())
        told = {"channel": draw(st.sampled_from(["email", "form"])), "contributor_ref": teller, "is_after_close": late}
        month = draw(st.integers(1, 3))
        is_first = story not in first
        call.tell(ref, f"2026-0{month}-10T03:00:00+00:00", story_id=story, is_representative=is_first, **told, **may)
        topics, mood = draw(st.sets(st.sampled_from(["apple", "pear", "oak"]))), draw(st.sampled_from(["good", "bad"]))
        call.claim(ref, told="yes", mood=mood, topic=" ".join(sorted(topics)))
        first.add(story)
    return call


def allowed_only(call: Call) -> Call:
    """The same call, had the tellings that may not be counted never come."""
    kept = Call(submissions=[row for row in call.submissions if row["can_count"]])
    refs = {row["submission_ref"] for row in kept.submissions}
    kept.items = [row for row in call.items if row["submission_ref"] in refs]
    kept.claims = [row for row in call.claims if row["submission_ref"] in refs]
    return kept


def figures(con) -> dict:
    """Every count that is shown, and what stands behind each."""
    told = {}
    for late in (False, True):
        totals = counts.totals(con, late)
        totals.pop("unconsented_count")
        told[late] = totals
        for name in (*DIMENSIONS, "channel", "month"):
            table = counts.breakdown(con, name, WORDS, late)
            rows = [row for row in table.rows if row["story_count"]]
            told[late, name] = sorted(tuple(r[column] for column in FIGURES) for r in rows)
            for row in rows:
                behind = counts.stories(con, {name: row["value"]}, late, WORDS)
                assert len(behind) == row["story_count"]
                with trends.chosen(con, {name: row["value"]}, late, WORDS) as chosen:
                    people = chosen.totals()["person_count"]
                assert people == row["person_count"] or name == "channel"  # whose cells count those who used it
    for mart in ("mart_story_channel", "mart_story_topic", "mart_story_mood"):
        told[mart] = con.execute(f"FROM {mart} ORDER BY ALL").fetchall()
    told["total"] = con.execute("SELECT story_count, apart_count, late_count, person_count FROM mart_total").fetchall()
    return told


@pytest.mark.slow
@settings(max_examples=10)
@given(call=calls())
def test_counts_are_those_of_a_call_to_which_only_what_may_be_counted_came(call, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scopes")
    with (
        _opened(call.build(folder / "all.duckdb")) as con,
        _opened(allowed_only(call).build(folder / "may.duckdb")) as may,
    ):
        assert figures(con) == figures(may)
        shares = con.execute(
            "SELECT story_count + apart_count + not_story_count + unconsented_count +"
            " (SELECT count(*) FROM fct_story WHERE can_count AND is_story AND is_after_close) = telling_count FROM mart_total"
        ).fetchone()
        assert shares == (True,)
        shown(con, call)


def shown(con, call: Call) -> None:
    """A listing shows a text only where its teller lets it be paraphrased or quoted."""
    texts = {row["submission_ref"]: row["can_paraphrase"] or row["can_quote"] for row in call.submissions}
    for kind in ("any", "counted", "apart", "late", "not_story", "unconsented"):
        for story in counts.stories(con, {"kind": kind}, True, WORDS):
            for telling in story["submissions"]:
                assert (telling["body_masked"] is not None) <= texts[telling["submission_ref"]]


def _opened(path):
    return store.open_locked(path, ZONE)


def test_a_story_counts_by_the_tellings_that_may(call, asked):
    call.story("a", story_id="s", topic="apple", can_count=False)
    call.story("b", story_id="s", topic="oak", is_representative=False, channel="form")
    call.story("c", topic="pear", can_count=False)
    assert asked(call, "SELECT story_id, submission_ref, is_counted FROM fct_story ORDER BY 1") == [
        ("s", "b", True),
        ("story-c", "c", False),
    ]
    assert asked(call, "SELECT channel, story_count FROM mart_story_channel") == [("form", 1)]
    assert asked(call, "SELECT level, code FROM mart_story_topic ORDER BY ALL") == [("code", "oak"), ("group", "tree")]
    assert asked(call, "SELECT story_count, unconsented_count FROM mart_total") == [(1, 1)]


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_has_words_and_a_column(call, asked, scope):
    call.story("a", **{f"can_{scope}": True})
    assert WORDS.has(f"consent.{scope}") and asked(call, f"SELECT can_{scope} FROM fct_submission") == [(True,)]

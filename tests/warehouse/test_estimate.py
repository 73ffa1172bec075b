"""From small tables to printed ranges: who is in which stratum, what is known, what a range joins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from warehouse import store

STRATA = "told mood topic"
CELLS = "SELECT level, code, estimate, low, high FROM mart_estimate WHERE NOT include_late AND breakdown = $breakdown"
FULL = (
    "SELECT frame_count, sample_count, decided_count, story_count, estimate, low, high, coding_low, coding_high, link_low "
    "FROM mart_estimate WHERE include_late = $late AND breakdown = $breakdown AND level = 'code' AND code = $code"
)


def seen(call, ref: str, **codes: str | None) -> None:
    """A person decided these dimensions."""
    call.claim(ref, "person:editor", 1.0, **codes)


def whole(call, refs: Iterable[str]) -> None:
    """A person confirmed these stories, as the machine has them."""
    for ref in refs:
        for dimension in STRATA.split():
            codes = [c["code"] for c in call.claims if (c["submission_ref"], c["dimension"]) == (ref, dimension)]
            seen(call, ref, **{dimension: " ".join(codes)})


def cell(asked, call, breakdown: str, code: str, late: bool = False) -> tuple:
    (row,) = asked(call, FULL, breakdown=breakdown, code=code, late=late)
    return row


@pytest.fixture
def orchard(call):
    """Twenty stories of apples and twenty of oaks."""
    for number in range(20):
        call.story(f"a{number}", topic="apple")
        call.story(f"o{number}", topic="oak")
    return call


def test_without_a_sample_no_range_is_claimed(orchard, asked):
    assert cell(asked, orchard, "topic", "apple") == (40, 0, 0, 20, None, None, None, None, None, 20)
    whole(orchard, ["a0"])  # reviewed, but not drawn
    assert cell(asked, orchard, "topic", "apple")[1:6] == (0, 1, 20, None, None)


def test_what_is_wholly_reviewed_is_one_number_drawn_or_not(orchard, asked):
    whole(orchard, [f"{kind}{n}" for kind in "ao" for n in range(20)])
    for breakdown, code, n in (
        ("topic", "apple", 20),
        ("topic", "pear", 0),
        ("total", "all", 40),
        ("channel", "email", 40),
    ):
        assert cell(asked, orchard, breakdown, code)[3:7] == (n, n, n, n)
    orchard.drawn = ["a0", "o3"]
    orchard.run = "run-2"
    assert cell(asked, orchard, "topic", "apple")[1:7] == (2, 40, 20, 20, 20, 20)


def test_a_range_says_what_the_sample_leaves_open(orchard, asked):
    orchard.drawn = [f"{kind}{n}" for kind in "ao" for n in range(10)]
    whole(orchard, orchard.drawn[1:])
    frame, sample, decided, count, estimate, low, high, *_ = cell(asked, orchard, "topic", "apple")
    assert (frame, sample, decided, count, estimate) == (40, 19, 19, 20, 20)
    assert 9 <= low < 20 < high <= 30
    seen(orchard, "a0", topic="oak")  # the tenth: the machine was wrong
    assert cell(asked, orchard, "topic", "apple")[4] == 18  # one of ten of its apples is none: 9 + 10 × .9
    assert cell(asked, orchard, "topic", "oak")[4] == 22
    assert cell(asked, orchard, "topic", "apple")[5] < low


def test_what_is_reviewed_beside_the_sample_is_known_and_speaks_for_itself_only(orchard, asked):
    orchard.drawn = [f"{kind}{n}" for kind in "ao" for n in range(5)]
    whole(orchard, orchard.drawn)
    for number in range(10, 20):
        seen(orchard, f"a{number}", topic="oak")  # ten mistakes, all where somebody looked for them
    _, sample, decided, count, estimate, low, high, *_ = cell(asked, orchard, "topic", "apple")
    assert (sample, decided, count, estimate) == (10, 20, 10, 10)  # the other five are still taken for apples
    assert low <= 10 <= high <= 25


def test_stories_where_the_coder_was_unsure_are_a_stratum_of_their_own(orchard, asked):
    orchard.to_review = [(f"a{n}", "topic", "unsure") for n in range(10)]
    orchard.drawn = ["a0", "a1", "a2", "a19"]
    whole(orchard, ["a19"])
    for ref in ("a0", "a1", "a2"):
        seen(orchard, ref, topic="oak")
    assert (
        cell(asked, orchard, "topic", "apple")[4] == 10
    )  # of those it was sure of; pooled it would be a quarter of all
    assert cell(asked, orchard, "total", "all")[2] == 1  # of the others only the topic was decided


def test_a_story_taken_out_is_known_everywhere_and_one_let_in_is_counted(orchard, asked):
    orchard.drawn = ["a0", "a1", "o0", "o1", "none"]
    orchard.story("none", told="no")
    whole(orchard, ["a1", "o0", "o1"])
    seen(orchard, "a0", told="no")
    seen(orchard, "none", told="yes", mood="good", topic="apple")
    assert cell(asked, orchard, "topic", "apple")[:4] == (41, 5, 5, 20)
    assert cell(asked, orchard, "total", "all")[:4] == (41, 5, 5, 40)


def test_what_may_not_be_counted_never_enters(orchard, asked):
    before = asked(orchard, CELLS + " ORDER BY ALL", breakdown="topic")
    orchard.story("secret", topic="apple", can_count=False)
    orchard.tell("a0-again", story_id="story-a0", is_representative=False, can_count=False)
    orchard.claim("a0-again", topic="oak")
    orchard.drawn = ["secret"]
    whole(orchard, ["secret"])
    assert asked(orchard, CELLS + " ORDER BY ALL", breakdown="topic") == before
    assert cell(asked, orchard, "topic", "apple")[:4] == (40, 0, 0, 20)
    assert asked(orchard, "SELECT * FROM fct_sample") == []


def test_late_stories_are_in_the_counts_that_include_them(orchard, asked):
    orchard.story("late", topic="apple", is_after_close=True)
    assert cell(asked, orchard, "topic", "apple")[::3][:2] == (40, 20)
    assert cell(asked, orchard, "topic", "apple", late=True)[::3][:2] == (41, 21)


def test_one_range_joins_coding_and_linking(orchard, asked):
    orchard.drawn = [f"{kind}{n}" for kind in "ao" for n in range(10)]
    whole(orchard, orchard.drawn)
    low, high = cell(asked, orchard, "topic", "apple")[5:7]
    for row in orchard.submissions[:6:2]:  # three stories of apples may be one
        row["merged_story_id"] = "one"
    *_, count, estimate, both_low, both_high, coding_low, coding_high, link_low = cell(asked, orchard, "topic", "apple")
    assert (coding_low, coding_high, link_low) == (low, high, 18)
    assert (count, both_low, both_high) == (20, low - 2, high)
    whole(orchard, [f"{kind}{n}" for kind in "ao" for n in range(10, 20)])
    assert cell(asked, orchard, "topic", "apple")[4:7] == (20, 18, 20)


def test_groups_channels_and_months_have_cells_and_agree_with_the_counts(call, asked):
    call.story("a", topic="apple pear")
    call.story("b", "2026-04-10T03:00:00+00:00", topic="pear oak", channel="form")
    call.tell("b2", "2026-04-11T03:00:00+00:00", story_id="story-b", is_representative=False, channel="email")
    call.story("bad", topic="oak", mood="bad")
    counted = dict(
        asked(
            call,
            "SELECT breakdown || ' ' || level || ' ' || code, story_count FROM mart_estimate WHERE NOT include_late",
        )
    )
    assert {name: n for name, n in counted.items() if n} == {
        "total code all": 2, "month code 2026-03": 1, "month code 2026-04": 1, "channel code email": 2, "channel code form": 1,
        "topic code apple": 1, "topic code pear": 2, "topic code oak": 1, "topic group fruit": 2, "topic group tree": 1,
        "mood code good": 2,
    }  # fmt: skip
    assert "mood code bad" not in counted and not any(name.startswith("told") for name in counted)
    once = Counter(asked(call, "SELECT include_late, breakdown, level, code FROM mart_estimate"))
    assert set(once.values()) == {1}


def test_a_month_of_which_nothing_was_drawn_has_no_range(orchard, asked):
    orchard.story("may", "2026-05-10T03:00:00+00:00", topic="pear")
    orchard.drawn = ["a0", "o0", "a5"]
    whole(orchard, orchard.drawn)
    assert cell(asked, orchard, "month", "2026-05")[4:7] == (None, None, None)
    assert cell(asked, orchard, "month", "2026-03")[4] == 40


def queue(asked, call) -> list[tuple]:
    return asked(
        call, store.question("review_next").rstrip().rstrip(";").join(["SELECT submission_ref, gain FROM (", ")"])
    )


def test_the_next_story_is_a_drawn_one_then_the_one_that_would_narrow_most(orchard, asked):
    for ref, topic, probability in (("sure", "apple", 0.9), ("torn", "apple", 0.5), ("rare", "pear", 0.5)):
        orchard.tell(ref)
        orchard.claim(ref, told="yes", mood="good")
        orchard.claim(ref, probability=probability, topic=topic)
        orchard.to_review.append((ref, "topic", "unsure"))
    assert queue(asked, orchard) == [("rare", 0.25), ("torn", 0.25), ("sure", 0.09)]  # no range yet: only doubt counts
    orchard.drawn = [f"{kind}{n}" for kind in "oa" for n in range(10)]
    whole(orchard, orchard.drawn[1:])
    wide = {
        code: high - low for level, code, _, low, high in asked(orchard, CELLS, breakdown="topic") if level == "code"
    }
    assert wide["apple"] > wide["pear"]
    (first, *_), *rest = queue(asked, orchard)
    assert first == "o0"  # the drawn story that nobody has coded yet
    assert rest == [("torn", wide["apple"] / 4), ("rare", wide["pear"] / 4), ("sure", round(0.09 * wide["apple"], 3))]


def test_a_doubt_about_the_gate_weighs_as_much_as_the_total_is_wide(orchard, asked):
    orchard.tell("doubtful")
    orchard.claim("doubtful", probability=0.5, told="yes")
    orchard.to_review = [("doubtful", "told", "unsure")]
    orchard.drawn = [f"{kind}{n}" for kind in "oa" for n in range(10)]
    whole(orchard, orchard.drawn)
    low, high = cell(asked, orchard, "total", "all")[5:7]
    assert queue(asked, orchard) == [("doubtful", (high - low) / 4)]

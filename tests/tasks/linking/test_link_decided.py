"""What is decided: stories are a function of sets, and what a person parted stays apart whatever else links."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.link import decided, link
from tasks.linking.stories import Decided, Link, settle
from warehouse.ledger import Entry

from .planted import planted, row

KEY = b"k" * 32
IDS = [f"x:{n}" for n in range(8)]
PAIRS = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda p: p[0] < p[1])
LINKS = st.lists(
    st.builds(
        lambda p, score, said: Link(*p, "edited", score, said),
        PAIRS,
        st.sampled_from([0.6, 0.7, 0.9]),
        st.sampled_from(["same", "perhaps"]),
    ),
    max_size=20,
    unique_by=lambda found: found[:2],
)


@st.composite
def decisions(draw) -> Decided:
    said = draw(st.dictionaries(PAIRS, st.booleans(), max_size=6))
    return Decided(frozenset(p for p in said if said[p]), frozenset(p for p in said if not said[p]))


@given(LINKS, decisions(), st.randoms())
def test_apart_is_never_overridden_and_no_order_counts(links, said, random):
    now, told, merged = settle(IDS, links, said)
    for one, other in said.apart:
        assert now[one] != now[other] and merged[one] != merged[other]
    shuffled, ids = random.sample(links, len(links)), random.sample(IDS, len(IDS))
    assert settle(ids, shuffled, said) == (now, told, merged)
    for found in told:
        assert (found.verdict == "same") == (now[found.one] == now[found.other]) or found.verdict == "cut"
    assert all(now[i] == min(j for j in IDS if now[j] == now[i]) for i in IDS)


@given(LINKS, decisions())
def test_only_the_weakest_links_between_a_parted_pair_go(links, said):
    """Every cut link, put back, would bring a parted pair together; without parted pairs none is cut."""
    now, told, _ = settle(IDS, links, said)
    assert said.apart or all(found.verdict != "cut" for found in told)
    for found in (found for found in told if found.verdict == "cut"):
        between = {frozenset((now[a], now[b])) for a, b in said.apart}
        assert now[found.one] == now[found.other] or frozenset((now[found.one], now[found.other])) in between


def test_the_weakest_link_goes_and_the_rest_stays():
    chain = [Link(a, b, "edited", s, "same") for a, b, s in (("a", "b", 0.9), ("b", "c", 0.7), ("c", "d", 0.6))]
    now, told, _ = settle("abcd", chain, Decided(apart=frozenset([("a", "c")])))
    assert now == {"a": "a", "b": "a", "c": "c", "d": "c"}
    assert [found[:2] for found in told if found.verdict == "cut"] == [("b", "c")]


def test_one_open_question_among_three_parted_is_still_open():
    asked = [Link("a", "b", "edited", 0.5, "perhaps"), Link("b", "c", "edited", 0.4, "perhaps")]
    now, told, merged = settle("abc", asked, Decided(apart=frozenset([("a", "c")])))
    assert [found.verdict for found in told] == ["perhaps", "perhaps"] and len(set(now.values())) == 3
    assert merged == {"a": "a", "b": "a", "c": "c"}


def test_a_question_that_a_person_answered_is_asked_no_more():
    asked = [
        Link("a", "b", "edited", 0.5, "perhaps"),
        Link("a", "c", "edited", 0.9, "same"),
        Link("b", "c", "edited", 0.6, "perhaps"),
    ]
    parted = settle("abc", asked, Decided(apart=frozenset([("a", "b")])))
    assert [found.verdict for found in parted[1]] == ["cut", "same", "cut"], "c is one story with a"
    joined = settle("abc", asked, Decided(same=frozenset([("b", "c")])))
    assert {(found.kind, found.verdict) for found in joined[1]} == {("edited", "same"), ("person", "same")}


def test_what_a_person_joined_is_the_last_link_to_go():
    said = Decided(same=frozenset([("a", "b")]), apart=frozenset([("a", "c")]))
    now, _, _ = settle("abc", [Link("b", "c", "exact", 1.0, "same")], said)
    assert now == {"a": "a", "b": "a", "c": "c"}


def entry(n: int, kind: str, one: str, other: str) -> Entry:
    return Entry(n, "2026-03-01T00:00:00+00:00", "editor", kind, one, {"other": other}, None)


def test_the_latest_word_on_a_pair_stands_in_either_direction():
    said = [entry(1, "same", "a", "b"), entry(2, "apart", "b", "a"), entry(3, "same", "c", "d")]
    assert decided(said[::-1]) == Decided(frozenset([("c", "d")]), frozenset([("a", "b")]))


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_stories_are_the_same_for_any_order_and_after_any_split(random):
    rows, pairs = planted(each=3)
    ids = sorted(rows["submission_id"])
    said = [entry(n, random.choice(["same", "apart"]), *random.sample(ids, 2)) for n in range(4)]
    said += [entry(9, "apart", *next(iter(pairs)))]
    whole = answer(rows, said)
    first = rows.sample(frac=0.5, random_state=random.randrange(99))
    answer(first, said)  # an earlier build, of what had come by then: it leaves nothing behind
    assert answer(pd.concat([rows.drop(first.index), first]), random.sample(said, len(said))) == whole
    assert whole[0][said[-1].subject] != whole[0][said[-1].payload["other"]]


def answer(rows: pd.DataFrame, said: list[Entry]) -> tuple:
    out, aside, links = link(rows, KEY, said)
    by_id = out.set_index("submission_id")
    return by_id["story_id"].to_dict(), by_id["is_representative"].to_dict(), sorted(aside["raw_id"]), links


def test_a_person_joins_what_nothing_links():
    rows = pd.DataFrame(
        [
            row(1, "写真を載せていたら本になりました、うれしいです", "x", "p1"),
            row(2, "社内報に呼ばれて驚いたという話です、本当です", "mail", "p2"),
        ]
    )
    stories = link(rows, KEY, [entry(1, "same", "x:00001", "mail:00002")])
    assert stories.submissions["story_id"].nunique() == 1 and [found.kind for found in stories.links] == ["person"]
    assert list(stories.copies["reason"]) == ["exact_copy"] and list(stories.copies["detail"]) == ["person"]


def test_nothing_that_came_in_is_no_story():
    rows = pd.DataFrame([row(1, "写真を載せていたら本になりました", "x", "p1")])
    nothing = link(rows[:0], KEY)
    assert len(nothing.submissions) == len(nothing.copies) == len(nothing.links) == 0

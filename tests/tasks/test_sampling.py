"""The sample: just so many, the same from the same seed, a larger one around a smaller one, and fair to all."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tasks import sampling
from warehouse.ledger import Entry

refs = st.lists(st.text("0123456789abcdef", min_size=4, max_size=8), min_size=1, max_size=60, unique=True)
seeds = st.integers(0, 2**31 - 1)


def entry(design: dict, kind: str = "sample") -> Entry:
    return Entry(1, "2026-05-01T00:00:00.000+00:00", "editor", kind, "7", design, None)


@given(frame=refs, seed=seeds, count=st.integers(1, 70), more=st.integers(0, 20))
def test_a_draw_is_of_that_size_and_the_larger_one_holds_it(frame, seed, count, more):
    small, large = sampling.draw(seed, count, frame), sampling.draw(seed, count + more, frame[::-1])
    assert len(small["drawn"]) == min(count, len(frame)) and set(small["drawn"]) <= set(large["drawn"])
    assert small["probability"] == len(small["drawn"]) / len(frame)


@given(frame=refs, later=refs, seed=seeds, count=st.integers(1, 70))
def test_who_is_drawn_stays_drawn_whatever_comes_later(frame, later, seed, count):
    design = sampling.draw(seed, count, frame)
    table = sampling.sample_table([entry({"codes": []}, "code"), entry(design)], {*frame, *later})
    assert [ref for ref in table["submission_ref"].to_pylist() if ref in frame] == design["drawn"]
    assert sampling.sample_table([], frame).num_rows == 0


def test_every_story_is_drawn_as_often_also_one_that_came_later():
    frame, later, rounds = [f"s{n}" for n in range(20)], "s-later", 4000
    drawn = Counter()
    for seed in range(rounds):
        design = sampling.draw(seed, 5, frame)
        drawn.update(sampling.sample_table([entry(design)], [*frame, later])["submission_ref"].to_pylist())
    assert all(0.22 < drawn[ref] / rounds < 0.28 for ref in [*frame, later])  # 1/4 ± 4 standard errors

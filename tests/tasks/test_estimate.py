"""Intervals hold the truth as often as they say, over skewed codes, small samples, good coders and bad ones.

A simulation with fixed seeds; `python -m tests.tasks.test_estimate` prints the table of docs/decisions.md.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.estimate import bounds, intervals

ROUNDS = 2000
SHARES = (0.01, 0.05, 0.2, 0.5)
SIZES = ((300, 20), (300, 200), (1000, 50), (3000, 20), (3000, 200))
# How often the coder finds a story of the code, how often what it finds is none: where it says that it is sure, and where not.
CODERS = {"good": ((0.98, 0.02), (0.85, 0.15)), "middling": ((0.9, 0.1), (0.6, 0.4)), "bad": ((0.6, 0.4), (0.3, 0.7))}
UNSURE = 0.2  # of the stories


def population(size: int, share: float, coder: tuple) -> np.ndarray:
    """How many stories are (found, taken for one, missed, rightly left), where it is sure and where not."""
    rows = []
    for part, (finds, mistakes) in zip((1 - UNSURE, UNSURE), coder, strict=True):
        there = round(size * part * share)
        found = round(there * finds)
        taken = round(found * mistakes / (1 - mistakes))
        rows.append((found, taken, there - found, max(round(size * part) - there - taken, 0)))
    return np.array(rows)


def simulated(size: int, count: int, share: float, coder: tuple, reviewed: float, seed: int) -> tuple:
    """(truth, estimates, lows, highs) of ROUNDS samples. reviewed: of the unsure stories, beside the sample."""
    rng = np.random.default_rng(seed)
    people = population(size, share, coder)
    seen = rng.multivariate_hypergeometric(people.ravel(), count, size=ROUNDS).reshape(ROUNDS, 2, 4)
    rest = people - seen
    beside = np.zeros_like(seen)
    for number, left in enumerate(rest[:, 1]):
        beside[number, 1] = rng.multivariate_hypergeometric(left, round(left.sum() * reviewed))
    whole = people - beside  # what the sample speaks for
    strata = [
        (whole[:, :, a] + whole[:, :, b], seen[:, :, a] + seen[:, :, b], seen[:, :, a]) for a, b in ((0, 1), (2, 3))
    ]
    columns = [np.concatenate(parts, axis=1) for parts in zip(*strata, strict=True)]
    certain = beside[:, :, [0, 2]].sum(axis=(1, 2))[:, None]
    columns = [np.concatenate([column, certain], axis=1).ravel() for column in columns]
    proposed = np.tile([True, True, False, False, True], ROUNDS)
    return people[:, [0, 2]].sum(), *intervals(*columns, proposed, np.arange(ROUNDS) * 5)


def coverage(*scene) -> tuple[float, float, float]:
    """(share of intervals that hold the truth, their mean width, mean error of the estimate)."""
    truth, estimate, low, high = simulated(*scene)
    return ((low <= truth) & (truth <= high)).mean(), (high - low).mean(), estimate.mean() - truth


@pytest.mark.parametrize(
    ("coder", "reviewed"), [("good", 0.0), ("middling", 0.0), ("bad", 0.0), ("bad", 0.5), ("bad", 1.0)]
)
def test_intervals_hold_the_truth(coder, reviewed):
    scenes = [(*size, share, CODERS[coder], reviewed) for size, share in product(SIZES, SHARES)]
    held = {scene[:3]: coverage(*scene, seed)[0] for seed, scene in enumerate(scenes)}
    assert {scene: share for scene, share in held.items() if share < 0.945} == {}  # asked for: .93


def test_the_sample_corrects_a_blind_coder_and_a_large_one_narrows_the_range():
    share, coder = 0.2, ((0.6, 0.1), (0.6, 0.1))
    (_, wide, _), (_, narrow, error) = (coverage(3000, count, share, coder, 0.0, 1) for count in (50, 200))
    machine = population(3000, share, coder)
    assert machine[:, [0, 2]].sum() - machine[:, :2].sum() == 200 > 20 * abs(error)
    assert narrow < 0.6 * wide < 400  # no sample at all would leave 3,000


@given(size=st.integers(0, 400), data=st.data())
def test_bounds_hold_what_was_found_and_no_sample_leaves_everything_open(size, data):
    seen = data.draw(st.integers(0, size))
    found = data.draw(st.integers(0, seen))
    low, high = (int(end[0]) for end in bounds(*(np.array([n]) for n in (size, seen, found))))
    assert found <= low <= high <= size - (seen - found)
    assert (low == high) == (seen == size) or found in (0, seen) or size - seen <= 2
    if seen == 0:
        assert (low, high) == (0, size)


def test_no_interval_is_empty_where_nothing_was_found_wrong():
    """Thirty drawn of three hundred, all as the machine said: up to 9 % of the rest may still be otherwise."""
    size, seen, found = (np.array(pair) for pair in ((100, 200), (10, 20), (10, 0)))
    estimate, low, high = intervals(size, seen, found, np.array([True, False]), [0])
    assert estimate[0] == 100 and 70 <= low[0] <= 75 and 125 <= high[0] <= 135


if __name__ == "__main__":
    for name, reviewed in product(CODERS, (0.0, 1.0)):
        for share in SHARES:
            rows = [coverage(*size, share, CODERS[name], reviewed, n) for n, size in enumerate(SIZES)]
            print(
                name, reviewed, f"{share:.0%}", *[f"{held:.3f} ±{width / 2:.0f}" for held, width, _ in rows], sep=" | "
            )

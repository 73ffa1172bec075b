"""The attack on a small call, with nothing left out: every way in which people could have told what was published.

A person is a bundle of one or two stories, a story is one month, one code or several in each axis. What was published
fixes sums over the bundles, and the least and the most of each hidden cell are found over whole numbers of people. Over
two editions a bundle is of people who were there before, or who came between.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.attacker.published import Cell, Published

UNITS = ("stories", "persons")


class World:
    """What a call could have been, as far as an attacker knows its axes. The attacker of several editions knows more than
    anybody can: that nobody withdrew between them (`growing`), or that nobody came. most: stories that a person told.
    """

    def __init__(self, *editions: Published, growing: bool = True, most: int = 2):
        self.editions, last = editions, len(editions) - 1
        self.cells = [list(told.cells) for told in editions]
        stories = list(_stories(editions[-1]))
        bundles = [b for n in range(1, most + 1) for b in combinations_with_replacement(stories, n)]
        spans = [range(n, last + 1) if growing else range(n + 1) for n in range(last + 1)]
        self.columns = [(bundle, span) for bundle in bundles for span in spans]
        held = {bundle: _held(bundle, editions[-1]) for bundle in bundles}
        self.rows: dict[tuple[int, str, Cell], np.ndarray] = {}
        for n, cells in enumerate(self.cells):
            for cell in cells:
                for place, unit in enumerate(UNITS):
                    seen = [held[b].get(cell, (0, 0))[place] if n in span else 0 for b, span in self.columns]
                    self.rows[n, unit, cell] = np.array(seen, dtype=float)

    def fixed(self) -> Iterator[tuple[tuple[int, str, Cell], int]]:
        """What was told. A number that stands as it was may be old: it says nothing of the later edition."""
        before = {}
        for n, told in enumerate(self.editions):
            for cell, count in told.cells.items():
                if count is not None and before.get(cell) != count:
                    yield from (((n, unit, cell), count[place]) for place, unit in enumerate(UNITS))
            before = {cell: count for cell, count in told.cells.items() if count is not None}

    def range(self, weights: dict[tuple[int, str, Cell], int]) -> tuple[int, float]:
        """The least and the most of a sum of cells."""
        rules = list(self.fixed())
        matrix = np.array([self.rows[key] for key, _ in rules])
        same = np.array([right for _, right in rules], dtype=float)
        goal = sum(weight * self.rows[key] for key, weight in weights.items())
        ends = [_least(sign * goal, matrix, same) for sign in (1, -1)]
        return round(ends[0]), -ends[1]


def _least(goal: np.ndarray, matrix: np.ndarray, same: np.ndarray) -> float:
    rules = [LinearConstraint(matrix, same, same)]
    done = milp(goal, constraints=rules, bounds=Bounds(0, np.inf), integrality=np.ones(len(goal)))
    if done.status == 3 or (done.status == 4 and done.x is None):
        return -np.inf
    assert done.status == 0, f"{done.message}: what was published cannot be true"
    return done.fun


def _stories(told: Published) -> Iterator[dict[str, tuple[str, ...]]]:
    choices = []
    for axis in told.axes:
        codes = told.lines(axis, "code")
        most = len(codes) if axis in told.several else 1
        choices.append([chosen for n in range(1, most + 1) for chosen in combinations(codes, n)])
    yield from product(*choices)


def _held(bundle: tuple, told: Published) -> dict[Cell, tuple[int, int]]:
    """Cell -> stories of the bundle in it, and 1 for the person."""
    found: dict[Cell, int] = {}
    for story in bundle:
        for cell in _cells(story, told):
            found[cell] = found.get(cell, 0) + 1
    return {cell: (n, 1) for cell, n in found.items()}


def _cells(story: tuple, told: Published) -> set[Cell]:
    top, every = [], []
    for axis, codes in zip(told.axes, story, strict=True):
        groups = {(axis, "group", told.group_of[axis, c]) for c in codes if (axis, c) in told.group_of}
        alone = {(axis, "code", c) for c in codes if (axis, c) not in told.group_of}
        top.append(groups | alone)
        every += [*groups, *((axis, "code", c) for c in codes)]
    crossed = {frozenset(pair) for a, b in combinations(top, 2) for pair in product(a, b)}
    return {frozenset(), *(frozenset({place}) for place in every), *crossed}

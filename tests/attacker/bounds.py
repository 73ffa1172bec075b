"""The attack on an edition of any size: a linear programme over its cells, stories and persons side by side.

Relations: rows and totals, groups and codes (sums where a story has one code, bounds where it may have several), what two
cells have in common at least (Fréchet), what three have (an ab and an ac that are not bc fill a), persons within cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from tests.attacker.published import Cell, Published

TOTAL: Cell = frozenset()
Rule = tuple[str, dict[tuple[str, Cell], int], int]  # ("<=" or "==", weights, right side)


def ranges(told: Published, cells: list[Cell]) -> Iterator[tuple[Cell, str, float, float]]:
    """For each of the cells: unit (stories, persons), the least and the most that it can be."""
    system = _System(told)
    for cell in cells:
        for unit in ("stories", "persons"):
            yield cell, unit, *system.range((unit, cell))


class _System:
    """The rules as matrices."""

    def __init__(self, told: Published):
        self.number = {(u, c): n for n, (u, c) in enumerate((u, c) for u in ("stories", "persons") for c in told.cells)}
        rules = [*_stories(told), *_persons(told)]
        self.matrices = {kind: self._matrix([rule for rule in rules if rule[0] == kind]) for kind in ("<=", "==")}
        self.bounds = [self._bound(told, unit, cell) for unit, cell in self.number]

    @staticmethod
    def _bound(told: Published, unit: str, cell: Cell) -> tuple[float, float | None]:
        count = told.cells[cell]
        return (0, None) if count is None else (count[unit == "persons"],) * 2

    def _matrix(self, rules: list[Rule]):
        found = [
            (n, self.number[key], weight) for n, (_, weights, _) in enumerate(rules) for key, weight in weights.items()
        ]
        rows, columns, values = zip(*found, strict=True) if found else ((), (), ())
        shape = (len(rules), len(self.number))
        return coo_array((values, (rows, columns)), shape=shape).tocsr(), np.array([right for _, _, right in rules])

    def range(self, key: tuple[str, Cell]) -> tuple[float, float]:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(self.number))
            goal[self.number[key]] = sign
            (ub, right), (eq, same) = self.matrices["<="], self.matrices["=="]
            done = linprog(goal, A_ub=ub, b_ub=right, A_eq=eq, b_eq=same, bounds=self.bounds, method="highs")
            assert done.status in (0, 3), f"{done.message}: what was published cannot be true"
            ends.append(sign * done.fun if done.status == 0 else np.inf)
        return ends[0], ends[1]


def _families(told: Published) -> Iterator[tuple[Cell, list[Cell], bool]]:
    """A cell, the cells that cover it, and whether they do so without overlap."""
    for axis in told.axes:
        one = axis not in told.several
        tops = told.tops(axis)
        yield TOTAL, [frozenset({top}) for top in tops], one
        for group in told.lines(axis, "group"):
            whole = frozenset({(axis, "group", group)})
            yield whole, [frozenset({(axis, "code", code)}) for code in told.codes_under(axis, group)], one
        for other in told.axes:
            for place in told.tops(other) if other != axis else []:
                yield frozenset({place}), [frozenset({place, top}) for top in tops], one


def _stories(told: Published) -> Iterator[Rule]:
    for whole, parts, without_overlap in _families(told):
        if without_overlap:
            yield "==", {("stories", whole): -1, **{("stories", part): 1 for part in parts}}, 0
        else:
            yield from _covered("stories", whole, parts)
    for a, b in combinations(told.axes, 2):
        for one in told.tops(a):
            for other in told.tops(b):
                both, ends = frozenset({one, other}), [frozenset({one}), frozenset({other})]
                yield "<=", {**{("stories", end): 1 for end in ends}, ("stories", TOTAL): -1, ("stories", both): -1}, 0
    for axes in combinations(told.axes, 3):
        yield from _triples(*(told.tops(axis) for axis in axes))


def _triples(*tops) -> Iterator[Rule]:
    for a in tops[0]:
        for b in tops[1]:
            for c in tops[2]:
                pairs = {frozenset(pair): frozenset(pair) for pair in combinations((a, b, c), 2)}
                for apex in (a, b, c):
                    weights = {("stories", pair): 1 if apex in pair else -1 for pair in pairs}
                    yield "<=", {**weights, ("stories", frozenset({apex})): -1}, 0
                single = {("stories", frozenset({place})): 1 for place in (a, b, c)}
                yield "<=", {**single, **{("stories", pair): -1 for pair in pairs}, ("stories", TOTAL): -1}, 0


def _persons(told: Published) -> Iterator[Rule]:
    for whole, parts, _ in _families(told):
        yield from _covered("persons", whole, parts)


def _covered(unit: str, whole: Cell, parts: list[Cell]) -> Iterator[Rule]:
    yield "<=", {(unit, whole): 1, **{(unit, part): -1 for part in parts}}, 0
    for part in parts:
        yield "<=", {(unit, part): 1, (unit, whole): -1}, 0

"""Which cells must be hidden so that no hidden cell can be worked out from those that are shown.

A hidden cell is safe when there is another world, of as many people, that agrees with everything shown and has k persons
more (or k fewer) in that cell: whatever is computed from what is shown, the cell's range is at least k wide (sliding
protection). Such a world is made of k steps that do not get in each other's way; a step is one or two people who told
one story telling it otherwise in one axis. As one who told one story counts alike among stories and among persons, the
world holds for both at once. Where no step leaves all that is shown as it is, the cheapest one is taken, the cells that
it changes are hidden too, and have to be safe themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.sparse import csr_array, vstack

from tasks.public.lattice import Cell, Codes, Lattice

KINDS = 500  # kinds of stories that worlds are made of
SINGLE_COST = 12.0  # of hiding a line of a table of one axis, where a cell of two axes costs 1
PARTNERS = 24  # second halves that are tried for each first half of a step
HALVES = 600  # first halves that are tried
_SEED = 20260201


class TooFew(ValueError):
    """So few people have told anything that nothing can be shown."""


def suppress(
    lattice: Lattice, donors: Mapping[Codes, int], persons: Sequence[int], shown: np.ndarray, k: int
) -> np.ndarray:
    """The cells of `shown` (booleans, one a cell) that can stay shown. donors: stories of single tellers, by codes.

    persons: in each cell, what a cell is worth. TooFew where no choice of cells makes the hidden ones safe.
    """
    if not donors:
        raise TooFew
    moves, costs = Moves.among(lattice, donors), _costs(lattice, persons)
    shown, waiting, seen = shown.copy(), [int(cell) for cell in np.flatnonzero(~shown)], set()
    while waiting:
        target = waiting.pop()
        seen.add(target)
        touched = _world(moves, target, costs, shown, k)
        shown[touched] = False
        waiting.extend(int(cell) for cell in touched if cell not in seen)
    return shown


def _costs(lattice: Lattice, persons: Sequence[int]) -> np.ndarray:
    single = np.array([SINGLE_COST if len(cell) < 2 else 1.0 for cell in lattice.cells])
    return single * (1 + np.log2(1 + np.asarray(persons)))


def _world(moves: Moves, target: int, costs: np.ndarray, shown: np.ndarray, k: int) -> np.ndarray:
    """The shown cells that the cheaper of two worlds changes: with k persons more in the target, or k fewer."""
    for reach in (lambda: moves, lambda: moves.toward(target)):
        near = reach()
        plans = [_plan(near, target, sign, costs, shown, k) for sign in (1, -1)]
        if found := [plan for plan in plans if plan is not None]:
            return min(found, key=lambda touched: costs[touched].sum())
    raise TooFew


def _plan(moves: Moves, target: int, sign: int, costs: np.ndarray, shown: np.ndarray, k: int) -> np.ndarray | None:
    """Shown cells that k steps change, or None where there are not as many people for it."""
    left, open_, gain = moves.most.copy(), shown.copy(), 0
    while gain < k:
        step = moves.cheapest(target, sign, costs * open_, left)
        if step is None:
            return None
        used, effect = step
        np.subtract.at(left, moves.kind[used], 1)
        open_[effect != 0] = False
        gain += sign * effect[target]
    return np.flatnonzero(shown & ~open_)


@dataclass(frozen=True)
class Moves:
    """What one person who told one story may have told instead. effect: moves × cells, -1, 0 or 1; kind: whose story."""

    lattice: Lattice
    kinds: tuple[Codes, ...]
    most: np.ndarray  # people a kind
    kind: np.ndarray
    effect: csr_array
    marks: np.ndarray  # a random number a cell: what moves do to a set of cells is told by one sum
    is_single: np.ndarray  # cells of the total and of one axis

    @classmethod
    def among(cls, lattice: Lattice, donors: Mapping[Codes, int]) -> Moves:
        """Moves in one axis, of the most frequent kinds."""
        kinds = tuple(sorted(donors, key=lambda codes: (-donors[codes], [sorted(part) for part in codes]))[:KINDS])
        most = np.array([donors[codes] for codes in kinds])
        marks = np.random.default_rng(_SEED).integers(-(2**40), 2**40, len(lattice.cells))
        single = np.array([len(cell) < 2 for cell in lattice.cells])
        kind, effect = _effects(lattice, kinds, lambda codes: _changed(lattice, codes))
        return cls(lattice, kinds, most, kind, effect, marks, single)

    def toward(self, target: int) -> Moves:
        """With moves into a cell of two axes that nobody is near of in either."""
        lattice, places = self.lattice, self.lattice.cells[target]
        kind, effect = _effects(lattice, self.kinds, lambda codes: _put(lattice, codes, places))
        return replace(self, kind=np.concatenate([self.kind, kind]), effect=vstack([self.effect, effect]).tocsr())

    def cheapest(
        self, target: int, sign: int, costs: np.ndarray, left: np.ndarray
    ) -> tuple[list[int], np.ndarray] | None:
        """The moves (one or two) that bring the target nearer at the least cost, and what they change together."""
        own = self.effect[:, [target]].toarray().ravel() * sign
        usable = left[self.kind] > 0
        first = np.flatnonzero((own > 0) & usable)
        if not len(first):
            return None
        alone = abs(self.effect[first]) @ costs
        best = int(np.argmin(alone))
        found = ([int(first[best])], alone[best])
        if alone[best] > 0:
            order = np.argsort(alone, kind="stable")[:HALVES]
            for pair in self._pairs(first[order], own, usable, left, costs):
                if pair[1] < found[1]:
                    found = pair
        used = found[0]
        return used, self.effect[used].sum(axis=0)

    def _pairs(
        self, first: np.ndarray, own: np.ndarray, usable: np.ndarray, left: np.ndarray, costs: np.ndarray
    ) -> Iterator:
        """Two moves that undo each other in all that is shown; else in what is shown of one axis. The cheapest of each."""
        for cells in (costs > 0, (costs > 0) & self.is_single):
            marks = self.effect @ (self.marks * cells)
            second = np.flatnonzero((own >= 0) & usable & (marks != 0))
            second = second[np.argsort(marks[second], kind="stable")]
            begin = np.searchsorted(marks[second], -marks[first])
            one, other = [], []
            for offset in range(PARTNERS):
                place = np.minimum(begin + offset, len(second) - 1) if len(second) else begin
                fits = (marks[second[place]] == -marks[first]) if len(second) else np.zeros(len(first), bool)
                fits &= begin + offset < len(second)
                one.append(first[fits])
                other.append(second[place[fits]])
            one, other = np.concatenate(one), np.concatenate(other)
            apart = (self.kind[one] != self.kind[other]) | (left[self.kind[one]] > 1)
            one, other = one[apart], other[apart]
            if len(one):
                together = ((self.effect[one] + self.effect[other]) != 0) @ costs
                best = int(np.argmin(together))
                yield [int(one[best]), int(other[best])], together[best]


def _effects(
    lattice: Lattice, kinds: Sequence[Codes], others: Callable[[Codes], Iterable[Codes]]
) -> tuple[np.ndarray, csr_array]:
    """For each other way of telling a kind: whose it is, and the cells it leaves (-1) and enters (1)."""
    kind, rows, columns, signs = [], [], [], []
    for place, codes in enumerate(kinds):
        was = frozenset(lattice.holding(codes))
        for other in others(codes):
            now = frozenset(lattice.holding(other))
            changed = sorted(now ^ was)
            rows += [len(kind)] * len(changed)
            columns += changed
            signs += [1 if cell in now else -1 for cell in changed]
            kind.append(place)
    values = np.array(signs, dtype=np.int64), (np.array(rows, dtype=int), np.array(columns, dtype=int))
    return np.array(kind, dtype=int), csr_array(values, shape=(len(kind), len(lattice.cells)))


def _changed(lattice: Lattice, codes: Codes) -> Iterator[Codes]:
    """What a story may be instead: one code in place of those of an axis; where several may be, one more or one less."""
    for place, axis in enumerate(lattice.axes):
        own = codes[place]
        instead = {frozenset({code}) for code in axis.codes}
        if axis.is_multi:
            instead |= {own | {code} for code in axis.codes} | {own - {code} for code in own if len(own) > 1}
        for new in sorted(instead - {own}, key=sorted):
            yield (*codes[:place], new, *codes[place + 1 :])


def _put(lattice: Lattice, codes: Codes, places: Cell) -> Iterator[Codes]:
    """The story in a cell of two axes, by any of the cell's codes; where several may be, beside those it has or instead."""
    choices = []
    for axis, own in zip(lattice.axes, codes, strict=True):
        wanted = [axis.under(place) for place in places if place[0] == axis.name]
        new = [frozenset({code}) for code in wanted[0]] if wanted else [own]
        choices.append(new + [own | one for one in new] if wanted and axis.is_multi else new)
    yield from (told for told in product(*choices) if told != codes)

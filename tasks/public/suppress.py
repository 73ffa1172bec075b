"""Which numbers may be told so that none that is not told can be worked out.

What was told is a pile of levels, one an edition: the first says how many people are in a cell, each later one how many
have come since. A number that is not told is safe when there is another world, of as many people, that agrees with
everything told in any edition and has k persons more (or k fewer) there: whatever is computed from what is told, its
range is at least k wide (sliding protection). Such a world is made of k steps that do not get in each other's way; a step
is one or two people who told one story telling it otherwise in one axis. As one who told one story counts alike among
stories and among persons, a world holds for both at once. Where no step leaves all that is told as it is, the cheapest
one is taken: the numbers of the newest edition that it changes are not told either, and have to be safe themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.sparse import csr_array, vstack

from tasks.public.lattice import Cell, Codes, Lattice

KINDS = 500  # kinds of stories that worlds are made of
SINGLE_COST = 12.0  # of not telling a line of a table of one axis, where a cell of two axes costs 1
TOLD = 1e9  # cost of a number that is told already: nothing takes it back
PARTNERS = 24  # second halves that are tried for each first half of a step
HALVES = 600  # first halves that are tried
_SEED = 20260201


class TooFew(ValueError):
    """So few people have come that nothing can be told of them."""


@dataclass(frozen=True)
class Level:
    """One edition. lattice: its cells; came: people it counts and the one before does not, by what they told, of those
    who told one story; told: the cells, of all there are today, of which it says how many people came.
    """

    lattice: Lattice
    came: Mapping[Codes, int]
    told: np.ndarray


def suppress(levels: Sequence[Level], persons: Sequence[int], k: int) -> np.ndarray:
    """The cells of the newest level (the last one) that can be told. persons: in each cell, what telling it is worth.

    TooFew where no choice makes the others safe. An older level's number that is not safe whatever is told today is left.
    """
    pile = _Pile.of(levels, persons)
    told, waiting = pile.told.copy(), list(pile.untold)
    while waiting:
        target = waiting.pop()
        changed = _world(pile, target, told, k)
        if changed is None and target >= pile.newest:
            raise TooFew
        if changed is not None:
            told[changed] = False
            waiting.extend(int(cell) for cell in changed)
    return told[pile.newest :]


@dataclass(frozen=True)
class _Pile:
    """The cells of all levels one after the other."""

    newest: int  # the first cell of the newest level
    moves: Moves
    costs: np.ndarray
    told: np.ndarray
    untold: tuple[int, ...]

    @classmethod
    def of(cls, levels: Sequence[Level], persons: Sequence[int]) -> _Pile:
        lattice, told = levels[-1].lattice, np.concatenate([level.told for level in levels])
        single = np.array([SINGLE_COST if len(cell) < 2 else 1.0 for cell in lattice.cells])
        worth = single * (1 + np.log2(1 + np.asarray(persons)))
        costs = np.concatenate([np.full(len(worth) * (len(levels) - 1), TOLD), worth])
        there = np.concatenate([[cell in level.lattice.number for cell in lattice.cells] for level in levels])
        untold = tuple(int(cell) for cell in np.flatnonzero(there & ~told))
        return cls(len(lattice.cells) * (len(levels) - 1), Moves.among(levels), costs, told, untold)


def _world(pile: _Pile, target: int, told: np.ndarray, k: int) -> np.ndarray | None:
    """The told cells that the cheaper of two worlds changes: with k persons more in the target, or k fewer."""
    for reach in (lambda: pile.moves, lambda: pile.moves.toward(target)):
        near = reach()
        plans = [_plan(near, target, sign, pile.costs, told, k) for sign in (1, -1)]
        if found := [plan for plan in plans if plan is not None]:
            return min(found, key=lambda changed: pile.costs[changed].sum())
    return None


def _plan(moves: Moves, target: int, sign: int, costs: np.ndarray, told: np.ndarray, k: int) -> np.ndarray | None:
    """Told cells that k steps change, or None where there are not as many people for it."""
    left, fixed, gain = moves.left_for(target), told.copy(), 0
    while gain < k:
        step = moves.cheapest(target, sign, costs * fixed, left)
        if step is None:
            return None
        used, effect = step
        np.subtract.at(left, moves.kind[used], 1)
        fixed[effect != 0] = False
        gain += sign * effect[target]
    return np.flatnonzero(told & ~fixed)


@dataclass(frozen=True)
class Moves:
    """What one person who told one story may have told instead. kinds: (level in which they came, codes); effect: moves ×
    cells of all levels, -1, 0 or 1; kind: whose story. Who came in a level is counted in it, and in no earlier one.
    """

    levels: tuple[Lattice, ...]
    kinds: tuple[tuple[int, Codes], ...]
    most: np.ndarray  # people a kind
    kind: np.ndarray
    effect: csr_array
    marks: np.ndarray  # a random number a cell: what moves do to a set of cells is told by one sum
    is_single: np.ndarray  # cells of the total and of one axis

    @classmethod
    def among(cls, levels: Sequence[Level]) -> Moves:
        """Moves in one axis, of the most frequent kinds of each level."""
        lattices = tuple(level.lattice for level in levels)
        kinds = tuple(
            (n, codes) for n, level in enumerate(levels) for codes in _frequent(level.came, KINDS // len(levels))
        )
        most = np.array([levels[n].came[codes] for n, codes in kinds])
        cells = len(lattices[-1].cells) * len(levels)
        marks = np.random.default_rng(_SEED).integers(-(2**40), 2**40, cells)
        single = np.tile([len(cell) < 2 for cell in lattices[-1].cells], len(levels))
        kind, effect = _effects(lattices, kinds, lambda n, codes: _changed(lattices[n], codes))
        return cls(lattices, kinds, most, kind, effect, marks, single)

    def toward(self, target: int) -> Moves:
        """With moves into a cell of two axes that nobody is near of in either."""
        places = self.levels[-1].cells[target % len(self.levels[-1].cells)]
        kind, effect = _effects(self.levels, self.kinds, lambda n, codes: _put(self.levels[n], codes, places))
        return replace(self, kind=np.concatenate([self.kind, kind]), effect=vstack([self.effect, effect]).tocsr())

    def left_for(self, target: int) -> np.ndarray:
        """People a kind who may move: nobody who was there before the target's level, or it is no change of this one."""
        level = target // len(self.levels[-1].cells)
        return np.array([n if came >= level else 0 for n, (came, _) in zip(self.most, self.kinds, strict=True)])

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
        used, cost = found
        return (used, self.effect[used].sum(axis=0)) if cost < TOLD else None

    def _pairs(
        self, first: np.ndarray, own: np.ndarray, usable: np.ndarray, left: np.ndarray, costs: np.ndarray
    ) -> Iterator:
        """Two moves that undo each other in all that is shown; else in what is shown of one axis. The cheapest of each."""
        for cells in (costs > 0, (costs > 0) & self.is_single):
            marks = self.effect @ (self.marks * cells)
            one, other = _matched(marks, first, np.flatnonzero((own >= 0) & usable & (marks != 0)))
            apart = (self.kind[one] != self.kind[other]) | (left[self.kind[one]] > 1)
            one, other = one[apart], other[apart]
            if len(one):
                together = ((self.effect[one] + self.effect[other]) != 0) @ costs
                best = int(np.argmin(together))
                yield [int(one[best]), int(other[best])], together[best]


def _matched(marks: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of one of each whose marks undo each other, at most PARTNERS of each first."""
    wanted = np.unique(-marks[first])
    place = np.minimum(np.searchsorted(wanted, marks[second]), len(wanted) - 1)
    second = second[wanted[place] == marks[second]]
    second = second[np.argsort(marks[second], kind="stable")]
    begin, end = (np.searchsorted(marks[second], -marks[first], side) for side in ("left", "right"))
    number = np.minimum(end - begin, PARTNERS)
    offset = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    return np.repeat(first, number), second[np.repeat(begin, number) + offset]


def _frequent(came: Mapping[Codes, int], most: int) -> list[Codes]:
    return sorted(came, key=lambda codes: (-came[codes], [sorted(part) for part in codes]))[:most]


def _effects(
    levels: Sequence[Lattice],
    kinds: Sequence[tuple[int, Codes]],
    others: Callable[[int, Codes], Iterable[Codes]],
) -> tuple[np.ndarray, csr_array]:
    """For each other way of telling a kind: whose it is, and the cells it leaves (-1) and enters (1)."""
    lattice, kind, rows, columns, signs = levels[-1], [], [], [], []
    for place, (level, codes) in enumerate(kinds):
        was = frozenset(lattice.holding(codes))
        for other in others(level, codes):
            now = frozenset(lattice.holding(other))
            changed = [
                (n * len(lattice.cells) + cell, cell in now)
                for n in range(level, len(levels))
                for cell in sorted(now ^ was)
            ]
            rows += [len(kind)] * len(changed)
            columns += [cell for cell, _ in changed]
            signs += [1 if enters else -1 for _, enters in changed]
            kind.append(place)
    values = np.array(signs, dtype=np.int64), (np.array(rows, dtype=int), np.array(columns, dtype=int))
    return np.array(kind, dtype=int), csr_array(values, shape=(len(kind), len(lattice.cells) * len(levels)))


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

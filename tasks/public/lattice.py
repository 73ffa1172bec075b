"""The cells of the public tables: the total, each value of an axis (groups and codes), each pair of top values of two axes.

A cell is a tuple of places, a place is (axis, level, code); the total is the empty tuple. Every cell is a set of stories,
so whatever cells have to do with each other (groups and codes, rows and totals, several answers) follows from which cells
a story lies in; nothing else has to be said about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

Place = tuple[str, str, str]
Cell = tuple[Place, ...]
Codes = tuple[frozenset[str], ...]  # of one story, for each axis in order
TOTAL: Cell = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A line of a table. level: group or code; group: the group of a code, if it has one."""

    level: str
    code: str
    label_ja: str
    label_en: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """What stories are told apart by. values: groups first, then codes, each in the order of the codebook."""

    name: str
    label_ja: str
    label_en: str
    is_multi: bool
    values: tuple[Value, ...]

    @property
    def codes(self) -> list[str]:
        return [value.code for value in self.values if value.level == "code"]

    @property
    def tops(self) -> list[Value]:
        """The lines of a table of two axes: groups, and codes without one."""
        return [value for value in self.values if value.level == "group" or value.group is None]

    def place(self, value: Value) -> Place:
        return (self.name, value.level, value.code)

    def under(self, place: Place) -> list[str]:
        """The codes of a place: of a group those in it."""
        _, level, code = place
        return [v.code for v in self.values if v.level == "code" and (v.group if level == "group" else v.code) == code]


@dataclass(frozen=True)
class Lattice:
    """All cells over some axes."""

    axes: tuple[Axis, ...]

    @cached_property
    def cells(self) -> list[Cell]:
        single = [(axis.place(value),) for axis in self.axes for value in axis.values]
        return [TOTAL, *single, *(cell for pair in self.pairs for cell in self.table(*pair))]

    @property
    def pairs(self) -> list[tuple[Axis, Axis]]:
        return list(combinations(self.axes, 2))

    def table(self, one: Axis, other: Axis) -> list[Cell]:
        return [(one.place(a), other.place(b)) for a, b in product(one.tops, other.tops)]

    @cached_property
    def number(self) -> dict[Cell, int]:
        return {cell: number for number, cell in enumerate(self.cells)}

    @cached_property
    def _places(self) -> list[dict[str, tuple[list[Place], Place]]]:
        """For each axis: code -> (its places, its top place)."""
        return [
            {value.code: _places(axis, value) for value in axis.values if value.level == "code"} for axis in self.axes
        ]

    def holding(self, codes: Codes) -> list[int]:
        """Numbers of the cells that a story with these codes lies in."""
        found = [[known[code] for code in own if code in known] for own, known in zip(codes, self._places, strict=True)]
        single = {(place,) for axis in found for places, _ in axis for place in places}
        tops = [dict.fromkeys(top for _, top in axis) for axis in found]
        crossed = {pair for one, other in combinations(tops, 2) for pair in product(one, other)}
        return [self.number[cell] for cell in ({TOTAL} | single | crossed)]


def _places(axis: Axis, value: Value) -> tuple[list[Place], Place]:
    own = axis.place(value)
    return (
        ([own], own)
        if value.group is None
        else ([own, (axis.name, "group", value.group)], (axis.name, "group", value.group))
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A counted story. persons: refs of who told it; since: how many editions were there before the first that counts it."""

    codes: Codes
    persons: frozenset[str]
    since: int = 0


def tally(lattice: Lattice, stories: Iterable[Told]) -> tuple[list[int], list[int]]:
    """Stories and persons in each cell, by its number."""
    counted = [0] * len(lattice.cells)
    persons: list[set[str]] = [set() for _ in lattice.cells]
    for story in stories:
        for cell in lattice.holding(story.codes):
            counted[cell] += 1
            persons[cell] |= story.persons
    return counted, [len(refs) for refs in persons]


def single_tellers(stories: Sequence[Told]) -> list[Told]:
    """Stories whose only teller told no other: one of them in another cell moves its stories and its persons alike."""
    tellings: dict[str, int] = {}
    for story in stories:
        for person in story.persons:
            tellings[person] = tellings.get(person, 0) + 1
    return [s for s in stories if len(s.persons) == 1 and tellings[next(iter(s.persons))] == 1]


def by_codes(stories: Iterable[Told]) -> Mapping[Codes, int]:
    """How many stories have exactly these codes."""
    found: dict[Codes, int] = {}
    for story in stories:
        found[story.codes] = found.get(story.codes, 0) + 1
    return found

"""What an edition shows, held against what those before it showed.

A cell that was hidden stays hidden. A number that was shown stays as it is (held) until it has changed by k persons or
more. So a change of one to k - 1 persons, a withdrawal or a new story, leaves no trace. And what is held must not come
out by arithmetic over the numbers that did change: how many came between two editions is a table like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from tasks.public.lattice import TOTAL, Axis, Cell, Lattice, Told, Value, by_codes, single_tellers, tally
from tasks.public.suppress import Level, TooFew, suppress

Count = tuple[int, int]  # stories, persons
Shown = Mapping[Cell, Count | None]  # of each cell what is shown of it, None of a hidden one


@dataclass(frozen=True)
class Outcome:
    """few, beside: cells hidden because fewer than k persons are in them, and for the sake of these; still: hidden since
    an earlier edition only; held: numbers as they were though something changed; has_moved: the total changed, or is told
    for the first time. If it has not, nothing has.
    """

    shown: Shown
    few: int
    beside: int
    still: int
    held: int
    has_moved: bool


def edition(lattice: Lattice, stories: Sequence[Told], earlier: Sequence[tuple[Lattice, Shown]], k: int) -> Outcome:
    """The cells of an edition. earlier: those before it in which something changed, the first one first.

    TooFew where nothing can be shown.
    """
    counts, persons = (np.array(numbers) for numbers in tally(lattice, stories))
    before = _Before.of(lattice, earlier[-1][1] if earlier else {})
    may = ~before.was_hidden & (persons >= k)
    told = may & (~before.was_shown | (np.abs(persons - before.persons) >= k))
    try:
        told = suppress(_levels(lattice, stories, earlier, told), persons, k) if told[lattice.number[TOTAL]] else None
    except TooFew:
        told = None
    if told is None and not earlier:
        raise TooFew
    if told is None:
        return _unmoved(earlier[-1][1], persons, before)
    held = before.was_shown & ~told & ((persons >= k) | (np.abs(persons - before.persons) < k))
    now = [(int(n), int(p)) for n, p in zip(counts, persons, strict=True)]
    found = {c: now[i] if told[i] else before.shown[c] if held[i] else None for i, c in enumerate(lattice.cells)}
    hidden = ~told & ~held
    few, still = hidden & (persons < k), hidden & (persons >= k) & before.was_hidden
    parts = (few, hidden & ~few & ~still, still, held & (persons != before.persons))
    return Outcome(found, *(int(part.sum()) for part in parts), has_moved=True)


def _levels(
    lattice: Lattice, stories: Sequence[Told], earlier: Sequence[tuple[Lattice, Shown]], told: np.ndarray
) -> list[Level]:
    """The editions as they pile up: of each the people who came with it, and the numbers that it told."""
    alone = single_tellers(stories)
    came = [by_codes(story for story in alone if story.since == n) for n in range(len(earlier) + 1)]
    known: list[Level] = []
    before: Shown = {}
    for n, (own, shown) in enumerate(earlier):
        is_told = [shown.get(cell) is not None and shown[cell] != before.get(cell) for cell in lattice.cells]
        known.append(Level(own, came[n], np.array(is_told)))
        before = shown
    return [*known, Level(lattice, came[-1], told)]


def _unmoved(last: Shown, persons: np.ndarray, before: _Before) -> Outcome:
    """Where not even the total may change, nothing does, not even what is hidden."""
    hidden = sum(count is None for count in last.values())
    return Outcome(
        dict(last), 0, 0, hidden, int((before.was_shown & (persons != before.persons)).sum()), has_moved=False
    )


@dataclass(frozen=True)
class _Before:
    """The last edition, cell by cell. persons: 0 where nothing was shown."""

    shown: Shown
    was_shown: np.ndarray
    was_hidden: np.ndarray
    persons: np.ndarray

    @classmethod
    def of(cls, lattice: Lattice, last: Shown) -> _Before:
        found = [last.get(cell) for cell in lattice.cells]
        shown = np.array([count is not None for count in found])
        hidden = np.array([cell in last and last[cell] is None for cell in lattice.cells])
        return cls(last, shown, hidden, np.array([count[1] if count else 0 for count in found]))


def cells_of(told: Mapping) -> dict[Cell, Count | None]:
    """The cells of an edition as it is remembered (warehouse/editions.py)."""
    found: dict[Cell, Count | None] = {TOTAL: _count(told["total"])}
    for table in told["tables"]:
        for row in table["rows"]:
            cell = tuple((axis, *at) for axis, at in zip(table["axes"], row["at"], strict=True))
            found[cell] = _count(row)
    return found


def lattice_of(told: Mapping) -> Lattice:
    """The axes of an edition as it is remembered."""
    return Lattice(tuple(Axis(**{**a, "values": tuple(Value(**value) for value in a["values"])}) for a in told["axes"]))


def axes_of(lattice: Lattice) -> list[dict]:
    """The same, as it is remembered."""
    return [{**_plain(axis), "values": [_plain(value) for value in axis.values]} for axis in lattice.axes]


def _plain(thing: Axis | Value) -> dict:
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def tables_of(lattice: Lattice, shown: Shown) -> dict:
    """The same, as it is remembered: total and tables."""
    tables = [((axis,), [(axis.place(value),) for value in axis.values]) for axis in lattice.axes]
    tables += [(pair, lattice.table(*pair)) for pair in lattice.pairs]
    rows = [{"axes": [a.name for a in axes], "rows": list(_rows(cells, shown))} for axes, cells in tables]
    return {"total": _told(shown[TOTAL]), "tables": rows}


def _rows(cells: Iterable[Cell], shown: Shown) -> Iterable[dict]:
    for cell in cells:
        yield {"at": [[level, code] for _, level, code in cell], **_told(shown[cell])}


def _told(count: Count | None) -> dict:
    return {"story_count": count and count[0], "person_count": count and count[1]}


def _count(row: Mapping) -> Count | None:
    return None if row["story_count"] is None else (row["story_count"], row["person_count"])

"""What an edition shows, held against what the last one showed.

A cell that was hidden stays hidden. A number that was shown stays as it is (held) until it has changed by k persons or
more. So a change of one to k - 1 persons, a withdrawal or a new story, leaves no trace. And what is held must not come
out by arithmetic over the numbers that did change: the changes are a table like any other, made of those who are new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.public.lattice import TOTAL, Cell, Lattice, Told, by_codes, single_tellers, tally
from tasks.public.suppress import TooFew, suppress

Count = tuple[int, int]  # stories, persons


@dataclass(frozen=True)
class Outcome:
    """shown: what the edition shows of each cell, None of a hidden one. few, beside: cells hidden because fewer than k
    persons are in them, and for the sake of these; still: hidden since an earlier edition only; held: numbers as they were
    though something changed; has_moved: the total changed, or is told for the first time.
    """

    shown: dict[Cell, Count | None]
    few: int
    beside: int
    still: int
    held: int
    has_moved: bool


def edition(lattice: Lattice, stories: Sequence[Told], last: Mapping[Cell, Count | None], k: int) -> Outcome:
    """The cells of an edition; last: of the one before, empty for the first. TooFew where nothing can be shown."""
    counts, persons = (np.array(numbers) for numbers in tally(lattice, stories))
    if persons[lattice.number[TOTAL]] < k:
        raise TooFew
    before = _Before.of(lattice, last)
    all_, new = (by_codes(single_tellers(stories, only_new)) for only_new in (False, True))
    changed = np.abs(persons - before.persons) >= k
    shown = ~before.was_hidden & ((persons >= k) | (before.was_shown & ~changed))
    while True:
        shown = suppress(lattice, all_, persons, shown, k)
        moved = shown & (changed | ~before.was_shown)
        moved = _moving(lattice, new, persons, moved, k) if before.is_there else moved
        lost = shown & ~moved & ~before.was_shown  # new cells that can be neither shown nor held
        if not lost.any():
            break
        shown &= ~lost
    held = shown & ~moved
    now = [(int(n), int(p)) for n, p in zip(counts, persons, strict=True)]
    found = {c: (last[c] if held[i] else now[i]) if shown[i] else None for i, c in enumerate(lattice.cells)}
    few, still = ~shown & (persons < k), ~shown & (persons >= k) & before.was_hidden
    told = (few, ~shown & ~few & ~still, still, held & (persons != before.persons))
    return Outcome(found, *(int(part.sum()) for part in told), has_moved=bool(moved[lattice.number[TOTAL]]))


def _moving(lattice: Lattice, new, persons: Sequence[int], moved: np.ndarray, k: int) -> np.ndarray:
    """The numbers that may change between two editions; none where too few people are new to hide a change among."""
    try:
        return suppress(lattice, new, persons, moved, k)
    except TooFew:
        return np.zeros_like(moved)


@dataclass(frozen=True)
class _Before:
    """The last edition, cell by cell. persons: 0 where nothing was shown."""

    is_there: bool
    was_shown: np.ndarray
    was_hidden: np.ndarray
    persons: np.ndarray

    @classmethod
    def of(cls, lattice: Lattice, last: Mapping[Cell, Count | None]) -> _Before:
        found = [last.get(cell) for cell in lattice.cells]
        shown = np.array([count is not None for count in found])
        hidden = np.array([cell in last and last[cell] is None for cell in lattice.cells])
        return cls(bool(last), shown, hidden, np.array([count[1] if count else 0 for count in found]))


def cells_of(told: Mapping) -> dict[Cell, Count | None]:
    """The cells of an edition as it is remembered (warehouse/editions.py)."""
    found: dict[Cell, Count | None] = {TOTAL: _count(told["total"])}
    for table in told["tables"]:
        for row in table["rows"]:
            cell = tuple((axis, *at) for axis, at in zip(table["axes"], row["at"], strict=True))
            found[cell] = _count(row)
    return found


def tables_of(lattice: Lattice, shown: Mapping[Cell, Count | None]) -> dict:
    """The same, as it is remembered: total and tables."""
    tables = [((axis,), [(axis.place(value),) for value in axis.values]) for axis in lattice.axes]
    tables += [(pair, lattice.table(*pair)) for pair in lattice.pairs]
    rows = [{"axes": [a.name for a in axes], "rows": list(_rows(cells, shown))} for axes, cells in tables]
    return {"total": _told(shown[TOTAL]), "tables": rows}


def _rows(cells: Iterable[Cell], shown: Mapping[Cell, Count | None]) -> Iterable[dict]:
    for cell in cells:
        yield {"at": [[level, code] for _, level, code in cell], **_told(shown[cell])}


def _told(count: Count | None) -> dict:
    return {"story_count": count and count[0], "person_count": count and count[1]}


def _count(row: Mapping) -> Count | None:
    return None if row["story_count"] is None else (row["story_count"], row["person_count"])

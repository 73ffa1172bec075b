"""The files of an edition as an attacker reads them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Cell = frozenset  # of (axis, level, code)
Count = tuple[int, int] | None  # stories, persons; None: hidden
LEVELS = {"まとまり": "group", "分類": "code"}
SEVERAL = "複数回答"


@dataclass
class Published:
    """cells: everything that is listed; group_of: (axis, code) -> group; several: axes of which a story may have several codes."""

    cells: dict[Cell, Count] = field(default_factory=dict)
    group_of: dict[tuple[str, str], str] = field(default_factory=dict)
    several: set[str] = field(default_factory=set)

    @property
    def axes(self) -> list[str]:
        return list(dict.fromkeys(axis for cell in self.cells if len(cell) == 1 for axis, _, _ in cell))

    @property
    def hidden(self) -> list[Cell]:
        return [cell for cell, count in self.cells.items() if count is None]

    def lines(self, axis: str, level: str) -> list[str]:
        return [code for cell in self.cells if len(cell) == 1 for a, lev, code in cell if (a, lev) == (axis, level)]

    def codes_under(self, axis: str, group: str) -> list[str]:
        return [code for code in self.lines(axis, "code") if self.group_of.get((axis, code)) == group]

    def tops(self, axis: str) -> list[tuple[str, str, str]]:
        alone = [code for code in self.lines(axis, "code") if (axis, code) not in self.group_of]
        return [(axis, "group", g) for g in self.lines(axis, "group")] + [(axis, "code", code) for code in alone]


def read(files: Mapping[str, bytes]) -> Published:
    """All CSV files of an edition (Japanese) put together."""
    found = Published()
    for name, data in files.items():
        if name.endswith(".csv"):
            _read(name.removesuffix(".csv"), data.decode("utf-8-sig"), found)
    return found


def _read(name: str, text: str, found: Published) -> None:
    table = list(csv.reader(io.StringIO(text)))
    end = table.index([])
    axes = _axes(name, (len(table[0]) - 2) // 4)
    foot = [line[0] for line in table[end + 1 :]]
    stories, persons = re.search(r"n: ([\d,]+)話・([\d,]+)人", "\n".join(foot)).groups()
    found.cells[frozenset()] = (int(stories.replace(",", "")), int(persons.replace(",", "")))
    for row in table[1:end]:
        parts = [row[4 * n : 4 * n + 4] for n in range(len(axes))]
        cell = frozenset((axis, LEVELS[level], code) for axis, (_, level, code, _) in zip(axes, parts, strict=True))
        found.cells[cell] = tuple(map(int, row[-2:])) if row[-1].isdigit() else None
        for axis, (_, level, code, group) in zip(axes, parts, strict=True):
            if level == "分類" and group:
                found.group_of[axis, code] = group
    if len(axes) == 1 and SEVERAL in foot:
        found.several.add(axes[0])


def _axes(name: str, number: int) -> list[str]:
    """A file is named by its axes; a name with _ in it is the attacker's to cut."""
    return [name] if number == 1 else next(cut for cut in _cuts(name))


def _cuts(name: str):
    parts = name.split("_")
    yield from (["_".join(parts[:n]), "_".join(parts[n:])] for n in range(1, len(parts)))

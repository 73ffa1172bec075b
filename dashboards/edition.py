"""Editions: each published version of the warehouse is opened once, and what it says is worked out once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

import duckdb

from warehouse import counts, store
from warehouse.counts import Menu
from warehouse.lake import Lake
from warehouse.words import Words

KEPT = 200  # pages of an edition, some 50 kB each


@dataclass
class Edition:
    """One published version. kept: what pages show, by what was asked for; it can only change with the version."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    words: Words
    kept: OrderedDict = field(default_factory=OrderedDict)

    def asking(self) -> duckdb.DuckDBPyConnection:
        """A cursor for one request: requests run side by side."""
        return self.connection.cursor()

    def remembered(self, asked: tuple, make: Callable[[Edition], dict]) -> dict:
        """What a page shows, worked out once for each thing asked for; the latest KEPT are remembered."""
        if asked not in self.kept:
            self.kept[asked] = make(self)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return self.kept[asked]

    @cached_property
    def dimensions(self) -> dict[str, dict]:
        return counts.dimensions(self.asking())

    @cached_property
    def charted(self) -> list[str]:
        return counts.charted(self.asking())

    @cached_property
    def choosable(self) -> list[str]:
        """Dimensions to choose stories by: those drawn first; not those that every counted story has in common."""
        return [*self.charted, *(n for n, d in self.dimensions.items() if not d["is_charted"] and not d["is_gate"])]

    @cached_property
    def menus(self) -> dict[str, Menu]:
        """Everything that stories can be told apart by, with labels: each dimension, channel, month."""
        menus = counts.menus(self.asking(), self.words)
        for row in menus["month"].rows:
            row["label"] = month_name(row["code"], self.words)
        return menus

    @cached_property
    def named(self) -> dict[str, dict[str, dict]]:
        """Breakdown -> what a link asks for -> its row."""
        return {name: {row["value"]: row for row in menu.rows} for name, menu in self.menus.items()}

    @cached_property
    def coded(self) -> dict[str, dict[str, dict]]:
        """Dimension -> code -> its row (a group of the same name is left out)."""
        rows = {name: (row for row in menu.rows if row["level"] == "code") for name, menu in self.menus.items()}
        return {name: {row["code"]: row for row in codes} for name, codes in rows.items()}


def month_name(month: str, words: Words) -> str:
    """2026-03 as a reader would say it."""
    year, number = month.split("-")
    return words("web.year_month", year=int(year), month=int(number))


class Shelf:
    """The edition on show. A request after a publication opens the new one; the old ends with its last reader."""

    def __init__(self, lake: Lake, zone: str, words: Words):
        self._lake, self._zone, self._words = lake, zone, words
        self._lock = Lock()
        self._edition: Edition | None = None

    def current(self) -> Edition:
        """NotBuilt if nothing was published."""
        if not self._lake.published.exists():
            raise store.NotBuilt(f"{self._lake.home}")
        path = self._lake.published.resolve()
        with self._lock:
            if self._edition is None or self._edition.path != path:
                self._edition = Edition(path, store.open_locked(path, self._zone), self._words)
            return self._edition

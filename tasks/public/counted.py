"""What the warehouse counts, as cells and stories: all that the public edition is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import duckdb

from tasks.public.lattice import Axis, Lattice, Told, Value
from warehouse import counts, store
from warehouse.words import Words

MONTH = "month"
_JA, _EN = Words("ja"), Words("en")


def rows(con: duckdb.DuckDBPyConnection, until: str | None) -> list[dict]:
    """Counted stories of the months before `until` (2026-04), in order of their ids."""
    return store.ask(con, store.question("public_stories"), {"until": until})


def lattice_of(con: duckdb.DuckDBPyConnection, rows: Sequence[Mapping]) -> Lattice:
    """Each charted dimension, and the months from the first to the last in which anybody told anything."""
    axes = [_axis(con, name) for name in counts.charted(con)]
    months = [row["local_month"] for row in rows]
    return Lattice((*axes, _months(list(_every(min(months), max(months))))))


def told(lattice: Lattice, rows: Sequence[Mapping], earlier: Sequence[Mapping]) -> list[Told]:
    """The stories, with the first edition that counts each. earlier: editions, by counted_at (ISO 8601) and until (month)."""
    names = [axis.name for axis in lattice.axes[:-1]]
    ends = [(int(datetime.fromisoformat(e["counted_at"]).timestamp() * 1_000_000), e["until"]) for e in earlier]
    return [_told(row, names, ends) for row in rows]


def _told(row: Mapping, names: Sequence[str], ends: Sequence[tuple[int, str | None]]) -> Told:
    codes = [frozenset(c["code"] for c in row["codes"] if c["dimension"] == name) for name in names]
    month = row["local_month"]
    counting = (n for n, (at, until) in enumerate(ends) if row["landed_us"] <= at and (until is None or month < until))
    return Told((*codes, frozenset({month})), frozenset(row["persons"]), next(counting, len(ends)))


def _axis(con: duckdb.DuckDBPyConnection, name: str) -> Axis:
    dimension = counts.dimensions(con)[name]
    ja, en = (counts.breakdown(con, name, words).rows for words in (_JA, _EN))
    values = [
        Value(a["level"], a["code"], a["label"], b["label"], a["group_code"] if a["level"] == "code" else None)
        for a, b in zip(ja, en, strict=True)
    ]
    return Axis(name, dimension["label_ja"], dimension["label_en"], dimension["is_multi"], tuple(values))


def _months(months: Sequence[str]) -> Axis:
    values = tuple(Value("code", month, month, month) for month in months)
    return Axis(MONTH, _JA(f"count.by_{MONTH}"), _EN(f"count.by_{MONTH}"), False, values)


def _every(first: str, last: str) -> Iterator[str]:
    (year, month), (end_year, end_month) = (map(int, m.split("-")) for m in (first, last))
    for serial in range(year * 12 + month - 1, end_year * 12 + end_month):
        yield f"{serial // 12:04d}-{serial % 12 + 1:02d}"

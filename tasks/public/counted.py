"""What the warehouse counts, as cells and stories: all that the public edition is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from tasks.public.lattice import Axis, Lattice, Told, Value
from warehouse import counts, store
from warehouse.words import Words

MONTH = "month"
_JA, _EN = Words("ja"), Words("en")


def rows(con: duckdb.DuckDBPyConnection, until: str | None) -> list[dict]:
    """Counted stories of the months before `until` (2026-04), in order of their ids."""
    return store.ask(con, store.question("public_stories"), {"until": until})


def lattice_of(
    con: duckdb.DuckDBPyConnection, rows: Sequence[Mapping], since: str | None, until: str | None
) -> Lattice:
    """Each charted dimension and the months, also those in which nobody told anything. since: month, or None for the first."""
    axes = [_axis(con, name) for name in counts.charted(con)]
    months = sorted({row["local_month"] for row in rows})
    return Lattice((*axes, _months(list(_every(min([*months[:1], *filter(None, [since])]), months[-1], until)))))


def told(lattice: Lattice, rows: Sequence[Mapping], known_us: int | None, known_until: str | None) -> list[Told]:
    """The stories. New is what landed after the last edition was built (microseconds), or is of a month it left out."""
    names = [axis.name for axis in lattice.axes[:-1]]
    return [_told(row, names, known_us, known_until) for row in rows]


def _told(row: Mapping, names: Sequence[str], known_us: int | None, known_until: str | None) -> Told:
    codes = [frozenset(c["code"] for c in row["codes"] if c["dimension"] == name) for name in names]
    later = known_us is None or row["landed_us"] > known_us
    left_out = known_until is not None and row["local_month"] >= known_until
    return Told((*codes, frozenset({row["local_month"]})), frozenset(row["persons"]), later or left_out)


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


def _every(first: str, last: str, until: str | None) -> Iterator[str]:
    """Months from first to last, or to the one before `until`."""
    (year, month), (end_year, end_month) = (map(int, m.split("-")) for m in (first, until or last))
    for serial in range(year * 12 + month - 1, end_year * 12 + end_month - (1 if until else 0)):
        yield f"{serial // 12:04d}-{serial % 12 + 1:02d}"

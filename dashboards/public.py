"""The public edition as files: one page and a CSV a table, made from the edition as it is remembered and nothing else.

An edition (warehouse/editions.py) has no number of a hidden cell, so these files cannot have one either.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from dashboards import charts
from dashboards.edition import month_name
from dashboards.plain import plain
from dashboards.rendering import templates
from warehouse.words import Words

MONTH = "month"
MONTHS_DRAWN = 12  # the last ones
_STATIC = Path(__file__).parent / "static"
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what a spreadsheet would begin to reckon at


@dataclass(frozen=True, slots=True)
class Quote:
    """A telling that may be quoted, masked. name: the form in which the teller lets themselves be named, if they do."""

    title: str | None
    body: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table. codes: those under it, if it is a group."""

    label: str
    numbers: tuple[str, str]
    codes: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """name: also of its CSV. lines: of one axis; across and cells: of two. svg: its chart, if it has one."""

    name: str
    title: str
    notes: list[str]
    svg: Markup | None = None
    lines: Sequence[Line] = ()
    across: Sequence[str] = ()
    cells: Sequence[tuple[str, Sequence[str]]] = ()


def files(edition: Mapping, quotes: Sequence[Quote], words: Words) -> dict[str, bytes]:
    """Name -> bytes of every file of an edition; the same edition, quotes and language give the same bytes."""
    axes = {axis["name"]: _Axis(axis, words) for axis in edition["axes"]}
    tables = [_table(edition, table, axes, words) for table in edition["tables"]]
    page = templates().get_template("public.html")
    style = _style()
    told = {
        "edition": edition,
        "tables": tables,
        "quotes": quotes,
        "head": _head(edition, words),
        "style": Markup(style),
    }
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = page.render(**told, digest=digest, w=words, language=words.language)
    made = {"index.html": html.encode(), "icon.svg": (_STATIC / "icon.svg").read_bytes()}
    return made | sheets(edition, words)


def sheets(edition: Mapping, words: Words) -> dict[str, bytes]:
    """The CSV of each table, by its name."""
    axes = {axis["name"]: _Axis(axis, words) for axis in edition["axes"]}
    return {f"{_name(table)}.csv": _csv(edition, table, axes, words) for table in edition["tables"]}


@cache
def _style() -> str:
    return (_STATIC / "page.css").read_text(encoding="utf-8")


class _Axis:
    """An axis with its values at hand."""

    def __init__(self, axis: Mapping, words: Words):
        self.name, self.title, self.is_multi = axis["name"], axis[f"label_{words.language}"], axis["is_multi"]
        self.values = {(v["level"], v["code"]): v for v in axis["values"]}
        self.labels = {at: self._label(value, words) for at, value in self.values.items()}

    def _label(self, value: Mapping, words: Words) -> str:
        return month_name(value["code"], words) if self.name == MONTH else value[f"label_{words.language}"]


def _name(table: Mapping) -> str:
    return "_".join(table["axes"])


def _head(edition: Mapping, words: Words) -> str:
    return words("publish.head", **{unit: f"{n:,}" for unit, n in edition["total"].items()})


def _table(edition: Mapping, table: Mapping, axes: Mapping[str, _Axis], words: Words) -> Table:
    own = [axes[name] for name in table["axes"]]
    title = "×".join(axis.title for axis in own)
    notes = [_head(edition, words), *([words("count.multiple")] if any(axis.is_multi for axis in own) else [])]
    rows = {tuple(map(tuple, row["at"])): row for row in table["rows"]}
    if len(own) == 2:
        return Table(_name(table), title, notes, across=_across(own[1], rows), cells=list(_cells(own, rows, words)))
    axis, single = own[0], {at[0]: row for at, row in rows.items()}
    tops = [at for at in single if at[0] == "group"] or list(single)
    return Table(_name(table), title, notes, _drawn(axis, single, tops, words), _lines(axis, single, tops, words))


def _lines(axis: _Axis, rows: Mapping, tops: Sequence, words: Words) -> list[Line]:
    def line(at, codes=()) -> Line:
        return Line(
            axis.labels[at], (_said(rows[at], "story_count", words), _said(rows[at], "person_count", words)), codes
        )

    def under(at) -> tuple[Line, ...]:
        codes = [c for c in rows if c[0] == "code" and axis.values[c]["group"] == at[1]] if at[0] == "group" else []
        alone = len(codes) == 1 and axis.labels[codes[0]] == axis.labels[at]
        return () if alone else tuple(line(code) for code in codes)

    return [line(at, under(at)) for at in tops]


def _said(row: Mapping, unit: str, words: Words) -> str:
    return words("publish.hidden") if row[unit] is None else f"{row[unit]:,}"


def _drawn(axis: _Axis, rows: Mapping, tops: Sequence, words: Words) -> Markup:
    is_month = axis.name == MONTH
    shown = tops[-MONTHS_DRAWN:] if is_month else tops
    marks = [_mark(_tick(at[1], n == 0, words) if is_month else axis.labels[at], axis.labels[at], rows[at], words)
             for n, at in enumerate(shown)]  # fmt: skip
    return Markup((charts.columns if is_month else charts.bars)(marks, axis.title))


def _mark(label: str, name: str, row: Mapping, words: Words) -> charts.Mark:
    if row["story_count"] is None:
        hidden = words("publish.hidden")
        return charts.Mark(label, 0, "", f"{name} {hidden}", hidden)
    return charts.Mark(
        label, row["story_count"], "", words("web.bar", label=name, story_count=f"{row['story_count']:,}")
    )


def _tick(month: str, is_first: bool, words: Words) -> str:
    """A month under its column; with the year where it begins."""
    year, number = month.split("-")
    name = words("web.month", month=int(number))
    return f"{name}\n{words('web.year', year=year)}" if is_first or number == "01" else name


def _across(axis: _Axis, rows: Mapping) -> list[str]:
    return [axis.labels[at] for at in dict.fromkeys(at[1] for at in rows)]


def _cells(own: Sequence[_Axis], rows: Mapping, words: Words) -> Iterator[tuple[str, list[str]]]:
    for first in dict.fromkeys(at[0] for at in rows):
        yield own[0].labels[first], [_said(row, "story_count", words) for at, row in rows.items() if at[0] == first]


def _csv(edition: Mapping, table: Mapping, axes: Mapping[str, _Axis], words: Words) -> bytes:
    """UTF-8 with BOM, every cell quoted, none that a spreadsheet takes for a formula; what the numbers are at its foot."""
    own, out = [axes[name] for name in table["axes"]], io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    names = [words(f"publish.{part}") for part in ("level", "code", "group")]
    units = [words("count.story_count"), words("count.person_count")]
    write.writerow([*(_safe(cell) for axis in own for cell in (axis.title, *names)), *units])
    for row in table["rows"]:
        keys = [cell for axis, at in zip(own, row["at"], strict=True) for cell in _key(axis, tuple(at), words)]
        counts = [words("publish.hidden") if row[u] is None else row[u] for u in ("story_count", "person_count")]
        write.writerow([*map(_safe, keys), *counts])
    write.writerow([])
    write.writerows([[_safe(line)] for line in _foot(edition, own, words)])
    return ("\ufeff" + out.getvalue()).encode()


def _key(axis: _Axis, at: tuple[str, str], words: Words) -> tuple[str, str, str, str]:
    return axis.labels[at], words(f"publish.{at[0]}"), at[1], axis.values[at]["group"] or ""


def _safe(text: str) -> str:
    text = plain(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _foot(edition: Mapping, own: Sequence[_Axis], words: Words) -> Iterator[str]:
    if edition["is_sample"]:
        yield words("page.sample")
    if edition["title"]:
        yield edition["title"]
    yield f"n: {_head(edition, words)}"
    yield f"{words('publish.date')}: {edition['date']}"
    yield f"{words('web.version')}: {edition['version']}"
    if any(axis.is_multi for axis in own):
        yield words("count.multiple")
    yield words("publish.why_hidden", k=edition["k"])
    yield words("count.note")

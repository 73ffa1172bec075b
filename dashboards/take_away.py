"""Tables and figures to take away, as bytes: CSV, XLSX, SVG, PNG, PDF, each with what its numbers mean in the foot.

They hold counts and labels of the codebook only: no text, no ref, so nothing to call back when somebody withdraws.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboards.charts import VERSION, Mark, bars_spec, columns_spec, converter
from warehouse import sheets
from warehouse.counts import Breakdown
from warehouse.words import Words

PPI = 300  # pixels an inch of a PNG: what a printer asks for
MOST_COLUMNS = 12  # months side by side; more go from top to bottom
_FOOT_WIDTH = 116  # half-width characters of a line under a figure
_UNBROKEN = re.compile(r"[!-~]+|.")
_NOT_FIRST = frozenset("。、)」")  # a Japanese line does not begin with these
_INK, _SOFT = "#222", "#555"


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; numbers are numbers. foot: lines that stand under it, whatever it becomes."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]
    foot: Sequence[str]
    made_at: datetime


def foot(
    total: Mapping, build: Mapping, words: Words, *, unit: str = "", is_multi: bool = False, include_late: bool = False
) -> list[str]:
    """n, what is counted, multiple answers, what a count means, and which version of the warehouse it is of.

    total: as counts.totals; build: as counts.build_info; unit: story, person, or nothing where both stand.
    """
    day = f"{build['built_at'].astimezone(ZoneInfo(build['time_zone'])):%Y-%m-%d}"
    made = words("take.made", call=build["call_title"], date=day, version=build["version"])
    told = [
        words("take.n", **total),
        words(f"take.unit_{unit}") if unit else "",
        words("take.multiple") if is_multi else "",
    ]
    return [
        " · ".join(filter(None, [*told, words("take.late") if include_late else ""])),
        words("count.note"),
        " · ".join(filter(None, [words("take.sample") if build["is_sample"] else "", made])),
    ]


def counted(
    breakdown: Breakdown, foot: Sequence[str], made_at: datetime, words: Words, unit: str, codes: bool
) -> Table:
    """A breakdown as a table: groups, or codes; columns in which nothing would stand are left out."""
    first, second = ("story", "person") if unit == "story" else ("person", "story")
    rows = _lines(breakdown, codes)
    columns = {
        breakdown.title: [row["label"] for row in rows],
        words(f"count.{first}_count"): [row[f"{first}_count"] for row in rows],
        **(
            {words(f"take.{name}"): [row[name] for row in rows] for name in ("estimate", "low", "high")}
            if unit == "story"
            else {}
        ),
        words("take.if_linked" if unit == "story" else "take.if_one"): _lowered(rows, f"{first}_count"),
        words(f"count.{second}_count"): [row[f"{second}_count"] for row in rows],
        words("count.reviewed"): [row["reviewed_count"] for row in rows],
    }
    kept = (
        {name: cells for name, cells in columns.items() if any(cell is not None for cell in cells)} if rows else columns
    )
    return Table(breakdown.title, list(kept), list(zip(*kept.values(), strict=True)), foot, made_at)


def _lines(breakdown: Breakdown, codes: bool) -> list[dict]:
    return [row for row in breakdown.rows if row["level"] == "code"] if codes else breakdown.groups


def _lowered(rows: Sequence[Mapping], column: str) -> list[int | None]:
    """What is left if every open question is answered by yes; nothing where no question is open."""
    low = [row[f"{column}_low"] for row in rows]
    return low if low != [row[column] for row in rows] else [None] * len(rows)


def as_csv(table: Table) -> bytes:
    """UTF-8 with BOM; the foot after an empty line."""
    return sheets.to_csv([table.headings, *table.rows, [], *([line] for line in table.foot)])


def as_xlsx(table: Table) -> bytes:
    """One sheet; the foot after an empty row."""
    rows = [table.headings, *table.rows, [], *([line] for line in table.foot)]
    return sheets.to_xlsx({table.title: rows}, table.made_at, [34] + [12] * (len(table.headings) - 1))


def chart(breakdown: Breakdown, words: Words, unit: str, codes: bool) -> dict:
    """A breakdown as a Vega-Lite spec: months from left to right, everything else as bars."""
    rows = _lines(breakdown, codes)
    marks = [
        Mark(row["label"], count, "", words("take.bar", label=row["label"], n=f"{count:,}"))
        for row in rows
        for count in [row[f"{unit}_count"]]
    ]
    is_short_time = breakdown.name == "month" and len(marks) <= MOST_COLUMNS
    return (columns_spec if is_short_time else bars_spec)(marks, breakdown.title)


def figure(spec: Mapping, foot: Sequence[str]) -> dict:
    """A spec of charts.py for paper: a heading, white ground, no links, and the foot beneath."""
    whole = ("$schema", "config")
    inner = {name: part for name, part in spec.items() if name not in (*whole, "autosize", "padding", "background")}
    drawing = inner
    if "spec" in inner:  # small charts side by side
        drawing = inner["spec"] = dict(inner["spec"])
    drawing["layer"] = [layer for layer in drawing["layer"] if layer["name"] != "hits"]  # a link leads nowhere on paper
    under = [part for line in foot for part in _wrapped(line)]
    return {
        **{name: spec[name] for name in whole},
        "description": spec["description"],
        "background": "white",
        "padding": 18,
        "title": {"text": spec["description"], "anchor": "start", "fontSize": 17, "color": _INK, "offset": 14},
        "vconcat": [
            {
                **inner,
                "title": {
                    "text": under,
                    "orient": "bottom",
                    "anchor": "start",
                    "frame": "bounds",
                    "fontSize": 10,
                    "fontWeight": "normal",
                    "lineHeight": 15,
                    "color": _SOFT,
                    "offset": 14,
                },
            }
        ],
    }


def _wrapped(line: str) -> list[str]:
    """Lines that fit under a figure; full-width characters are twice as wide, and only a Latin word may not break."""
    lines, width = [""], 0
    for part in _UNBROKEN.findall(line):
        step = sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in part)
        if width + step > _FOOT_WIDTH and part not in _NOT_FIRST:
            lines, width = [*lines, ""], 0
        lines[-1], width = lines[-1] + part, width + step
    return [part.strip() for part in lines]


def as_svg(spec: dict) -> bytes:
    """The text stays text: a program without the font shows another one."""
    return converter().vegalite_to_svg(spec, vl_version=VERSION).encode()


def as_png(spec: dict) -> bytes:
    """300 dpi."""
    return converter().vegalite_to_png(spec, vl_version=VERSION, ppi=PPI)


def as_pdf(spec: dict) -> bytes:
    """With the font in it."""
    return converter().vegalite_to_pdf(spec, vl_version=VERSION)


TABLES = {".csv": as_csv, ".xlsx": as_xlsx}
FIGURES = {".svg": as_svg, ".png": as_png, ".pdf": as_pdf}

"""What the first page shows: totals, a figure and a table for each charted dimension, months, the day's account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup, escape

from dashboards import charts
from dashboards.edition import Edition, month_name
from dashboards.links import number, sentence, to
from warehouse import counts
from warehouse.counts import OUTCOMES, Breakdown
from warehouse.words import Words

MONTHS_SHOWN = 12
LATE = {"include_late": "yes"}
_UNCOUNTED = ("apart", "late", "not_story", "unconsented")
_UNITS = {"story_count": {}, "person_count": {}, "reviewed_count": {"reviewed": "yes"}}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its name and its numbers, each a link."""

    label: str
    numbers: list[Markup]


@dataclass(frozen=True, slots=True)
class Section:
    """A line that opens on those under it; is_open: its lines are always seen."""

    head: Row | None
    rows: list[Row]
    is_open: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, the table beside it, and what stands under both."""

    name: str
    title: str
    svg: Markup
    sections: list[Section]
    notes: list[str]
    is_measured: bool


def overview(edition: Edition, include_late: bool) -> dict:
    """Everything that overview.html needs."""
    con, words, late = edition.asking(), edition.words, LATE if include_late else {}
    totals = counts.totals(con, include_late)
    n = words("web.n", story_count=f"{totals['story_count']:,}")
    tables = [counts.breakdown(con, name, words, include_late) for name in edition.charted]
    figures = [_dimension(table, n, words, late) for table in tables]
    months = counts.breakdown(con, "month", words, include_late)
    return {
        "build": counts.build_info(con),
        "include_late": include_late,
        **_sentences(totals, words, late),
        "figures": [*figures, _months(months, n, words, late)] if months.rows else figures,
        "account": [_account_row(line) for line in counts.account(con, words)],
        "outcomes": [words(f"outcome.{name}") for name in OUTCOMES],
        "stages": list(_stages(counts.stages(con, words), words)),
    }


def _sentences(totals: Mapping[str, int], words: Words, late: Mapping) -> dict[str, Markup | str]:
    def linked(name: str, unit: str, **asked: str) -> Markup:
        return number(totals[name], unit, "/stories", {**asked, **late})

    people = {unit: linked(unit, unit, **asked) for unit, asked in _UNITS.items()}
    apart = {f"{kind}_count": linked(f"{kind}_count", "story_count", kind=kind) for kind in _UNCOUNTED}
    said = "web.late_counted" if late else "web.late"
    rest = "web.rest" if totals["apart_count"] or totals["not_story_count"] else "web.reviewed_only"
    return {
        "head": sentence(words, "web.head", **people) + _range(totals, words),
        "rest": sentence(words, rest, **people, **apart),
        "late": sentence(words, said, **apart) if totals["late_count"] else "",
        "unconsented": sentence(words, "web.unconsented", **apart) if totals["unconsented_count"] else "",
    }


def _range(totals: Mapping[str, int], words: Words) -> str:
    """How many stories it may be: by the sample, or where only open questions of linking are known to leave a range."""
    if totals["estimate"] is not None:
        told = {name: f"{totals[name]:,}" for name in ("estimate", "low", "high")}
        return words("estimate.web_range", **told) if totals["low"] < totals["high"] else ""
    low, high = totals["story_count_low"], totals["story_count"]
    return words("link.web_range", low=f"{low:,}", high=f"{high:,}") if low < high else ""


def _dimension(table: Breakdown, n: str, words: Words, late: Mapping) -> Figure:
    marks = [_mark(table.name, row, row["label"], words, late) for row in table.groups]
    codes = [row for row in table.rows if row["level"] == "code"]
    row = partial(_row, table, words=words, late=late)
    sections = [_group(group, codes, row) for group in table.rows if group["level"] == "group"]
    notes = [n, *_unmeasured(table, words), *([words("count.multiple")] if table.is_multi else [])]
    return Figure(
        table.name,
        table.title,
        Markup(charts.bars(marks, table.title)),
        sections or [Section(None, [row(code) for code in codes], is_open=True)],
        notes,
        table.is_measured,
    )


def _unmeasured(table: Breakdown, words: Words) -> list[str]:
    return [words("estimate.unmeasured")] if table.lacks_sample else []


def _group(group: dict, codes: Iterable[dict], row: Callable[[Mapping], Row]) -> Section:
    """A group over its codes; a group that is one code by the same name stands alone."""
    members = [code for code in codes if code["group_code"] == group["code"]]
    alone = len(members) == 1 and members[0]["label"] == group["label"]
    return Section(row(group), [] if alone else [row(code) for code in members])


def _row(table: Breakdown, row: Mapping, words: Words, late: Mapping) -> Row:
    asked = {table.name: row["value"], **late}
    numbers = [number(row[unit], unit, "/stories", {**asked, **more}) for unit, more in _UNITS.items()]
    if table.is_measured:
        numbers.insert(1, Markup(escape(counts.range_told(row, words))))
    return Row(row["label"], numbers)


def _mark(name: str, row: Mapping, label: str, words: Words, late: Mapping) -> charts.Mark:
    spoken = words("web.bar", label=row["label"], story_count=f"{row['story_count']:,}")
    return charts.Mark(label, row["story_count"], to("/stories", {name: row["value"], **late}), spoken)


def _months(table: Breakdown, n: str, words: Words, late: Mapping) -> Figure:
    rows = list(_every_month(table.rows, words))
    shown, earlier = rows[-MONTHS_SHOWN:], rows[:-MONTHS_SHOWN]
    marks = [_mark("month", row, _tick(row, place == 0, words), words, late) for place, row in enumerate(shown)]
    sections = [Section(None, [_row(table, row, words, late) for row in reversed(shown)], is_open=True)]
    if earlier:
        under = [_row(table, row, words, late) for row in reversed(earlier)]
        sections.append(Section(None, under, label=words("web.earlier")))
    notes = [n, *_unmeasured(table, words), *([words("web.months_shown", n=MONTHS_SHOWN)] if earlier else [])]
    svg = Markup(charts.columns(marks, table.title))
    return Figure("month", table.title, svg, sections, notes, table.is_measured)


def _every_month(rows: Sequence[Mapping], words: Words) -> Iterator[dict]:
    """From the first month to the last, also those in which nothing came."""
    known = {row["code"]: row for row in rows}
    nothing = {"story_count": 0, "person_count": 0, "reviewed_count": 0, **dict.fromkeys(counts.RANGE)}
    (first_year, first_month), (year, month) = (map(int, code.split("-")) for code in (min(known), max(known)))
    for serial in range(first_year * 12 + first_month - 1, year * 12 + month):
        code = f"{serial // 12:04d}-{serial % 12 + 1:02d}"
        yield {**nothing, **known.get(code, {}), "code": code, "value": code, "label": month_name(code, words)}


def _tick(row: Mapping, is_first: bool, words: Words) -> str:
    """A month under its column; with the year where it begins."""
    year, month = row["code"].split("-")
    name = words("web.month", month=int(month))
    return f"{name}\n{words('web.year', year=year)}" if is_first or month == "01" else name


def _account_row(line: Mapping) -> Row:
    """A channel's line; the last one, of all channels, asks without a channel."""
    asked = {"channel": line["channel"]}
    numbers = [number(line[name], "item_count", "/items", {**asked, "outcome": name}) for name in OUTCOMES]
    return Row(line["label"], [number(line["received"], "item_count", "/items", asked), *numbers])


def _stages(lines: Sequence[Mapping], words: Words) -> Iterator[dict]:
    """The path as a balance. What comes into a stage is what came through the one before."""
    before = {}
    for line in lines:
        through = {"passed": line["stage"]}
        yield {
            "label": words(f"stage.{line['stage']}"),
            "came_in": number(line["item_in"], "item_count", "/items", before),
            "went_out": number(line["item_out"], "item_count", "/items", through),
            "reasons": [(row["label"], _reason_link(row)) for row in line["reasons"]],
        }
        before = through


def _reason_link(row: Mapping) -> Markup:
    return number(row["item_count"], "item_count", "/items", {"stage": row["stage"], "reason": row["reason"]})

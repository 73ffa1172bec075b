"""The page of trends: stories over time by one thing, two things against each other, two spans of months side by side.

Nothing is counted here: each table is one question's rows (warehouse/trends.py), each number a link to what it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil

from markupsafe import Markup

from dashboards import charts, filters
from dashboards.edition import Edition, month_name
from dashboards.filters import Asked, words_of_period
from dashboards.links import narrowed, number, to
from warehouse import counts, trends
from warehouse.counts import NoSuchBreakdown
from warehouse.words import Words

VIEWS = ("by", "period", "unit", "open", "then_from", "then_to")
SHADES = 6  # of a cell of a heat map, besides none
PERIODS_SHOWN = {"month": 12, "week": 26}  # the last ones; a longer span is chosen by the filter


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that stories are told apart by: a group or a code, and whether it is seen under its group."""

    facet: int  # its number in the warehouse
    level: str
    code: str
    value: str
    label: str
    group: str | None = None  # that a code is seen under
    opens: str = ""  # the link that shows or hides its codes

    @property
    def is_inner(self) -> bool:
        return self.group is not None

    def holds(self, other: Line) -> bool:
        """Whether it is the other, or the group that the other is seen under."""
        return self == other or (self.level == "group" and self.code == other.group)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a heat map, and how dark it stands: 0 (none) to SHADES."""

    number: Markup
    shade: int


@dataclass(frozen=True)
class View:
    """What a request asks for, checked. by: a dimension or channel; unit: story or person."""

    edition: Edition
    asked: Asked
    by: str
    period: str
    unit: str
    open: tuple[str, ...]

    @property
    def count(self) -> str:
        return f"{self.unit}_count"

    def choose(self, wanted: Mapping[str, str]) -> AbstractContextManager[trends.Chosen]:
        return trends.chosen(self.edition.asking(), wanted, self.asked.include_late, self.edition.words)

    def link(self, n: int, *chosen: tuple[str, str]) -> Markup:
        """A number of the unit on show, to the stories it counts. chosen: (name, value) of what it is of."""
        return number(n, self.count, "/stories", self.stories(*chosen))

    def stories(self, *chosen: tuple[str, str]) -> dict:
        query = self.asked.query
        for name, value in chosen:
            query = narrowed(query, **{name: value})
        return query


def page(edition: Edition, query: Mapping[str, str]) -> dict:
    """Everything that trends.html needs. NoSuchBreakdown for a name or value that there is not."""
    return edition.remembered(("trends", *sorted(query.items())), lambda _: _page(_view(edition, query)))


def _page(view: View) -> dict:
    edition = view.edition
    with view.choose(view.asked.wanted) as chosen:
        counted = _counted(view, chosen)
    return {
        "build": counts.build_info(edition.asking()),
        "view": view,
        "asked": view.asked,
        "chips": list(filters.chips(edition, view.asked)),
        "form": filters.form(edition, view.asked),
        "tabs": [(name, edition.menus[name].title) for name in (*edition.charted, "channel")],
        **counted,
        "then": _then(view),
    }


def _counted(view: View, chosen: trends.Chosen) -> dict:
    """The figures and tables of the stories chosen."""
    edition, whole = view.edition, chosen.over_time(view.unit, view.period)
    periods = list(_periods(whole, view.period))[-PERIODS_SHOWN[view.period] :]
    rest = [name for name in edition.choosable if not edition.dimensions[name]["is_charted"]]
    return {
        "total": chosen.totals(),
        "over_time": _over_time(view, chosen, whole, periods),
        "is_cut": len(whole) - 1 > len(periods),
        "heats": [_heat(view, chosen, *names) for names in _crossed(edition)],
        "beside": list(_beside(view, chosen, rest)),
    }


def _view(edition: Edition, query: Mapping[str, str]) -> View:
    asked = filters.parse("/trends", query, VIEWS)
    told = dict(asked.view)
    known = {"by": [*edition.charted, "channel"], "period": trends.PERIODS, "unit": trends.UNITS}
    chosen = {name: told.get(name, values[0]) for name, values in known.items()}
    for name, value in chosen.items():
        if value not in known[name]:
            raise NoSuchBreakdown(edition.words("count.no_such", name=value, known=" ".join(known[name])))
    return View(edition, asked, **chosen, open=tuple(told.get("open", "").split()))


def _crossed(edition: Edition) -> list[tuple[str, str]]:
    """Each drawn dimension with the next one; one that a story may have several codes of also with itself."""
    return [*pairwise(edition.charted), *((n, n) for n in edition.charted if edition.dimensions[n]["is_multi"])]


def _lines(view: View, name: str) -> Iterator[Line]:
    """Groups first, the codes of those that were opened under them; codes where there are no groups."""
    rows = view.edition.menus[name].rows
    groups = {row["code"]: row for row in rows if row["level"] == "group"}
    codes = [row for row in rows if row["level"] == "code"]
    for row in groups.values():
        inner = [code for code in codes if code["group_code"] == row["code"]]
        mark, is_alone = f"{name}.{row['code']}", len(inner) == 1 and inner[0]["label"] == row["label"]
        opened = [m for m in view.open if m != mark] if mark in view.open else [*view.open, mark]
        opens = "" if is_alone else view.asked.seen(open=" ".join(opened))
        yield Line(row["facet_number"], "group", row["code"], row["value"], row["label"], opens=opens)
        if mark in view.open and not is_alone:
            yield from (_code_line(code, row["code"]) for code in inner)
    alone = [row for row in codes if row.get("group_code") not in groups]
    yield from (_code_line(code) for code in alone)


def _code_line(row: Mapping, group: str | None = None) -> Line:
    return Line(row["facet_number"], "code", row["code"], row["value"], row["label"], group)


def _facets(lines: Iterable[Line]) -> list[int]:
    return [line.facet for line in lines]


def _periods(totals: Mapping[str | None, int], period: str) -> Iterator[str]:
    """From the first to the last in which something came, also those in which nothing did."""
    known = sorted(name for name in totals if name)
    if not known:
        return
    if period == "week":
        day = date.fromisoformat(known[0])
        while day.isoformat() <= known[-1]:
            yield day.isoformat()
            day += timedelta(days=7)
    else:
        (first_year, first), (year, month) = (map(int, name.split("-")) for name in (known[0], known[-1]))
        for serial in range(first_year * 12 + first - 1, year * 12 + month):
            yield f"{serial // 12:04d}-{serial % 12 + 1:02d}"


def _over_time(view: View, chosen: trends.Chosen, totals: Mapping, periods: Sequence[str]) -> dict:
    """The figure of small charts and its table: a line a group, a column a period, the whole first."""
    lines = list(_lines(view, view.by))
    cells = chosen.by_facet(_facets(lines), view.unit, view.period)
    heads = [words_of_period(period, view.edition.words) for period in periods]
    panels = list(_panels(view, cells, lines, periods)) if periods else []
    whole = [view.link(totals.get(period, 0), (view.period, period)) for period in periods]
    return {
        "title": view.edition.menus[view.by].title,
        "panels": panels,
        "svg": Markup(charts.multiples(panels, view.edition.menus[view.by].title)) if panels else "",
        "periods": list(periods),
        "heads": heads,
        "ends": (heads[0], heads[-1]) if heads else (),
        "years": list(_years(periods)),
        "all": [view.link(totals[None]), *whole],
        "rows": [(line, list(_along(view, cells, line, periods))) for line in lines],
        **_ranges(view, lines),
        "is_multi": view.edition.menus[view.by].is_multi,
    }


def _ranges(view: View, lines: Sequence[Line]) -> dict:
    """ranges: of the whole, then of each line, the estimate with its range in words; only of stories that nothing narrows."""
    con, late, words = view.edition.asking(), view.asked.include_late, view.edition.words
    known = counts.estimates(con, view.by, late)
    if not any(row["estimate"] is not None for row in known.values()):
        is_asked = any(row["frame_count"] for row in known.values())
        return {"ranges": [], "range_note": words("estimate.unmeasured") if is_asked else ""}
    if view.asked.wanted or view.unit != "story":
        return {"ranges": [], "range_note": words("estimate.whole_only")}
    whole, none = counts.estimates(con, "total", late)["code", "all"], dict.fromkeys(counts.RANGE)
    rows = [whole, *(known.get((line.level, line.code), none) for line in lines)]
    return {"ranges": [counts.range_told(row, words) for row in rows], "range_note": ""}


def _along(view: View, cells: Mapping, line: Line, periods: Iterable[str]) -> Iterator[Markup]:
    """A line's numbers: in all, then each period."""
    chosen = (view.by, line.value)
    yield view.link(cells.get((line.facet, None), 0), chosen)
    for period in periods:
        yield view.link(cells.get((line.facet, period), 0), chosen, (view.period, period))


def _panels(view: View, cells: Mapping, lines: Sequence[Line], periods: Sequence[str]) -> Iterator[charts.Panel]:
    words = view.edition.words
    for line in lines:
        marks = []
        for period in periods:
            count = cells.get((line.facet, period), 0)
            tick = words_of_period(period, words)
            spoken = words(f"web.bar_{view.unit}", label=f"{line.label} {tick}", n=f"{count:,}")
            href = to("/stories", view.stories((view.by, line.value), (view.period, period)))
            marks.append(charts.Mark(tick, count, href, spoken))
        yield charts.Panel(line.label, marks)


def _years(periods: Sequence[str]) -> Iterator[tuple[str, int]]:
    """(year, how many periods of it stand under it)."""
    years = [period[:4] for period in periods]
    yield from ((year, years.count(year)) for year in dict.fromkeys(years))


def _heat(view: View, chosen: trends.Chosen, rows: str, columns: str) -> dict:
    """A table whose cells are the darker the more stories they hold; of one dimension with itself, which codes come together."""
    menus, down, across = view.edition.menus, list(_lines(view, rows)), list(_lines(view, columns))
    cells = chosen.pairs(_facets(down), _facets(across), view.unit)

    def value(one: Line, other: Line) -> int:
        return cells.get((one.facet, other.facet), 0)

    def is_same(one: Line, other: Line) -> bool:  # says nothing of what comes together, so it stands unshaded
        return rows == columns and (one.holds(other) or other.holds(one))

    most = max([value(a, b) for a in down for b in across if not is_same(a, b)] + [1])

    def cell(one: Line, other: Line) -> Cell:
        told = view.link(value(one, other), (rows, one.value), (columns, other.value))
        share = 0 if is_same(one, other) else value(one, other) / most
        return Cell(told, ceil(share * SHADES))

    title = "web.together" if rows == columns else "web.crossed"
    return {
        "name": f"{rows}-{columns}",
        "title": view.edition.words(title, one=menus[rows].title, other=menus[columns].title),
        "across": across,
        "rows": [(line, [cell(line, other) for other in across]) for line in down],
        "is_same": rows == columns,
        "is_multi": menus[rows].is_multi or menus[columns].is_multi,
    }


def _beside(view: View, chosen: trends.Chosen, names: Sequence[str]) -> Iterator[dict]:
    """Small tables of the dimensions that are not drawn: when it happened, how the teller works …"""
    lines = {name: list(_lines(view, name)) for name in names}
    cells = chosen.by_facet([facet for each in lines.values() for facet in _facets(each)], view.unit)
    for name, each in lines.items():
        rows = [(line, view.link(cells.get((line.facet, None), 0), (name, line.value))) for line in each]
        menu = view.edition.menus[name]
        yield {"name": name, "title": menu.title, "rows": rows, "is_multi": menu.is_multi}


def _then(view: View) -> dict | None:
    """Two spans side by side: that of the filter, and the other that was asked for."""
    told, words = dict(view.asked.view), view.edition.words
    other = {end: told[f"then_{end}"] for end in filters.SPAN if f"then_{end}" in told}
    if not other:
        return None
    rest = {name: value for name, value in view.asked.wanted.items() if name not in filters.SPAN}
    spans = [{n: v for n, v in view.asked.wanted.items() if n in filters.SPAN}, other]
    lines = list(_lines(view, view.by))
    columns = [list(_span(view, rest | span, lines)) for span in spans]
    rows = [(line, [column[place] for column in columns]) for place, line in enumerate([None, *lines])]
    return {"heads": [_span_name(span, words) for span in spans], "rows": rows}


def _span(view: View, wanted: Mapping[str, str], lines: Sequence[Line]) -> Iterator[tuple[Markup, str]]:
    """(number, its share of the span's stories or persons) of the whole span, then of each line."""
    with view.choose(wanted) as chosen:
        whole, cells = chosen.totals()[view.count], chosen.by_facet(_facets(lines), view.unit)
    query = {**wanted, "include_late": view.asked.query["include_late"]}
    for line in (None, *lines):
        n = whole if line is None else cells.get((line.facet, None), 0)
        asked = query if line is None else narrowed(query, **{view.by: line.value})
        yield number(n, view.count, "/stories", asked), f"{n / whole:.0%}" if whole else "–"


def _span_name(span: Mapping[str, str], words: Words) -> str:
    first, last = (month_name(span[end], words) if filters.is_month(span.get(end, "")) else "" for end in filters.SPAN)
    return words("web.span", first=first, last=last) if first or last else words("web.whole_time")

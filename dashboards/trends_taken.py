"""What the page of trends gives away: each of its tables, and its figures for paper."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards import charts, take_away, trends
from dashboards.edition import Edition
from warehouse.counts import NoSuchBreakdown
from warehouse.words import Words

PARTS = ("over-time", "spans")  # beside the heat maps, which are named by their dimensions


def table(edition: Edition, part: str, query: Mapping[str, str]) -> take_away.Table:
    """One table of the page to take away. NoSuchBreakdown as for `page`, and for another part."""
    told = trends.page(edition, query)
    heads, rows, title = _plain_table(told, part, edition.words)
    return take_away.Table(title, heads, rows, _foot(edition, told), told["build"]["built_at"])


def figure(edition: Edition, part: str, query: Mapping[str, str]) -> dict:
    """One figure of the page as a spec for paper. NoSuchBreakdown as for `page`, and for a part that is no figure."""
    told = trends.page(edition, query)
    heats = {heat["name"]: heat for heat in told["heats"]}
    if part == "over-time" and told["over_time"]["panels"]:
        title = edition.words("web.over_time", title=told["over_time"]["title"])
        spec = charts.multiples_spec(told["over_time"]["panels"], title, is_named=True)
    elif part in heats:
        spec = _heat_spec(heats[part])
    else:
        raise NoSuchBreakdown(edition.words("count.no_such", name=part, known=" ".join(["over-time", *heats])))
    return take_away.figure(spec, _foot(edition, told))


def _heat_spec(heat: Mapping) -> dict:
    rows = [[cell.number.value for cell in cells] for _, cells in heat["rows"]]
    shades = [[cell.shade for cell in cells] for _, cells in heat["rows"]]
    down, across = [line.label for line, _ in heat["rows"]], [line.label for line in heat["across"]]
    return charts.heat_spec(down, across, rows, shades, heat["title"])


def _plain_table(told: Mapping, part: str, words: Words) -> tuple[list[str], list[list], str]:
    """Headings, rows and title of a part, numbers as numbers."""
    heats, whole = {heat["name"]: heat for heat in told["heats"]}, words("web.all_stories")
    if part == "over-time":
        over = told["over_time"]
        rows = [(whole, over["all"]), *((line.label, numbers) for line, numbers in over["rows"])]
        heads = [over["title"], words("web.all_periods"), *over["periods"]]
        return heads, [[label, *(n.value for n in numbers)] for label, numbers in rows], words("web.over_time", **over)
    if part in heats:
        heat = heats[part]
        rows = [[line.label, *(cell.number.value for cell in cells)] for line, cells in heat["rows"]]
        return ["", *(line.label for line in heat["across"])], rows, heat["title"]
    if part == "spans" and told["then"]:
        heads = [head for name in told["then"]["heads"] for head in (name, words("web.share"))]
        rows = [
            [line.label if line else whole, *(cell for number, share in columns for cell in (number.value, share))]
            for line, columns in told["then"]["rows"]
        ]
        return ["", *heads], rows, words("web.two_spans")
    raise NoSuchBreakdown(words("count.no_such", name=part, known=" ".join([*PARTS, *heats])))


def _foot(edition: Edition, told: Mapping) -> list[str]:
    """Which stories were chosen, then what stands under every table."""
    chosen = [" / ".join(chip.text for chip in told["chips"])] if told["chips"] else []
    foot = take_away.foot(
        told["total"], told["build"], edition.words, unit=told["view"].unit,
        is_multi=told["over_time"]["is_multi"], include_late=told["asked"].include_late,
    )  # fmt: skip
    return [*chosen, *foot]

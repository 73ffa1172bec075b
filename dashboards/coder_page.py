"""The page on a coder: how well it does, where it is weak, whom it asks. One HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

from markupsafe import Markup

from dashboards import figures
from dashboards.rendering import templates
from warehouse.codebook import Codebook, Dimension
from warehouse.words import Words


class Part(NamedTuple):
    """One dimension of one set of texts, with its drawings."""

    dimension: Dimension
    told: Mapping[str, Any]
    codes: list[dict]
    mixed_up: list[dict]
    by_code: Markup
    reliability: Markup
    table: Markup | None


def render(report: Mapping[str, Any], book: Codebook, words: Words, title: str, is_sample: bool) -> str:
    """report: as flows/evaluating.py makes it."""
    sets = [
        {**one, "ranges": _ranges(one, book, words), "parts": list(_parts(one, book, words))} for one in report["sets"]
    ]
    return (
        templates()
        .get_template("coder.html")
        .render(
            w=words,
            language=words.language,
            report=report,
            at=f"{report['at']:%Y-%m-%d %H:%M}",
            title=title,
            is_sample=is_sample,
            sets=sets,
            curves=list(_curves(report["curve"], book, words)),
            name=lambda dimension: name(dimension, words),
            told=lambda score: told(score, words),
            figure=figure,
            percent=percent,
        )
    )


def name(thing: Any, words: Words) -> str:
    """A dimension's or a code's name in the language of the page."""
    return thing.en if words.language == "en" else thing.ja


def told(score: Mapping[str, Any], words: Words) -> str:
    """The figure of a dimension with its interval, as κ or F1."""
    return f"{words('evaluate.' + score['measure'])} {figure(score['value'])}"


def figure(value: Any) -> str:
    """.79 (.75–.81)"""
    span = "" if isnan(value.low) else f" ({_short(value.low)}–{_short(value.high)})"
    return _short(value.value) + span


def _short(share: float) -> str:
    return f"{share:.2f}".removeprefix("0") if share < 0.995 else "1.0"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _ranges(one: Mapping[str, Any], book: Codebook, words: Words) -> Markup:
    there = [d for d in book.dimensions if d.name in one["coders"][one["main"]]]
    rows = [
        {"row": row, "series": which, **by[d.name]["value"]._asdict()}
        for row, d in enumerate(there)
        for which, by in one["coders"].items()
    ]
    names = [name(d, words) for d in there]
    return Markup(figures.ranges(rows, names, list(one["coders"]), words("evaluate.ranges")))


def _parts(one: Mapping[str, Any], book: Codebook, words: Words) -> Iterator[Part]:
    axes = words("evaluate.axis_p"), words("evaluate.axis_right")
    for dimension in book.dimensions:
        if it := one["coders"][one["main"]].get(dimension.name):
            names = {code.code: name(code, words) for code in dimension.codes}
            drawn = figures.reliability(it["calibration"]["bins"], words("evaluate.reliability"), axes)
            codes = [{**row, "name": names[row["code"]]} for row in it["codes"]]
            yield Part(
                dimension, it, codes, _mixed(it, names), _bars(codes, words), Markup(drawn), _table(it, names, words)
            )


def _mixed(it: Mapping[str, Any], names: Mapping[str, str]) -> list[dict]:
    return [{"n": m["n"], **{end: m[end] and names[m[end]] for end in ("wanted", "claimed")}} for m in it["mixed_up"]]


def _bars(codes: Sequence[Mapping], words: Words) -> Markup:
    rows = [{"row": row, **_ends(code["f1"])} for row, code in enumerate(codes)]
    return Markup(figures.bars(rows, [code["name"] for code in codes], words("evaluate.by_code")))


def _ends(value: Any) -> dict:
    """A figure without an interval is drawn without one."""
    return {key: None if isnan(part) else part for key, part in value._asdict().items()}


def _table(it: Mapping[str, Any], names: Mapping[str, str], words: Words) -> Markup | None:
    if it["table"] is None:
        return None
    return Markup(figures.heat(it["table"], [names[code] for code in it["table"]["codes"]], words("evaluate.table")))


def _curves(curve: Sequence[Mapping], book: Codebook, words: Words) -> Iterator[dict]:
    for dimension in book.dimensions:
        points = [(at["n"], at["dimensions"][dimension.name]) for at in curve if dimension.name in at["dimensions"]]
        if len(points) > 1:
            rows = [{"n": n, **score["value"]._asdict()} for n, score in points]
            axes = words("evaluate.axis_texts"), words("evaluate." + points[0][1]["measure"])
            drawn = figures.curve(rows, name(dimension, words), axes)
            yield {"dimension": dimension, "drawing": Markup(drawn), "points": points}

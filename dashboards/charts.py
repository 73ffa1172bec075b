"""Charts as SVG made here, without a browser or a script: one Vega-Lite spec each, a plain dict; every row is a link.

The SVG's own colours are grays, for paper and for files; static/page.css gives the page's, light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

VERSION = "6.1"  # of Vega-Lite, among those that vl-convert carries
FONT = "Noto Sans JP"
WIDTH, COLUMN = 440, 72  # px; the most that one column takes
STEP, THICK = 36, 18  # px from bar to bar (a line of the table beside it, in static/page.css); of a bar
HEIGHT = 180  # px of a column chart
SMALL, SMALL_HEIGHT, PANELS_ACROSS = 232, 64, 4  # px of one of many small charts, and how many stand in a line
LABEL_LEAST, LABEL_MOST = 190, 230  # px; charts under one another begin at one edge; a longer label ends in …
HEADROOM = 1.16  # of the longest mark: its number stands beyond its end
_INK, _SOFT, _FILL = "#222", "#888", "#6b6b6b"
_ORIGIN = "http://here.invalid"  # vl-convert sets links without a host under the address of its example data


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar or column: its name, how many, where it leads (nowhere if empty), what a screen reader says.

    told: what stands for the number where it is not the count.
    """

    label: str
    count: int
    href: str
    description: str
    told: str = ""


def bars(marks: Sequence[Mark], title: str) -> str:
    """Horizontal bars from top to bottom, each with its name and number, as one <svg> element."""
    return svg(bars_spec(marks, title))


def columns(marks: Sequence[Mark], title: str) -> str:
    """Columns from left to right, each with its number above and its name below, as one <svg> element."""
    return svg(columns_spec(marks, title))


def bars_spec(marks: Sequence[Mark], title: str) -> dict:
    """What `bars` draws."""
    axis = {**_axis(marks), "minExtent": LABEL_LEAST}
    place = {"y": {"field": "row", "type": "ordinal", "scale": {"padding": 0}, "axis": axis}}
    length = {"x": _length(marks)}
    layers = [
        _layer("bars", {"type": "bar", "height": THICK, "color": _FILL}, length),
        _layer("numbers", {**_TEXT, "align": "left", "dx": 7}, {**length, "text": _NUMBER}),
        _layer("hits", _HIT, {"x": {"value": 0}, "x2": {"value": "width"}, **_link(marks)}),
    ]
    return _spec(marks, title, place, layers, WIDTH, {"step": STEP})


def columns_spec(marks: Sequence[Mark], title: str) -> dict:
    """What `columns` draws."""
    axis = {**_axis(marks), "labelAngle": 0, "labelOverlap": False}
    place = {"x": {"field": "row", "type": "ordinal", "scale": {"padding": 0}, "axis": axis}}
    length = {"y": _length(marks)}
    layers = [
        _layer("bars", {"type": "bar", "width": {"band": 0.6}, "color": _FILL}, length),
        _layer("numbers", {**_TEXT, "baseline": "bottom", "dy": -4}, {**length, "text": _NUMBER}),
        _layer("hits", _HIT, {"y": {"value": 0}, "y2": {"value": "height"}, **_link(marks)}),
    ]
    return _spec(marks, title, place, layers, min(WIDTH, COLUMN * len(marks)), HEIGHT)


@dataclass(frozen=True, slots=True)
class Panel:
    """One of several small charts of one scale: its name, and columns from left to right."""

    label: str
    marks: Sequence[Mark]


def multiples(panels: Sequence[Panel], title: str) -> str:
    """Small charts beside and under one another, one scale for all, as one <svg> element; the page names first and last column."""
    return svg(multiples_spec(panels, title))


def multiples_spec(panels: Sequence[Panel], title: str, is_named: bool = False) -> dict:
    """`multiples` as a spec. is_named: with the first and the last column's name under each (twice the time to draw)."""
    rows = [
        {"panel": place, "row": row, **asdict(mark), "href": _ORIGIN + mark.href}
        for place, panel in enumerate(panels)
        for row, mark in enumerate(panel.marks)
    ]
    names = json.dumps([panel.label for panel in panels])
    head = {"title": None, "labelExpr": f"{names}[datum.value]", "labelAnchor": "start", "labelFontSize": 13}
    facet = {"field": "panel", "type": "ordinal", "header": {**head, "labelColor": _INK, "labelLimit": SMALL}}
    drawn = spec(title, rows, SMALL, SMALL_HEIGHT, facet=facet, columns=PANELS_ACROSS)
    axis = _ends_named(panels[0].marks) if is_named else None
    place = {"x": {"field": "row", "type": "ordinal", "scale": {"padding": 0}, "axis": axis}}
    size = {"width": drawn.pop("width"), "height": drawn.pop("height")}
    inner = {**size, "encoding": place, "layer": _panel_layers(panels[0].marks, max([r["count"] for r in rows] + [1]))}
    own = {"resolve": {"axis": {"x": "independent"}}}  # or a row that is not full has an axis with nothing on it
    return {**drawn, **own, "autosize": "pad", "spacing": 22, "spec": inner}


def _panel_layers(marks: Sequence[Mark], most: int) -> list[dict]:
    length = {"y": {"field": "count", "type": "quantitative", "axis": None, "scale": {"domain": [0, most]}}}
    ground = {"y": {"value": "height"}, "x": {"value": 0}, "x2": {"value": "width"}}
    return [
        _layer("bars", {"type": "bar", "width": {"band": 0.72}, "color": _FILL}, length),
        _layer("ground", {"type": "rule", "color": _SOFT}, ground),
        _layer("hits", _HIT, {"y": {"value": 0}, "y2": {"value": "height"}, **_link(marks)}),
    ]


def _ends_named(marks: Sequence[Mark]) -> dict:
    """An axis that names the first and the last column."""
    ticks = json.dumps([mark.label for mark in marks])
    axis = {**_axis([]), "labelAngle": 0, "labelFontSize": 11, "labelExpr": f"{ticks}[datum.value]"}
    return axis | {"values": sorted({0, len(marks) - 1}), "labelOverlap": False, "labelFlush": True}


def heat_spec(down: Sequence[str], across: Sequence[str], rows: Sequence[Sequence[int]], shades, title: str) -> dict:
    """A table of numbers on grounds of gray, as a spec. shades: of each number, 0 for none."""
    cells = [
        {"row": r, "column": c, "n": n, "shade": shades[r][c]}
        for r, line in enumerate(rows)
        for c, n in enumerate(line)
    ]
    place = {
        "y": {"field": "row", "type": "ordinal", "scale": {"padding": 0.04}, "axis": _beside(down)},
        "x": {"field": "column", "type": "ordinal", "scale": {"padding": 0.04}, "axis": _beside(across) | _ABOVE},
    }
    scale = {"domain": [0, max([max(line) for line in shades] + [1])], "range": [0, 0.6]}
    shade = {"opacity": {"field": "shade", "type": "quantitative", "legend": None, "scale": scale}}
    number = {"text": {"field": "n", "type": "quantitative", "format": ","}}
    layers = [
        _layer("cells", {"type": "rect", "color": _FILL}, shade),
        _layer("numbers", {**_TEXT, "fontSize": 12}, number),
    ]
    return {**spec(title, cells, {"step": 62}, {"step": 30}, encoding=place, layer=layers), "autosize": "pad"}


_ABOVE = {"orient": "top", "labelAngle": -40, "labelAlign": "left", "labelBaseline": "bottom"}


def _beside(names: Sequence[str]) -> dict:
    axis = {**_axis([]), "labelExpr": f"{json.dumps(list(names))}[datum.value]", "labelFontSize": 12}
    return {**axis, "labelOverlap": False, "domain": False}


_TEXT = {"type": "text", "fontSize": 14, "color": _INK}
_NUMBER = {"field": "told", "type": "nominal"}
_HIT = {"type": "rect", "opacity": 0, "color": _INK}


def _link(marks: Sequence[Mark]) -> dict:
    """What the topmost layer says of each mark and where it leads; marks without a link have none at all."""
    led = {"href": {"field": "href", "type": "nominal"}} if any(mark.href for mark in marks) else {}
    return {**led, "description": {"field": "description", "type": "nominal"}}


def _layer(name: str, mark: dict, encoding: dict) -> dict:
    """Only the topmost layer speaks and links, so that a row is one thing to the keyboard and to a screen reader."""
    return {"name": name, "mark": {**mark, "aria": name == "hits"}, "encoding": encoding}


def _length(marks: Sequence[Mark]) -> dict:
    most = max([mark.count for mark in marks] + [1])
    return {"field": "count", "type": "quantitative", "axis": None, "scale": {"domain": [0, most * HEADROOM]}}


def _axis(marks: Sequence[Mark]) -> dict:
    """Names beside the rows; rows are told apart by their place, so that two may bear the same name."""
    names = json.dumps([mark.label.split("\n") for mark in marks])
    return {
        "title": None,
        "ticks": False,
        "aria": False,
        "domainColor": _SOFT,
        "labelColor": _INK,
        "labelFontSize": 14,
        "labelLimit": LABEL_MOST,
        "labelPadding": 8,
        "labelExpr": f"{names}[datum.value]",
    }


def _spec(marks: Sequence[Mark], title: str, place: dict, layers: list[dict], width: int, height: object) -> dict:
    rows = [
        {"row": row, **asdict(mark), "href": _ORIGIN + mark.href, "told": mark.told or f"{mark.count:,}"}
        for row, mark in enumerate(marks)
    ]
    return spec(title, rows, width, height, encoding=place, layer=layers)


def spec(title: str, rows: list[dict], width: int, height: object, **rest: object) -> dict:
    """What every drawing begins with; rest: its encoding and layers."""
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VERSION}.json",
        "description": title,
        "data": {"values": rows},
        "width": width,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 0,
        "background": None,
        "config": {"font": FONT, "view": {"stroke": None}},
        **rest,
    }


def svg(spec: dict) -> str:
    """A spec as one <svg> element."""
    drawn = converter().vegalite_to_svg(spec, vl_version=VERSION)
    return drawn.replace(f'xlink:href="{_ORIGIN}', 'href="')


@cache
def converter():
    """vl-convert with a Japanese font that comes as a wheel: it measures labels, whatever fonts the machine has."""
    import pylopdf_fonts_jp
    import vl_convert

    vl_convert.register_font_directory(str(Path(pylopdf_fonts_jp.__file__).parent))
    return vl_convert

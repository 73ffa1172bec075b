"""Figures of how well coders do, as SVG: ranges, bars by code, reliability, learning curve, who was taken for whom.

Parts are named, and templates/coder.css gives them the page's colours, light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from dashboards.charts import LABEL_MOST, spec, svg

WIDTH = 400  # px without labels
STEP, CELL = 30, 30  # px from row to row; a cell of the heat map
SMALL = 260  # px, both ways: reliability and learning curve
_INK, _SOFT, _FILL = "#222", "#999", "#6b6b6b"
_QUIET = {"ticks": False, "domainColor": _SOFT, "labelColor": _INK, "titleColor": _INK, "titleFontWeight": "normal"}
_ABOVE = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleX": -22,
    "titleY": -14,
    "titleFontSize": 12,
}
_SCALE = {
    **_QUIET,
    "grid": True,
    "gridColor": _SOFT,
    "gridOpacity": 0.35,
    "domain": False,
    "values": [0, 0.2, 0.4, 0.6, 0.8, 1],
    "labelOverlap": False,
}
_DIAGONAL = [{"p": 0, "right": 0}, {"p": 1, "right": 1}]


def _share(field: str, title: str | None = None, **axis: object) -> dict:
    """An axis from 0 to 1."""
    axis = {**_SCALE, "title": title, "labelFontSize": 12, "titleFontSize": 12, "format": ".1f", **axis}
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}


def _rows(names: Sequence[str], step: int = STEP) -> dict:
    """Rows by place, so that two may bear the same name."""
    axis = {**_QUIET, "title": None, "labelFontSize": 13, "labelLimit": LABEL_MOST, "labelPadding": 8, "minExtent": 150}
    axis["labelExpr"] = f"{json.dumps(list(names))}[datum.value]"
    return {"field": "row", "type": "ordinal", "scale": {"padding": 0}, "axis": axis}


def _mark(name: str, mark: Mapping, encoding: Mapping, **rest: object) -> dict:
    return {"name": name, "mark": {"aria": False, **mark}, "encoding": encoding, **rest}


def _ends(axis: str) -> dict:
    """From low to high, along an axis."""
    return {axis: _only("low"), f"{axis}2": {"field": "high"}}


def _only(field: str) -> dict:
    return {"field": field, "type": "quantitative"}


def ranges(rows: Sequence[Mapping], names: Sequence[str], series: Sequence[str], title: str) -> str:
    """Points with intervals. rows: {row, series, value, low, high}; names: of the rows; series: from top to bottom."""
    offset = {"yOffset": {"field": "series", "type": "nominal", "sort": list(series), "scale": {"padding": 0.35}}}
    shape = {"shape": {"field": "series", "type": "nominal", "sort": list(series), "legend": None}}
    layers = [
        _mark("spans", {"type": "rule", "color": _SOFT, "strokeWidth": 2}, {**_ends("x"), **offset}),
        _mark(
            "dots",
            {"type": "point", "filled": True, "size": 70, "color": _FILL},
            {"x": _share("value"), **offset, **shape},
        ),
    ]
    place = {"y": _rows(names)}
    return svg(spec(title, list(rows), WIDTH, 16 * (len(series) + 1) * len(names), encoding=place, layer=layers))


def bars(rows: Sequence[Mapping], names: Sequence[str], title: str) -> str:
    """Bars from 0 to 1 with their intervals. rows: {row, value, low, high}."""
    layers = [
        _mark("bars", {"type": "bar", "height": 14, "color": _FILL}, {"x": _share("value")}),
        _mark("spans", {"type": "rule", "color": _INK, "strokeWidth": 2}, _ends("x")),
    ]
    return svg(spec(title, list(rows), WIDTH, {"step": STEP}, encoding={"y": _rows(names)}, layer=layers))


def reliability(bins: Sequence[Mapping], title: str, axes: tuple[str, str]) -> str:
    """Claimed probability against the share that is right; a larger dot rests on more texts. bins: {p, right, n}."""
    place = {"x": _share("p", axes[0]), "y": _share("right", axes[1], **_ABOVE)}
    size = {"field": "n", "type": "quantitative", "legend": None, "scale": {"range": [20, 320]}}
    layers = [
        _mark("even", {"type": "line", "color": _SOFT, "strokeDash": [4, 4]}, place, data={"values": _DIAGONAL}),
        _mark("path", {"type": "line", "color": _FILL}, place),
        _mark("dots", {"type": "point", "filled": True, "color": _FILL, "opacity": 1}, {**place, "size": size}),
    ]
    return svg(spec(title, list(bins), SMALL, SMALL, layer=layers))


def curve(points: Sequence[Mapping], title: str, axes: tuple[str, str]) -> str:
    """A figure by the number of texts learnt from, each time twice as many. points: {n, value, low, high}."""
    axis = {
        **_QUIET,
        "title": axes[0],
        "labelFontSize": 12,
        "values": [p["n"] for p in points],
        "format": ",",
        "grid": False,
    }
    most = max(p["n"] for p in points) * 1.15
    least = min(p["n"] for p in points) / 1.15
    scale = {"type": "log", "base": 2, "domain": [least, most], "nice": False}
    place = {"x": {"field": "n", "type": "quantitative", "axis": axis, "scale": scale}}
    value = {**place, "y": _share("value", axes[1], **_ABOVE)}
    layers = [
        _mark("path", {"type": "line", "color": _FILL}, value),
        _mark("spans", {"type": "rule", "color": _SOFT, "strokeWidth": 2}, {**place, **_ends("y")}),
        _mark("dots", {"type": "point", "filled": True, "color": _FILL, "size": 60, "opacity": 1}, value),
    ]
    return svg(spec(title, list(points), SMALL, SMALL, layer=layers))


def heat(table: Mapping, names: Sequence[str], title: str) -> str:
    """Who was taken for whom: rows what people said, columns what the coder said; darker is a larger share of its row."""
    cells = [
        {"row": r, "column": c, "n": n or "", "share": n / max(1, sum(counts))}
        for r, counts in enumerate(table["rows"])
        for c, n in enumerate(counts)
    ]
    across = _rows(names)["axis"] | {"orient": "top", "labelAngle": -90, "labelLimit": 200, "minExtent": 0}
    place = {
        "y": {"field": "row", "type": "ordinal", "scale": {"padding": 0.04}, "axis": _rows(names)["axis"]},
        "x": {"field": "column", "type": "ordinal", "scale": {"padding": 0.04}, "axis": across},
    }
    shade = {
        "field": "share",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, 1], "range": [0.05, 0.75]},
    }
    layers = [
        _mark("cells", {"type": "rect", "color": _FILL}, {"opacity": shade}),
        _mark("numbers", {"type": "text", "fontSize": 11, "color": _INK}, {"text": {"field": "n", "type": "nominal"}}),
    ]
    return svg(spec(title, cells, {"step": CELL}, {"step": CELL}, encoding=place, layer=layers))

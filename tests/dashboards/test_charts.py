"""The drawings: what is drawn, where it leads, and that nothing in it can act."""

from __future__ import annotations

import pytest
from lxml import etree

from dashboards.charts import Mark, bars, columns

HOSTILE = '<b onload="x">\'"]};alert(1)//\\'
MARKS = [
    Mark("仲間ができた", 73, "/stories?benefit=companions&month=2026-03", "仲間ができた 73話"),
    Mark(HOSTILE, 0, '/stories?benefit="><script>', HOSTILE),
    Mark("同じ名", 1034, "/stories?benefit=a", "a"),
    Mark("同じ名", 2, "/stories?benefit=b", "b"),
]
SVG = {"s": "http://www.w3.org/2000/svg"}


def drawn(svg: str, path: str) -> list[str]:
    return etree.fromstring(svg).xpath(path, namespaces=SVG)


@pytest.mark.parametrize("draw", [bars, columns])
def test_each_mark_is_one_link_with_its_number(draw):
    svg = draw(MARKS, "良かったこと")
    assert drawn(svg, "//s:a/@href") == [mark.href for mark in MARKS]
    assert drawn(svg, "//s:a/s:path/@aria-label") == [mark.description for mark in MARKS]
    assert drawn(svg, "//s:g[contains(@class, 'numbers_marks')]/s:text/text()") == ["73", "0", "1,034", "2"]
    assert drawn(svg, "//s:g[contains(@class, 'axis-label')]/s:text/text()") == [mark.label for mark in MARKS]


@pytest.mark.parametrize("draw", [bars, columns])
def test_nothing_in_it_acts_or_reaches_out(draw):
    svg = draw(MARKS, HOSTILE)
    assert not drawn(svg, "//s:script | //s:style | //s:image | //s:foreignObject")
    assert not drawn(svg, "//@style | //@*[starts-with(name(), 'on')]")
    assert not drawn(svg, "//@id"), "ids of several drawings on one page would clash"
    assert "http" not in svg.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("draw", [bars, columns])
def test_the_same_marks_give_the_same_bytes(draw):
    assert draw(MARKS, "図") == draw(MARKS, "図")


def test_bars_are_as_long_as_their_numbers_say():
    outlines = drawn(bars(MARKS, "図"), "//s:g[contains(@class, 'bars_marks')]/s:path/@d")
    widths = [float(outline.split("h")[1].split("v")[0]) for outline in outlines]
    assert [round(width / widths[2] * 1034) for width in widths] == [73, 0, 1034, 2]


def test_a_long_label_is_measured_in_a_japanese_font():
    """Thirteen full-width letters of 14 px take 182 px, whatever fonts the machine has."""
    marks = [Mark("製造・建設・インフラ・運輸" + "業" * 2, 5, "/", "x")]
    place = drawn(bars(marks, "図"), "/s:svg/s:g/@transform")[0]
    assert float(place.removeprefix("translate(").split(",")[0]) == pytest.approx(15 * 14 + 8, abs=3)


@pytest.mark.parametrize("draw", [bars, columns])
def test_all_noughts_and_nothing_are_drawn(draw):
    assert drawn(draw([Mark("a", 0, "/a", "a")], "図"), "//s:a/@href") == ["/a"]
    assert drawn(draw([], "図"), "//s:a") == []


def test_a_line_break_in_a_label_is_kept():
    svg = columns([Mark("1月\n2026年", 5, "/", "x")], "図")
    assert drawn(svg, "//s:g[contains(@class, 'axis-label')]//s:tspan/text()") == ["1月", "2026年"]

"""Tables and figures to take away: the numbers of the counts, what they mean beneath them, the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from datetime import UTC, datetime

import openpyxl
import pytest
from lxml import etree

from dashboards import take_away
from warehouse import counts, store
from warehouse.words import Words

JA = Words("ja")
AT = datetime(2026, 4, 30, 16, 0, tzinfo=UTC)  # 1 May in Japan
BUILD = {"version": "v-1", "built_at": AT, "call_title": "=公募", "is_sample": True, "time_zone": "Asia/Tokyo"}
TOTAL = {"story_count": 1234, "person_count": 5, "reviewed_count": 2}


@pytest.fixture
def counted(call, publish, lake):
    """Two stories, one with two fruits; a third may be the second."""
    call.story("a", topic="apple pear", contributor_ref="one")
    call.story("b", topic="oak", contributor_ref="one")
    call.story("c", topic="oak", contributor_ref="one", merged_story_id="story-b")
    publish(call)
    with store.reading(lake, "Asia/Tokyo") as con:
        return counts.breakdown(con, "topic", JA)


def table(counted, unit: str = "story", codes: bool = False) -> take_away.Table:
    foot = take_away.foot(TOTAL, BUILD, JA, unit=unit, is_multi=counted.is_multi, include_late=True)
    return take_away.counted(counted, foot, AT, JA, unit, codes)


def test_the_foot_says_what_was_counted_how_when_and_of_which_version():
    one, note, made = take_away.foot(TOTAL, BUILD, JA, unit="person", is_multi=True, include_late=True)
    assert one.startswith("n = 1234話・5人") and "単位は人" in one and "複数回答" in one and "締切後" in one
    assert note == JA("count.note")
    assert "見本データ" in made and "2026-05-01" in made and "v-1" in made
    plain = take_away.foot(TOTAL, BUILD | {"is_sample": False}, JA, unit="story", is_multi=False)
    assert "複数回答" not in plain[0] and "見本" not in plain[2]


def test_a_table_holds_the_counts_and_only_columns_with_something_in_them(counted):
    groups, codes, people = table(counted), table(counted, codes=True), table(counted, "person")
    assert list(groups.headings) == ["topicの", "話", JA("take.if_linked"), "人", "確認済み"]
    assert groups.rows == [("fruitの", 1, 1, 1, 0), ("treeの", 2, 1, 1, 0)]
    assert [row[:2] for row in codes.rows] == [("appleの", 1), ("pearの", 1), ("oakの", 2)]
    assert list(people.headings) == ["topicの", "人", "話", "確認済み"] and people.rows[1] == ("treeの", 1, 2, 0)


def test_csv_and_xlsx_hold_the_table_and_its_foot(counted):
    made = table(counted)
    read = list(csv.reader(io.StringIO(take_away.as_csv(made).decode("utf-8-sig"), newline="")))
    assert read[:3] == [list(made.headings), ["fruitの", "1", "1", "1", "0"], ["treeの", "2", "1", "1", "0"]]
    assert [line for (line,) in read[4:]] == list(made.foot)
    sheet = openpyxl.load_workbook(io.BytesIO(take_away.as_xlsx(made))).active
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert rows == [list(made.headings), *map(list, made.rows), [], *([line] for line in made.foot)]
    assert take_away.as_xlsx(made) == take_away.as_xlsx(made)


@pytest.fixture
def drawn(counted):
    return take_away.figure(take_away.chart(counted, JA, "story", codes=False), table(counted).foot)


def test_a_figure_is_an_svg_with_labels_numbers_and_foot_and_no_links(drawn):
    svg = take_away.as_svg(drawn)
    root = etree.fromstring(svg)
    texts = ["".join(text.itertext()) for text in root.iter("{*}text")]
    assert {"topicの", "fruitの", "treeの", "1", "2"} <= set(texts)
    whole = "".join(texts).replace(" ", "")
    assert all(line.replace(" ", "") in whole for line in table_foot(drawn))
    assert not list(root.iter("{*}a")) and b"here.invalid" not in svg
    assert take_away.as_svg(drawn) == svg


def table_foot(drawn) -> list[str]:
    return drawn["vconcat"][0]["title"]["text"]


def test_a_png_has_300_dots_an_inch_and_a_white_ground(drawn):
    png = take_away.as_png(drawn)
    dots = struct.unpack(">II", png.split(b"pHYs")[1][:8])
    assert [round(dot * 0.0254) for dot in dots] == [300, 300]
    pixels = zlib.decompress(b"".join(part for name, part in _chunks(png) if name == b"IDAT"))
    assert pixels[1:5] == b"\xff\xff\xff\xff"
    assert take_away.as_png(drawn) == png


def _chunks(png: bytes):
    at = 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def test_a_pdf_carries_its_font_no_date_and_no_link(drawn):
    pdf = take_away.as_pdf(drawn)
    streams = [zlib.decompress(part) for part in _streams(pdf)]
    everything = pdf + b"".join(streams)
    assert b"/FontFile" in everything and b"NotoSans" in everything.replace(b" ", b"")
    assert b"/URI" not in everything and b"CreationDate" not in everything
    assert take_away.as_pdf(drawn) == pdf


def _streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"/FlateDecode[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return [part for part in found if part[:1] == b"x"]


def test_many_months_go_from_top_to_bottom():
    months = [{"level": "code", "code": f"{n}", "label": f"{n}月", "story_count": n} for n in range(1, 14)]
    few, many = (counts.Breakdown("month", "月", False, months[:n]) for n in (12, 13))
    assert "x" in take_away.chart(few, JA, "story", False)["encoding"]
    assert "y" in take_away.chart(many, JA, "story", False)["encoding"]


def test_a_line_of_a_foot_breaks_between_words_and_never_before_a_full_stop():
    lines = take_away.figure(
        {"$schema": "", "config": {}, "description": "", "layer": []}, ["語" * 58 + "。版 20260401T-abc" * 3]
    )
    told = lines["vconcat"][0]["title"]["text"]
    assert len(told) == 2 and not any(line[0] in "。、" for line in told) and "".join(told).count("20260401T-abc") == 3

"""The page on a coder: every figure has its table, what comes from a codebook is text, and nothing in it acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import html

from dashboards.coder_page import figure, render
from tasks.coding import Claim, Coded
from tasks.coding.evaluate import detail, judged, scores
from tasks.coding.measures import Figure
from tasks.coding.training import Example
from warehouse import codebook
from warehouse.words import Words

HOSTILE = "<img src=x onerror=alert(1)>\"']}"


def small_page() -> str:
    """The page of a coder that saw six texts, two dimensions, and names that mean harm."""
    book = codebook.load(codebook.BUILT_IN)
    industry = book.by_name["industry"]
    renamed = replace(industry, ja=HOSTILE, codes=(replace(industry.codes[0], ja=HOSTILE), *industry.codes[1:]))
    book = replace(book, dimensions=(renamed, book.by_name["platform"]))
    texts = [Example(str(n), "", "", "", {"industry": [c], "platform": ["x"]}) for n, c in enumerate("AABBCC")]
    said = [
        Coded(
            [Claim("industry", c, 0.8), Claim("platform", "note", 0.6)],
            {"industry": {c: 0.8}, "platform": {"note": 0.6}},
        )
        for c in "ABBBCA"
    ]
    whole = {d.name: detail(judged(d, texts, said)) for d in book.dimensions}
    sets = [{"name": "apart", "n": 6, "main": "both", "coders": {"rules": scores(texts, said, book), "both": whole}}]
    curve = [{"n": n, "dimensions": scores(texts, said, book)} for n in (3, 6)]
    report = {"coder": HOSTILE, "codebook": "1", "at": datetime(2026, 1, 1, tzinfo=UTC), "sets": sets, "curve": curve}
    return render(report, book, Words("ja"), HOSTILE, True)


@pytest.fixture(scope="module")
def page() -> html.HtmlElement:
    return html.fromstring(small_page())


def test_what_comes_from_outside_is_text(page):
    assert not page.xpath("//img | //script | //@style | //@*[starts-with(name(), 'on')]")
    assert page.xpath("//h1/preceding-sibling::p/text()") == [HOSTILE]
    assert len(page.xpath("//details//th[.=$it]", it=HOSTILE)) == 1
    assert not [href for href in page.xpath("//@href | //@src") if href]


def test_every_drawing_has_its_table(page):
    for drawing in page.xpath("//figure[not(contains(@class, 'whole'))]"):
        assert drawing.xpath(".//table") or drawing.xpath("following-sibling::*[1]//table")
    assert len(page.xpath("//*[name()='svg']")) == 1 + 2 * 2 + 1 + 2  # ranges; bars and dots; one table; curves


def test_its_numbers_are_those_of_the_report(page):
    row = next(row for row in page.xpath("//section[@id='apart']/div//tbody/tr") if row.xpath("th")[0].text == HOSTILE)
    assert row.xpath("td/text()")[0].startswith("κ .50 (")  # agreed 4 of 6, by chance 1/3
    cells = [c.text for c in page.xpath("//figure[@class='whole']//*[contains(@class, 'numbers_marks')]/*") if c.text]
    assert sorted(cells) == ["1", "1", "1", "1", "2"]


def test_a_figure_in_few_characters():
    nan = float("nan")
    assert figure(Figure(0.7949, 0.75, 0.999)) == ".79 (.75–1.0)"
    assert figure(Figure(1.0, nan, nan)) == "1.0" and figure(Figure(-0.2, -0.4, 0.0)) == "-0.20 (-0.40–.00)"

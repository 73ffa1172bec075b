"""保留, the page: why something is held, a look that is on record, a mended file that takes it out, and back."""

from __future__ import annotations

import json

import pytest
from lxml import html

from dashboards.access import Viewer
from flows.build import build
from flows.settings import load
from tests.flows.web.conftest import FIXTURES, account, said
from warehouse import ledger

MENDED = (FIXTURES / "form/stray_quote.csv").read_text(encoding="utf-8").replace("閉じ忘れ", '閉じ忘れ"')


@pytest.fixture(scope="module")
def held(pages):
    """Pages of a home with a letter, and a form's table that has a broken row."""
    pages.upload(FIXTURES / "form/stray_quote.csv", channel="form")
    assert pages.upload(FIXTURES / "email/utf8_base64.eml", channel="email").status_code == 200
    build(load(pages.home))
    return pages


def trail(pages) -> list[dict]:
    file = pages.home / "audit.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_it_says_why_and_what_to_do(held):
    page = held.get("/quarantine")
    assert html.document_fromstring(page.text).xpath("//@data-held_count") == ["1"]
    assert "行の引用符か列の数が合いません。表計算ソフトで開き、その行を直してください" in said(page)
    assert "stray_quote.csv" in said(page) and "line 3" in said(page)


def test_a_look_shows_it_as_it_came_in_and_is_on_record(held):
    (link,) = html.document_fromstring(held.get("/quarantine").text).xpath("//ul[@class='held']//a/@href")
    before = len(trail(held))
    page = held.get(link)
    assert '2026/04/01 11:00:00,"二つ目は閉じ忘れ' in html.document_fromstring(page.text).xpath("string(//pre)")
    (line,) = trail(held)[before:]
    assert line["what"] == "original" and line["subject"] == link.rpartition("/")[2] and line["who"]


def test_who_only_counts_sees_none_of_it(held):
    access = held.client.app.state.site.access
    kind = type(access)
    as_analyst, real = (lambda self, session: Viewer("analyst", "analyst", "x")), kind.viewer
    try:
        kind.viewer = as_analyst
        for link in ("/quarantine", "/items/" + "0" * 64, "/take-in", "/today", "/jobs"):
            assert held.get(link).status_code == 403
            assert link.strip("/").partition("/")[0] not in held.get("/stories").text.partition("</nav>")[0]
        assert held.client.post("/take-in/upload", files={"file": b"x"}).status_code == 403
    finally:
        kind.viewer = real


def test_a_mended_file_takes_it_out_and_it_can_be_put_back(held):
    page = html.document_fromstring(held.get("/quarantine").text)
    (source,) = page.xpath("//input[@name='mends']/@value")
    landed = held.upload(("直した.csv", MENDED.encode()), channel="form", mends=source)
    assert account(landed)[:3] == [1, 3, 0] and "保留から外れます" in said(landed)
    assert "直りました。次の集計で外れます" in said(held.get("/quarantine"))
    held.post("/build")
    page = html.document_fromstring(held.get("/quarantine").text)
    assert page.xpath("//@data-held_count") == ["0"] and page.xpath("//form[@action='/quarantine/put-back']")
    assert "終わりました" in said(held.post("/quarantine/put-back", source=source))
    assert html.document_fromstring(held.get("/quarantine").text).xpath("//@data-held_count") == ["1"]
    who = [entry.payload["is_mended"] for entry in ledger.read(load(held.home).lake.ledger, "mended")]
    assert who == [True, False]


def test_a_retry_of_what_is_as_it_was_leaves_it_there(held):
    told = held.post("/quarantine/retry")
    assert "終わりました" in said(told) and "保留のまま 1件" in said(told)

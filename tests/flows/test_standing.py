"""How things stand: the same for `neta status` and the page, and right to the last decision."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from lxml import html

from dashboards.app import make_app
from flows.build import build
from flows.holding import on_show
from flows.ingest import ingest
from flows.standing import MEASURED, PACE, pace, standing
from flows.web.site import site_of
from tests.conftest import neta_here
from warehouse import ledger
from warehouse.ledger import Entry


def stands(home) -> dict:
    with on_show(home.settings) as con:
        return standing(home.settings, con)


def decide(home, kind: str = "code", subject: str = "x:1700000000000000007", **payload) -> None:
    told = {"dimension": "valence", "codes": ["good"], "text_hash": "x"} if kind == "code" else payload
    ledger.append(home.settings.lake.ledger, "editor", kind, subject, told)


def test_what_the_counts_do_not_know_yet_is_told_to_the_last_one(told):
    assert stands(told)["unbuilt"] == {"decision_count": 0, "item_count": 0}
    decide(told)
    decide(told, "about", refs=[])  # tells what was done and decides nothing
    told.say("b.json", "別の話です。登壇の依頼をいただきました", 8)
    ingest(told.settings, "x_hashtag")
    assert stands(told)["unbuilt"] == {"decision_count": 1, "item_count": 1}
    build(told.settings)
    assert stands(told)["unbuilt"] == {"decision_count": 0, "item_count": 0}
    decide(told, "note_of_some_later_kind", text="x")
    assert stands(told)["unbuilt"]["decision_count"] == 1


def test_a_story_that_was_looked_at_since_the_build_is_not_left(told):
    decide(told)  # of another text than today's: the next build asks again
    build(told.settings)
    before = stands(told)["backlog"]
    assert before["story_count"] == 1 and before["minute_count"] == 1
    decide(told)
    assert stands(told)["backlog"]["story_count"] == 0


def test_page_and_status_tell_the_same(told):
    decide(told)
    status = json.loads(neta_here("status", "--json", "--home", told.path).stdout)
    client = TestClient(make_app(site_of(told.settings)), base_url="http://127.0.0.1:8321")
    client.get("/")  # the file is open already when the page asks
    page = html.document_fromstring(client.get("/today").text)
    shown = {
        name: page.xpath(f"//@data-{name}") for name in ("story_count", "held_count", "decision_count", "item_count")
    }
    told_by = {**status["backlog"], **status["unbuilt"]}
    assert shown == {name: [str(told_by[name])] for name in shown} and shown["decision_count"] == ["1"]
    assert page.xpath("//form[@action='/build']//button")


def test_before_the_first_build_the_pages_begin_there(real_home):
    client = TestClient(make_app(site_of(real_home.settings)), base_url="http://127.0.0.1:8321")
    page = client.get("/")
    assert page.url.path == "/today" and "まだ何もありません" in page.text
    real_home.say("a.json", "はじめての話です", 1)
    ingest(real_home.settings, "x_hashtag")
    page = html.document_fromstring(client.get("/today").text)
    assert page.xpath("//@data-item_count") == ["1"] and page.xpath("//form[@action='/build']")


def test_the_pace_is_that_of_stories_in_one_sitting():
    start, entries = datetime(2026, 4, 1, tzinfo=UTC), []
    for n in range(MEASURED + 6):
        for part in range(3):  # three decisions on a story, seconds apart
            at = start + timedelta(seconds=40 * n + part, hours=n // 13)
            entries.append(Entry(len(entries), at.isoformat(), f"coder{n % 2}", "code", f"s{n}", {}, None))
    assert pace(entries) == 80  # each of the two takes every other story
    assert pace(entries[:6]) == PACE

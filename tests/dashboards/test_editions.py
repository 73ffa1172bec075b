"""Which version is on show, in which language and zone; what stands there before the first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from dashboards.edition import Shelf
from tests.dashboards.test_numbers import listed
from tests.warehouse.conftest import ZONE
from warehouse.words import Words


def test_a_new_version_appears_without_a_restart(call, publish, visitor):
    call.story("a")
    publish(call)
    assert "run-1" in visitor.see("/").text_content()
    assert listed(visitor.see("/stories"), "story_count") == 1
    call.story("b")
    call.run = "run-2"
    publish(call)
    page = visitor.see("/").text_content()
    assert "run-2" in page and "run-1" not in page and "2話" in page
    assert listed(visitor.see("/stories"), "story_count") == 2
    assert visitor.get("/healthz").json() == {"status": "ok", "version": "warehouse-run-2"}


def test_twenty_readers_never_see_half_while_versions_change(call, publish, visitor):
    call.story("s1")
    publish(call)
    done = Event()

    def read(reader: int) -> set[tuple[int, int]]:
        """What a page says in its heading, and what it shows: each list its stories, each table of trends the whole."""
        seen = set()
        while not done.wait(0.2):  # somebody who reads
            if reader % 2:
                page = visitor.see("/stories")
                seen.add((listed(page, "story_count"), len(page.xpath("//article"))))
            else:
                page = visitor.see("/trends?by=topic")
                shown = page.xpath("//table[@class='periods']/tbody/tr[1]/td[1]")[0]
                seen.add((int(page.find(".//h1").text.partition("話")[0]), int(shown.text_content())))
        return seen

    with ThreadPoolExecutor(20) as pool:
        readers = [pool.submit(read, number) for number in range(20)]
        try:
            for number in range(2, 4):
                call.story(f"s{number}")
                call.run = f"run-{number}"
                publish(call)
                assert listed(visitor.see("/stories"), "story_count") == number
        finally:
            done.set()
        seen = {pair for reader in readers for pair in reader.result()}
    assert len(seen) > 1 and all(said == shown for said, shown in seen)


def test_before_the_first_build_it_says_what_to_do(visitor, lake):
    for link in ("/", "/stories", "/items"):
        answer = visitor.get(link)
        assert answer.status_code == 503
        assert f"neta run --home {lake.home}" in answer.text and "まだ集計がありません" in answer.text
    assert visitor.get("/healthz").json() == {"status": "ok", "version": None}
    assert visitor.get("/nowhere").status_code == 404


def test_a_warehouse_without_a_story_is_a_page_too(call, publish, visitor):
    publish(call)
    assert "0話・0人" in visitor.see("/").text_content()
    assert "当てはまる話はありません" in visitor.see("/stories").text_content()
    assert "当てはまる元データはありません" in visitor.see("/items").text_content()


def test_times_are_told_in_the_zone_of_the_call(call, publish, visitor):
    call.story("a", "2026-03-31T15:30:00+00:00")
    publish(call)
    page = visitor.see("/stories?month=2026-04").text_content()
    assert "2026-04-01 00:30" in page and "2026-05-01 09:00" in page


def test_questions_side_by_side_are_asked_in_that_zone(call, publish, lake):
    publish(call)
    edition = Shelf(lake, ZONE, Words("ja")).current()
    assert edition.asking().execute("SELECT current_setting('TimeZone')").fetchone() == (ZONE,)


def test_a_sample_home_says_so_on_every_page(call, publish, visitor):
    publish(call)
    for link in ("/", "/stories", "/items"):
        page = visitor.see(link)
        assert "見本データ" in page.findtext(".//title") and page.xpath("//*[@class='sample']")


def test_in_english(call, publish, english):
    call.story("a", topic="pear")
    publish(call)
    page = english.see("/")
    assert page.get("lang") == "en" and "1 stories by 1 people" in page.text_content()
    assert not [said for said in page.xpath("//figure//@aria-label") if "の" in said]
    assert listed(english.see("/stories?topic=pear"), "story_count") == 1

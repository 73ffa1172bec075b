"""Trends: every number of every look at them leads to exactly what it counts."""

from __future__ import annotations

import re
from itertools import cycle

import pytest

from tests.dashboards.test_numbers import busy, charted_numbers, linked_numbers, listed, walk  # noqa: F401

VIEWS = (
    "",
    "by=mood",
    "by=channel&period=week",
    "by=topic&open=topic.fruit&unit=person",
    "then_from=2026-02&to=2026-01",
)
FILTERS = (
    "",
    "topic=fruit",
    "topic=apple&topic_2=pear",
    "channel=form",
    "reviewed=yes&from=2026-01",
    "include_late=yes&mood=good",
)


@pytest.mark.parametrize("view, chosen", list(zip(cycle(VIEWS), FILTERS * 2, strict=False)))  # 12 pairs: each with two
def test_every_number_leads_to_as_many_stories_or_people(busy, publish, visitor, view, chosen):  # noqa: F811
    publish(busy)
    link = "/trends?" + "&".join(filter(None, [view, chosen]))
    page = visitor.see(link)
    unit = "person_count" if "unit=person" in view else "story_count"
    drawn = [(n, unit, where) for n, where in _bars(page)]
    wrong = [
        (n, unit, where) for n, unit, where in linked_numbers(page) + drawn if listed(visitor.see(where), unit) != n
    ]
    assert wrong == []


def _bars(page) -> list[tuple[int, str]]:
    bars = [(a.xpath("./path/@aria-label")[0], a.get("href")) for a in page.xpath("//figure//a")]
    numbers = [(int(re.search(r"([\d,]+)[話人]$", said)[1]), link) for said, link in bars]
    return [(n, link) for n, link in numbers if n]


def test_the_numbers_are_these(busy, publish, visitor):  # noqa: F811
    """a: apple pear (p1, 3月); b: pear oak (p1, 1月); c: apple, on two channels (12月)."""
    publish(busy)
    page = visitor.see("/trends?by=topic&open=topic.fruit")
    assert _table(page, "periods") == [
        ["全体", "3", "1", "1", "0", "1"],
        ["fruitの", "3", "1", "1", "0", "1"],
        ["appleの", "2", "1", "0", "0", "1"],
        ["pearの", "2", "0", "1", "0", "1"],
        ["treeの", "1", "0", "1", "0", "0"],
    ]
    together = page.xpath("//section[@aria-labelledby='topic-topic']")[0]
    rows = {row[0]: row[1:] for row in _table(together, "heat")}
    assert rows["appleの"] == ["2", "2", "1", "0"] and rows["pearの"] == ["2", "1", "2", "1"]
    people = visitor.see("/trends?by=channel&unit=person")
    assert _table(people, "periods") == [  # c was told by two people, by one on each channel
        ["全体", "3", "2", "1", "0", "1"],
        ["emailで", "3", "2", "1", "0", "1"],
        ["formで", "2", "2", "0", "0", "0"],
    ]


def _table(page, name: str) -> list[list[str]]:
    rows = page.xpath(f".//table[@class='{name}']/tbody/tr")
    return [["".join(cell.itertext()).strip() for cell in row] for row in rows]


def test_two_spans_stand_side_by_side_with_their_shares(busy, publish, visitor):  # noqa: F811
    publish(busy)
    page = visitor.see("/trends?by=topic&from=2026-01&then_to=2025-12")
    assert _table(page, "two")[0] == ["全体", "2", "100%", "1", "100%"]
    assert _table(page, "two")[2] == ["treeの", "1", "50%", "0", "0%"]


def test_a_week_is_named_by_its_monday_in_the_zone_of_the_call(call, publish, visitor):
    call.story("sunday", "2026-03-08T14:59:00+00:00", topic="oak")  # 23:59 in Tokyo
    call.story("monday", "2026-03-08T15:01:00+00:00", topic="oak")  # Monday there
    publish(call)
    page = visitor.see("/trends?period=week&by=topic")
    assert [link for _, link in _bars(page)] == [
        "/stories?topic=tree&week=2026-03-02",
        "/stories?topic=tree&week=2026-03-09",
    ]


def test_nothing_chosen_says_so_and_an_unknown_look_is_refused(busy, publish, visitor):  # noqa: F811
    publish(busy)
    assert "当てはまる話はありません" in visitor.see("/trends?from=2030-01").text_content()
    for query in ("by=x", "by=fct_story", "period=day", "unit=euro", "nothing=1"):
        assert visitor.get(f"/trends?{query}").status_code == 400


def test_a_new_version_is_shown_without_a_restart(busy, publish, visitor):  # noqa: F811
    publish(busy)
    before = visitor.see("/trends").find(".//h1").text
    busy.story("more", topic="oak")
    busy.run = "run-2"
    publish(busy)
    assert visitor.see("/trends").find(".//h1").text != before


def test_estimates_stand_beside_stories_that_nothing_narrows(call, publish, visitor):
    for n in range(20):
        call.story(f"a{n}", topic="apple")
        call.story(f"o{n}", topic="oak")
    publish(call)
    assert "未抽出" in visitor.see("/trends?by=topic").text_content()
    call.drawn = [f"{kind}{n}" for kind in "ao" for n in range(10)]
    for ref in call.drawn:
        call.claim(ref, "person:editor", 1.0, told="yes", mood="good", topic="oak" if ref in ("a0", "o0") else "apple")
    call.run = "run-2"
    publish(call)
    told = {row[0]: row[2] for row in _table(visitor.see("/trends?by=topic&open=topic.fruit"), "periods")}
    first = visitor.see("/").xpath("//table[@aria-labelledby='topic']//tr[contains(., 'fruitの')]/td")
    assert told["fruitの"] == first[1].text != "–" and told["全体"].startswith("40(")
    for narrowed in ("topic=tree", "unit=person"):
        page = visitor.see(f"/trends?by=topic&{narrowed}")
        assert "絞り込まない話の数にだけ" in page.text_content() and not page.xpath("//td[@class='range']")

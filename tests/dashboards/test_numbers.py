"""Every number is a link to exactly what it counts."""

from __future__ import annotations

import re

import pytest

from dashboards.listing import PAGE

UNITS = {"story_count", "person_count", "reviewed_count", "item_count"}


def linked_numbers(page) -> list[tuple[int, str, str]]:
    """(number, unit, link) of every number that is a link."""
    links = page.xpath("//a[@data-unit]")
    return [(int(a.text.replace(",", "")), a.get("data-unit"), a.get("href")) for a in links]


def charted_numbers(page) -> list[tuple[int, str]]:
    """(number, link) of every bar; the number is what a screen reader says of it."""
    bars = [(a.xpath("./path/@aria-label")[0], a.get("href")) for a in page.xpath("//figure//a")]
    return [
        (int(re.search(r"([\d,]+)(話|人| stories| people)?$", said)[1].replace(",", "")), link) for said, link in bars
    ]


def listed(page, unit: str) -> int:
    """What the heading of a list says it holds."""
    heading = page.find(".//h1").get(f"data-{unit}")
    rows = page.xpath("//article | //table[@class='items']/tbody/tr")
    if unit in ("story_count", "item_count"):
        assert len(rows) == min(int(heading), PAGE)
    return int(heading)


def walk(visitor, start: str) -> list[str]:
    """Follow every number of a page; gives the links followed."""
    page = visitor.see(start)
    numbers = linked_numbers(page) + [(n, "story_count", link) for n, link in charted_numbers(page)]
    assert {unit for _, unit, _ in numbers} <= UNITS
    seen = {link: visitor.see(link) for link in {link for *_, link in numbers}}
    wrong = [(link, unit, n, listed(seen[link], unit)) for n, unit, link in numbers if listed(seen[link], unit) != n]
    assert wrong == []
    return list(seen)


@pytest.fixture
def busy(call):
    """Two codes of one group on a story, a shared story, and one of each thing that is not counted."""
    call.story("a", topic="apple pear", contributor_ref="p1")
    call.story("b", "2026-01-05T00:00:00+00:00", topic="pear oak", contributor_ref="p1", raw=["b1", "b2"])
    call.story("c", "2025-11-30T15:00:00+00:00", topic="apple", contributor_ref=None)
    call.tell("c2", story_id="story-c", is_representative=False, channel="form")
    call.story("late", topic="oak", is_after_close=True)
    call.story("bad", topic="oak", mood="bad")
    call.story("bad-late", topic="oak", mood="bad", is_after_close=True)
    call.story("essay", told="no")
    call.claim("b", "person:editor", 1.0, mood="good")
    call.set_aside("c2-raw", "link", "exact_copy")
    call.item("junk")
    call.set_aside("junk", "conform", "unreadable")
    call.item("old")
    call.set_aside("old", "conform", "superseded")
    return call


@pytest.mark.parametrize("start", ["/", "/?include_late=yes"])
def test_every_number_leads_to_as_many_stories_or_items(busy, publish, visitor, start):
    publish(busy)
    assert len(walk(visitor, start)) > 25


def test_every_number_of_the_sample_home_too(sample_visitor):
    """Its codebook has a code and a group of one name that differ (other_sns)."""
    followed = walk(sample_visitor, "/")
    assert "/stories?platform=other_sns" in " ".join(followed) and len(followed) > 120


def test_the_head_tells_counted_apart_late_and_untold(busy, publish, visitor):
    publish(busy)
    page = visitor.see("/")
    head, rest = ("".join(page.xpath(f"//p[@class='{part}']")[0].itertext()) for part in ("head", "rest"))
    assert head == "3話・3人"
    assert "確認済み1話" in rest and "良くなかった話1話" in rest and "体験談ではないもの1件" in rest
    assert "締切後に届いた話2話は数えていません" in rest


def test_the_total_has_a_range_where_questions_of_linking_are_open(busy, publish, visitor):
    for number, row in enumerate(busy.submissions):
        row["merged_story_id"] = "one" if number < 2 else row["story_id"]
    publish(busy)
    assert "".join(visitor.see("/").xpath("//p[@class='head']")[0].itertext()).startswith("3話・3人(幅 2–3話")


def test_every_bar_says_what_the_table_beside_it_says(busy, publish, visitor):
    publish(busy)
    page = visitor.see("/")
    by_link = {link: n for n, unit, link in linked_numbers(page) if unit == "story_count"}
    drawn = charted_numbers(page)
    assert len(drawn) > 5 and all(by_link.get(link, 0) == n for n, link in drawn)


def test_months_without_a_story_are_drawn_too(busy, publish, visitor):
    publish(busy)
    months = [link for _, link in charted_numbers(visitor.see("/")) if "month=" in link]
    assert months == [f"/stories?month={m}" for m in ("2025-12", "2026-01", "2026-02", "2026-03")]


def test_the_account_is_in_balance(busy, publish, visitor):
    publish(busy)
    rows = visitor.see("/").xpath("//section[@class='account']//table[1]/tbody/tr")
    for row in rows[: len(rows)]:
        numbers = ["".join(cell.itertext()) for cell in row.findall("td")]
        if len(numbers) == 7:
            received, *parts = map(int, numbers)
            assert received == sum(parts)


def test_under_every_figure_stands_what_a_count_is(busy, publish, visitor):
    publish(busy)
    figures = visitor.see("/").xpath("//section[@class='counted']")
    under = ["".join(f.xpath("./p[@class='under']")[0].itertext()) for f in figures]
    assert len(under) == 4
    assert all("公募に寄せられた話の集計です" in text and "n = 3話" in text for text in under)
    assert ["複数回答" in text for text in under] == [False, False, True, False]


def test_pages_of_a_long_list_hold_each_story_once(call, publish, visitor):
    for number in range(2 * PAGE + 7):
        call.story(f"s{number}", topic="pear")
    publish(call)
    link, seen, pages = "/stories?topic=fruit&include_late=yes", [], 0
    while link:
        page, pages = visitor.see(link), pages + 1
        assert "topic=fruit" in link and link.count("page=") <= 1 and "include_late=yes" in link
        seen += page.xpath("//article//a[@class='ref']/@href")
        link = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert pages == 3 and len(seen) == len(set(seen)) == 2 * PAGE + 7


def test_filters_narrow_one_another_and_a_chip_takes_one_off(busy, publish, visitor):
    publish(busy)
    page = visitor.see("/stories?topic=fruit&month=2026-03")
    assert listed(page, "story_count") == 1
    off = page.xpath("//ul[@class='chips']//a/@href")
    assert off == ["/stories?month=2026-03", "/stories?topic=fruit"]
    assert [listed(visitor.see(link), "story_count") for link in off] == [1, 3]
    assert listed(visitor.see("/stories?topic=&month=2026-03&channel="), "story_count") == 1


def test_a_story_of_any_kind_has_its_own_page(busy, publish, visitor):
    publish(busy)
    for ref in ("a", "late", "bad", "essay"):
        page = visitor.see(f"/stories?story=story-{ref}")
        assert listed(page, "story_count") == 1 and f"body of {ref}" in page.text_content()


def test_a_story_to_which_no_code_applies_is_listed_without_one(call, publish, visitor):
    call.story("a", topic="pear")
    call.claim("a", "person:editor", 1.0, topic=None)
    publish(call)
    assert visitor.see("/stories?reviewed=yes").xpath("//article//dt/text()") == ["toldの", "moodの"]
    assert listed(visitor.see("/stories?topic=pear"), "story_count") == 0


def test_a_long_telling_is_cut_in_the_list_and_whole_on_its_own_page(call, publish, visitor):
    call.story("long", body_masked="あ" * 5000 + "終")
    publish(call)
    page = visitor.see("/stories")
    assert "終" not in page.xpath("//p[@class='text']")[0].text and "3,801" in page.xpath("//a[@class='more']")[0].text
    whole = visitor.see(page.xpath("//a[@class='more']/@href")[0])
    assert whole.xpath("//p[@class='text']")[0].text.endswith("終")


def test_a_range_is_shown_where_it_was_measured_and_its_want_is_said_where_not(busy, publish, visitor):
    publish(busy)
    figures = visitor.see("/").xpath("//section[@class='counted']")
    assert all("未抽出" in "".join(f.xpath("./p[@class='under']")[0].itertext()) for f in figures[1:])
    busy.drawn, busy.run = ["a", "b"], "run-2"
    for ref in ("a", "b"):
        busy.claim(ref, "person:editor", 1.0, told="yes", mood="good", topic="apple pear" if ref == "a" else "pear oak")
    publish(busy)
    page = visitor.see("/")
    pear = page.xpath("//section[.//h2[@id='topic']]//tr[th='pearの']/td")
    assert [cell.text_content() for cell in pear] == [
        "2",
        "2(2–5)",
        "1",
        "2",
    ]  # two are known; of three more nobody has looked
    assert "推定値" in page.xpath("//p[@class='head']")[0].text_content() and "未抽出" not in page.text_content()

"""Finding stories by their words and by what is allowed; the quote finder."""

from __future__ import annotations

import pytest

from tests.dashboards.test_numbers import listed

SHOWN = {"can_quote": True}
HIDDEN = {"can_quote": False, "can_paraphrase": False}


@pytest.mark.parametrize("sought", ["ツイッター", "ﾂｲｯﾀｰ", "ツイッタ-", "ツイ ッター", "ＳＮＳ", "sns", "㈱", "(株)"])
def test_words_are_found_however_they_are_spelt(call, publish, visitor, sought):
    call.story("a", body_masked="ﾂｲｯﾀｰなどのＳｎｓで\n㈱ネタに会った", topic="oak")
    call.story("b", body_masked="何もない", topic="oak")
    publish(call)
    page = visitor.get("/stories", params={"text": sought})
    assert page.status_code == 200 and "1話・1人" in page.text and "会った" in page.text


def test_words_that_a_reader_is_not_shown_are_not_found(call, publish, visitor):
    call.story("a", body_masked="秘密の話", topic="oak", **HIDDEN)
    publish(call)
    assert "0話・0人" in visitor.get("/stories", params={"text": "秘密"}).text


@pytest.mark.parametrize("sought", ["%", "_", "'", "\\", "' OR 1=1 --"])
def test_signs_of_patterns_and_of_sql_are_letters(call, publish, visitor, sought):
    call.story("a", body_masked="何もない", topic="oak")
    publish(call)
    assert listed(visitor.see("/stories?text=" + sought.replace("%", "%25")), "story_count") == 0


def test_what_is_allowed_narrows(call, publish, visitor):
    call.story("a", topic="oak", **SHOWN)
    call.story("b", topic="oak")
    publish(call)
    assert [
        listed(visitor.see(f"/stories?allows={s}"), "story_count") for s in ("quote", "paraphrase", "name", "x")
    ] == [1, 2, 0, 0]


def test_quotes_are_allowed_short_and_taken_in_turn(call, publish, visitor):
    for number in range(3):
        call.story(f"apple-{number}", body_masked="あ" * (10 + number), topic="apple", **SHOWN)
    call.story("oak", body_masked="あ" * 50, topic="oak", **SHOWN)
    call.story("long", body_masked="あ" * 201, topic="oak", **SHOWN)
    call.story("told", body_masked="あ", topic="oak")
    call.story("bad", body_masked="あ", topic="oak", mood="bad", **SHOWN)
    publish(call)
    page = visitor.see("/quotes")
    assert [ref.text for ref in page.xpath("//a[@class='ref']/code")] == [
        f"story-{s}" for s in ("apple-0", "oak", "apple-1", "apple-2")
    ]
    assert page.find(".//h1").text == "4話から選べます"
    assert visitor.see("/quotes?scope=any&longest=5").xpath("//a[@class='ref']/code/text()") == ["story-told"]
    (wider,) = visitor.see("/quotes?longest=5").xpath("//p[@class='nothing']/a/@href")
    assert visitor.see(wider).xpath("//a[@class='ref']/code/text()") == ["story-told"]
    for wrong in ("scope=x", "longest=-1", "longest=１", "longest=1e9"):
        assert visitor.get(f"/quotes?{wrong}").status_code == 400


def test_what_was_used_is_left_out_unless_it_is_asked_for(call, publish, visitor):
    for name in ("new", "old"):
        call.story(name, topic="oak", **SHOWN)
    call.tell("old-2", story_id="story-old", is_representative=False)
    call.used += [("old-2", "第3章"), ("old", "帯"), ("old", "第3章")]  # of whichever of its tellings
    publish(call)
    quoted = lambda query: visitor.see("/quotes" + query).xpath("//a[@class='ref']/code/text()")  # noqa: E731
    assert (quoted(""), quoted("?used=yes"), len(quoted("?used=any"))) == (["story-new"], ["story-old"], 2)
    page = visitor.see("/quotes?used=any")
    assert page.xpath("//article[.//p[@class='used']]//code/text()") == ["story-old"]
    assert page.xpath("//p[@class='used']/text()") == ["帯", "第3章"] and page.xpath("//form[@method='post']") == []
    assert [listed(visitor.see(f"/stories?used={u}"), "story_count") for u in ("yes", "no", "x")] == [1, 1, 0]
    assert visitor.see("/stories?used=yes").xpath("//ul[@class='chips']//a/text()") == ["掲載: 掲載済み"]
    marks = "//article[.//p[@class='marks']/span[.='掲載済み']]//a[@class='ref']/code/text()"
    assert visitor.see("/stories").xpath(marks) == ["story-old"]
    assert visitor.get("/quotes?used=x").status_code == 400

"""KH Coder: one story a row, and a dimension with several codes as variables of one value each."""

from __future__ import annotations

import io

import openpyxl

from tasks.exports import khcoder
from warehouse.words import Words

JA = Words("ja")


def columns(exported) -> dict[str, list]:
    heads, *rows = khcoder.table(exported.stories, exported.codes, JA)
    assert len(set(heads)) == len(heads)
    return dict(zip(heads, zip(*rows, strict=True), strict=True))


def test_one_telling_of_each_story_whose_text_may_be_passed_on(call, exported):
    call.story("a", title_masked="題", body_masked="本文<b>です")
    call.tell("copy", story_id="story-a", is_representative=False, channel="form")
    call.story("mute", can_paraphrase=False)
    call.tell("loud", story_id="story-mute", is_representative=False, can_quote=True)
    call.story("silent", can_paraphrase=False)
    call.story("uncounted", can_count=False)
    call.story("late", is_after_close=True)
    call.story("bad", mood="bad")
    told = columns(exported(call))
    assert told["話のID"] == ("story-a", "story-mute")
    assert told["本文"] == ("題\n\n本文＜b＞です", "body of loud")
    assert told["届いた経路"] == ("emailで", "emailで") and told["届いた月"] == ("2026-03", "2026-03")
    assert told["字数"] == (len("題\n\n本文<b>です"), len("body of loud"))


def test_several_codes_are_a_column_each_and_one_together(call, exported):
    call.story("a", topic="apple pear")
    call.story("b", topic="oak")
    call.story("c", topic=None)
    told = columns(exported(call))
    assert told["topicの"] == ("appleの・pearの", "oakの", None)
    assert told["topicの=fruitの"] == (1, 0, 0) and told["topicの=treeの"] == (0, 1, 0)
    assert told["moodの"] == ("goodの",) * 3 and "moodの=goodの" not in told


def test_the_workbook_is_the_table_text_first_and_the_same_again(call, exported):
    call.story("a", body_masked="=1+1", topic="oak")
    rows = exported(call)
    made = khcoder.workbook(rows.stories, rows.codes, rows.build["built_at"], JA)
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet] == khcoder.table(rows.stories, rows.codes, JA)
    assert sheet["A2"].data_type == "s" and sheet["A1"].value == "本文"
    assert khcoder.workbook(rows.stories, rows.codes, rows.build["built_at"], JA) == made


def test_a_group_of_a_single_code_has_a_column_of_its_own(call, exported):
    call.story("a", topic="pear")
    rows = exported(call)
    for code in rows.codes:
        code["is_multi"] = False
    told = columns(rows)
    assert told["topicの(まとめ)"] == ("fruitの",) and told["topicの"] == ("pearの",)

"""What copies differ in is left out before texts are compared; and which pairs are compared at all."""

from __future__ import annotations

import pytest

from tasks.linking.candidates import NEIGHBOURS, OF_ONE_AUTHOR, sharing
from tasks.linking.comparable import call_parts, comparable

STORY = "工場の写真を載せていたら、出版社の方から声がかかり、写真集になりました"


@pytest.mark.parametrize(
    "copy",
    [
        f"RT @yamada_tarou: {STORY}",
        f"QT {STORY}",
        f"【拡散希望】{STORY}",
        f"引用: {STORY}",
        f"{STORY}… https://t.co/abc",
        f"{STORY} […]",
        f"{STORY}...続きを読む",
        f"{STORY}もっと見る",
        f"{STORY} Read More",
        f"「{STORY}」",
        f"{STORY}\n #シェア @someone",
    ],
)
def test_marks_of_reposting_cutting_off_and_quoting_are_no_part_of_a_telling(copy):
    assert comparable(copy) == comparable(STORY)


@pytest.mark.parametrize("text", ["引用されました", "本を読む", "」", "拡散希望"])
def test_but_these_words_stay_where_they_tell_something(text):
    assert comparable(text) == text


def test_phrases_of_the_call_that_anybody_may_use_stay():
    call = call_parts(["教えてください。個人の発信が仕事に役立った話。"])
    assert (
        "教えてください" not in call
        and comparable("教えてください、と言われました", call) == "教えてください、と言われました"
    )


def test_everybody_in_a_bucket_meets_the_next_few_and_no_more():
    met = {tuple(pair) for pair in sharing(["k"] * 30 + [None, None, "alone"])}
    assert met == {(a, b) for a in range(30) for b in range(a + 1, min(30, a + NEIGHBOURS + 1))} and NEIGHBOURS >= 8
    assert len(sharing(["p"] * 40, OF_ONE_AUTHOR)) == 40 * 39 / 2, "of one author's forty all are compared"

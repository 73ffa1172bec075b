"""What is stored keeps what a reader could see; what is compared ignores what a reader could not."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.normalise import clean, has_hashtag, hashtags_in, match_key

CALL = ["本のネタにしてもいいよ"]

HOSTILE = [  # name, as sent, as stored, flags
    ("U02 NUL", "a\x00b", "ab", {"control_removed"}),
    ("U03 C0", "a\x01\x08\x1b[31m\x7fb", "a[31mb", {"control_removed"}),
    ("U03 C1", "a\x80\x9fb", "ab", {"control_removed"}),
    ("U03 noncharacters", "a\ufffe\uffff\ufdd0\U0010ffffb", "ab", {"noncharacter_removed"}),
    ("U03 lone surrogate", "a\ud83db", "ab", {"surrogate_removed"}),
    ("U03 line separators", "a\u2028b\u2029c\x85d\x0be\x0cf", "a\nb\nc\nd\ne\nf", set()),
    ("line ends", "a\r\nb\rc\nd\te", "a\nb\nc\nd\te", set()),
    ("U04 override", "a\u202eb\u202c", "a\u202eb\u202c", {"bidi_present"}),
    ("U04 isolates", "\u2066a\u2069", "\u2066a\u2069", {"bidi_present"}),
    ("U05 zero width", "a\u200bb\ufeff", "a\u200bb\ufeff", {"zero_width"}),
    ("U05 hidden tags", "話\U000e0041\U000e0042", "話\U000e0041\U000e0042", {"hidden_tags"}),
    ("U05 flag of Scotland", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", None, set()),
    ("U05 joined emoji", "👩\u200d🌾と❤\ufe0f", None, set()),
    ("U05 IVS of a name", "葛\U000e0100城", None, set()),
    ("U08 dakuten apart", "か\u3099", "が", set()),
    ("U08 half-width kana", "ｱｲｳﾞﾊﾟ①㈱㍻", None, set()),
    ("ordinary", "2011年、ツイッターで。\n100万PVでした🍙", None, set()),
]


@pytest.mark.parametrize(("sent", "stored", "flags"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_clean(sent, stored, flags):
    text, found = clean(sent)
    assert text == (sent if stored is None else stored)
    assert set(found) == flags


def test_a_tower_of_marks_is_flagged_and_ends_quickly():
    text, flags = clean("あ" + "\u0316\u0300" * 200_000)  # sorted naively: minutes
    assert flags == ("many_marks",)
    assert max(map(len, re.findall("[\u0300\u0316]+", text))) <= 30
    assert match_key("あ" + "\u0316\u0300" * 200_000)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_clean_is_idempotent_encodable_and_composed(text):
    cleaned, _ = clean(text)
    assert clean(cleaned)[0] == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", cleaned)
    cleaned.encode("utf-8")


SAME = [
    ("widths", "ＳＮＳで１０件のｵﾌｧｰ", "SNSで10件のオファー"),
    ("case", "NoteとTwitter", "noteとtwitter"),
    ("wave dash", "二〜三回", "二～三回"),
    ("minus", "5\u22123", "5－3"),
    ("dashes", "つまり——本", "つまり――本"),
    ("whitespace", "話を 聞いて　ください\n", "話を聞いてください"),
    ("zero width", "話\u200bを聞いて", "話を聞いて"),
    ("hashtag", "話です ＃本のネタにしてもいいよ", "話です"),
    ("url", "話です https://t.co/AbCdEf1234 続き", "話です続き"),
    ("mention", "@akari_rei 話です", "話です"),
    ("variation selector", "葛\U000e0100城さん❤\ufe0f", "葛城さん❤"),
    ("dakuten apart", "か\u3099っこう", "がっこう"),
    ("tags", "話\U000e0041です", "話です"),
]


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_match_key_is_the_same(one, other):
    assert match_key(one) == match_key(other) != ""


def test_match_key_keeps_everything_else():
    assert match_key("①ＮｏｔｅでStraße、話！ https://t.co/a #タグ 〜終－") == "1noteでstrasse、話!~終-"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3人来た", "8人来た"),
        ("はは", "ばば"),
        ("仕事が来た", "仕事が消えた"),
        ("が。", "か。"),
        ("ラーメン", "ラメン"),
    ],
)
def test_match_key_differs(one, other):
    assert match_key(one) != match_key(other)


HASHTAGS = [
    ("話です #本のネタにしてもいいよ", ["本のネタにしてもいいよ"]),
    ("＃本のネタにしてもいいよ。続き", ["本のネタにしてもいいよ"]),
    ("♯音楽 #ABC_1", ["音楽", "ABC_1"]),
    ("です#本のネタにしてもいいよ", ["本のネタにしてもいいよ"]),
    ("#一 #二 #一", ["一", "二"]),
    ("#1 #2024 #2024年", ["2024年"]),
    ("https://example.jp/a#top &#39; a#b", []),
    ("# 見出し", []),
    ("#か\u3099っこう", ["か\u3099っこう"]),
]


@pytest.mark.parametrize(("text", "tags"), HASHTAGS)
def test_hashtags_in(text, tags):
    assert hashtags_in(text) == tags


@pytest.mark.parametrize(
    "text",
    [
        "#本のネタにしてもいいよ",
        "＃本のネタにしてもいいよ！",
        "♯本のﾈﾀにしてもいいよ",
        "(#本のネタにしてもいいよ)",
        "#本のネタにしてもいいよ\n次の行",
    ],
)
def test_call_is_recognised(text):
    assert has_hashtag(text, [], CALL)


@pytest.mark.parametrize(
    "text",
    ["#本のネタにしてもいいよね", "本のネタにしてもいいよ", "#ネタにしてもいいよ", "#本のネタ にしてもいいよ", ""],
)
def test_other_tags_are_not_the_call(text):
    assert not has_hashtag(text, ["本のネタにしてもいいよね"], CALL)


def test_tags_beside_the_text_and_signs_count():
    assert has_hashtag("", ["＃本のネタにしてもいいよ"], CALL)
    assert has_hashtag("#ABC", [], ["#ａｂｃ"])
    assert not has_hashtag("#本のネタにしてもいいよ", [], [])


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\U000e0061", "\ufe0f"])
def test_U05_what_cannot_be_seen_makes_no_other_text(hidden):
    told = f"葛{hidden}飾の話です"
    assert match_key(told) == match_key("葛飾の話です") and clean(told)[0] == told


def test_U05_the_variant_of_a_name_is_kept():
    assert clean("葛\U000e0100城さん")[0] == "葛\U000e0100城さん"


def test_U08_stored_as_written_but_composed_and_compared_by_compatibility():
    assert clean("ｱｲｳﾞﾊﾟ か\u3099 ①㈱㍻")[0] == "ｱｲｳﾞﾊﾟ が ①㈱㍻"
    assert match_key("ｱｲｳﾞﾊﾟ か\u3099 ①㈱㍻") == match_key("アイヴパ が 1(株)平成")


@given(st.text())
def test_what_is_left_out_is_left_out_the_quick_way_too(text):
    assert match_key(text) == match_key(f"{text}\u200b")  # an invisible character is found by the slow way only

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.coding.cues import PhraseBook, expand, fold, longest, unbroken
from warehouse.codebook import CodebookError

ANY_TEXT = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("ﾊﾟﾋﾞ㈱㌔①ßİがか゛́한ᄒ")), max_size=60)


@pytest.mark.parametrize(
    ("text", "cue", "there"),
    [
        ("ﾊﾟｿｺﾝとﾊﾞｲﾄ", "バイト", "ﾊﾞｲﾄ"),
        ("㈱山田です", "(株)山田", "㈱山田"),
        ("１２㌔走る", "キロ走", "㌔走"),
        ("Straße を歩く", "strasse", "Straße"),
        ("か\u3099くせい", "がくせい", "か\u3099くせい"),
        ("ＦａｃｅＢｏｏｋに", "facebook", "ＦａｃｅＢｏｏｋ"),
    ],
)
def test_a_place_in_folded_text_leads_back_to_the_text_given(text: str, cue: str, there: str) -> None:
    folded = fold(text)
    at = folded.text.index(cue)
    start, end = folded.original(at, at + len(cue))
    assert text[start:end] == there


@given(ANY_TEXT, st.data())
def test_every_place_leads_back_to_a_stretch_that_folds_to_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    left, right = folded.original(start, end)
    assert 0 <= left < right <= len(text)
    assert folded.text[start:end] in fold(text[left:right]).text


def _found(text: str, *cues: str, words: dict[str, list[str]] | None = None) -> list[str]:
    book = PhraseBook()
    tokens = {book.token([cue], words or {}): cue for cue in cues}
    book.close()
    return [tokens[token] for token in book.find(fold(text).text)]


def test_latin_words_are_found_as_words_only() -> None:
    assert _found("onlineでboxを開く", "line", "x") == []
    assert _found("LINEとXで", "line", "x") == ["line", "x"]


def test_a_word_list_stands_for_each_of_its_words() -> None:
    assert expand("<who>から", {"who": ["著者", "作者"]}) == ["著者から", "作者から"]
    assert _found("作者から返事", "<who>から", words={"who": ["著者", "作者"]}) == ["<who>から"]


def test_an_unknown_word_list_is_told_by_name() -> None:
    with pytest.raises(CodebookError, match="no word list 'whom'"):
        expand("<whom>から", {"who": ["著者"]})


def test_the_longer_phrase_wins_and_equals_both_stay() -> None:
    assert longest([(2, -4, 7), (0, -4, 8), (0, -4, 9), (6, -8, 7)]) == [(0, -4, 8), (0, -4, 9), (6, -8, 7)]


@pytest.mark.parametrize(("text", "near"), [("著者から返事", True), ("著者。返事", False), ("著者\n返事", False)])
def test_a_sentence_end_parts_what_it_parts(text: str, near: bool) -> None:
    assert unbroken(text, 2, text.index("返事")) is near

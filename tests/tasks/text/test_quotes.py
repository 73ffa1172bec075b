"""Own words: each style of reply that Japanese and English mailers write, and what must not be cut."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.text import quotes
from tasks.text.quotes import own_words

OWN = "ブログを書いていたら取材が来ました。\n匿名でお願いします。"

QUOTED = {
    "gmail": "2024年5月3日(金) 21:05 田中 <tanaka@example.jp>:\n\n> 質問です\n>> 前の質問",
    "gmail, no colon, unmarked": "2024年5月3日(金) 21:05 田中 <tanaka@example.jp> のメール\n質問です\n続きです",
    "gmail, half of the day": "2024年5月3日(金) 午後9:05 田中 <tanaka@example.jp>:\n> 質問です",
    "apple": "2024/05/03 21:05、田中 <tanaka@example.jp>のメール:\n\n質問です",
    "apple, folded": "2024/05/03 21:05、田中\n<tanaka@example.jp>のメール：\n> 質問です",
    "outlook": "差出人: 田中 <tanaka@example.jp>\n送信日時: 2024年5月3日 21:05\n宛先: 私\n件名: 質問\n\n質問です",
    "outlook, English": "From: Tanaka <tanaka@example.jp>\nSent: Friday, May 3, 2024 9:05 PM\nTo: me\n\nquestion",
    "outlook, rule": "-----Original Message-----\nFrom: Tanaka\n\nquestion",
    "rule in Japanese": "----- 元のメッセージ -----\n質問です",
    "thunderbird": "(2024/05/03 21:05), 田中 wrote:\n> 質問です",
    "thunderbird, newer": "On 2024/05/03 21:05, 田中 wrote:\n> 質問です",
    "gmail, English": "On Fri, May 3, 2024 at 9:05 PM Taro Tanaka <\ntanaka@example.jp> wrote:\n\n> question",
    "written": "田中さんは書きました:\n> 質問です",
    "full width": "＞質問です\n＞続きです",
}
SIGNATURES = {
    "RFC 3676": "-- \n田中太郎\nこれは署名です。",
    "dashes": "--\n田中太郎\nhttps://example.jp/",
    "framed": "━━━━━━━━━━\n株式会社みほん\n田中太郎\n03-0000-0000\n━━━━━━━━━━",
    "full width": "＝＝＝＝＝＝\n田中太郎",
    "stars": "☆★☆★☆★\n田中 <tanaka@example.jp>",
    "iPhone": "iPhoneから送信",
    "English": "Sent from my iPhone",
    "Outlook": "Outlook for iOS を入手",
}


@pytest.mark.parametrize("quoted", QUOTED.values(), ids=QUOTED)
def test_reply_above_the_quotation(quoted: str):
    assert own_words(f"{OWN}\n\n{quoted}\n") == (OWN, True)


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_signature(signature: str):
    assert own_words(f"{OWN}\n\n{signature}\n") == (OWN, True)


def test_signature_above_a_quotation():
    assert own_words(f"{OWN}\n\n{SIGNATURES['framed']}\n\n{QUOTED['gmail']}\n") == (OWN, True)


def test_reply_below_and_between_quoted_lines():
    text = "(2024/05/03 21:05), 田中 wrote:\n> いつですか\n\n三年前です。\n\n> どこで\nＸです。\n"
    assert own_words(text) == ("三年前です。\n\nＸです。", True)


SENT_ON = {
    "gmail": "---------- Forwarded message ---------\nFrom: 友人 <t@example.jp>\nDate: 2024年5月3日\nTo: <a@x.jp>\n\n",
    "thunderbird": "-------- 転送メッセージ --------\n件名: 話\n日付: Fri, 3 May 2024\n差出人: 友人\n宛先: a@x.jp\n\n",
    "apple": "転送されたメッセージ:\n\n差出人: 友人 <t@example.jp>\n日時: 2024年5月3日 21:05\n\n",
}


@pytest.mark.parametrize("block", SENT_ON.values(), ids=SENT_ON)
@pytest.mark.parametrize("before", ["", "友人の話を送ります。\n\n"])
def test_a_mail_that_is_sent_on_is_the_story(block: str, before: str):
    assert own_words(f"{before}{block}{OWN}\n\n-- \n友人\n") == (before + OWN, True)
    marked = "".join(f"> {line}\n" for line in f"{block.partition(chr(10))[2]}{OWN}".split("\n"))
    assert own_words(before + block.partition("\n")[0] + "\n" + marked)[0].endswith(OWN)


STAYS = {
    "plain": OWN + "\n",
    "a rule within a story": "前半です。\n------\n後半のほうが長い話です。\nそれで仕事になりました。",
    "a rule far from the end": "話。\n----\n" + "名前だけの行\n" * 11,
    "a wish below a rule": "話です。\n-----\n匿名希望\nペンネーム ねこ",
    "long lines below a rule": "話です。\n-----\n" + "あ" * 61,
    "somebody addressed": "＞田中さん\nありがとうございました",
    "a story that quotes in words": "私はこう書きました:\n毎日つぶやくと決めた、と。\nそれが始まりです。",
    "nothing but a quotation": "> 転送です\n> よろしく",
    "a date in a story": "2024年5月3日(金) 21:05 に電話が鳴りました。\nメール: a@example.jp でした。",
    "dots": "そして\n・・・\n今に至ります",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_stays_whole(text: str):
    assert own_words(text) == (text, False)


LINES = st.sampled_from(
    [*OWN.split("\n"), "", "-- ", "----", "> a", "＞ b", *QUOTED["outlook"].split("\n"), "田中", "On x"]
)


@given(st.lists(LINES, max_size=12))
def test_nothing_is_invented_and_something_is_left(lines: list[str]):
    text = "\n".join(lines)
    own, was_removed = own_words(text)
    rest = iter(lines)
    assert all(line in rest for line in own.split("\n") if line.strip()), "lines in their order"
    assert bool(own.strip()) == bool(text.strip())
    assert was_removed or own == text


WROTE = "On 1/2/24, X wrote:\na"
CUES = st.sampled_from(
    [*SIGNATURES.values(), *QUOTED.values(), *STAYS.values(), "話です。", "　＊＊＊", "\t----", WROTE]
)


@given(st.lists(CUES, max_size=3), st.sampled_from(["\n", "\n\n", " "]))
@example(["話です。", WROTE], "\n")
def test_a_text_that_is_passed_over_has_nothing_to_be_taken_off(pieces: list[str], between: str):
    text = between.join(pieces)
    assert own_words(text) == quotes._taken_apart(text)


BELOW = "━━━━━━━━\n田中 恵\nX: @tanaka_kei"


def test_the_signature_is_what_own_words_takes_off():
    assert quotes.signature(f"{OWN}\n\n{BELOW}").strip() == BELOW
    assert (
        quotes.signature(f"{OWN}\n\n{BELOW}\n\n2024/05/03 21:05、田中のメール:\n> 質問\n> -- \n> X: @owner").strip()
        == BELOW
    )
    assert quotes.signature(OWN) == "" == quotes.signature("ブログです\n\n" + OWN)
    assert quotes.signature(f"---------- Forwarded message ---------\nFrom: a@example.jp\n\n{OWN}\n{BELOW}") == ""

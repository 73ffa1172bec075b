"""Own accounts: what tellers write of themselves is found, what they write of others is not. All lines are invented."""

from __future__ import annotations

import pytest

from tasks.text.accounts import answered, declared, known_as, page_of, signed

OWN = {
    "Xでは@tanakaです": "handle x:tanaka",
    "経理をしています。Xでは @Tanaka_K という名前でつぶやいています。": "handle x:tanaka_k",
    "はじめまして、@mochi_zukiと申します。": "handle x:mochi_zuki",
    "Twitterは＠soroban_77です。": "handle x:soroban_77",
    "ツイッター(現X)のアカウントは@soroban_77です": "handle x:soroban_77",
    "インスタでは「@kinako.rei」です。": "handle instagram:kinako.rei",
    "私のアカウント:@tanaka": "handle x:tanaka",
    "アカウントは @tanaka です。よろしくお願いします": "handle x:tanaka",
    "XのID: @tanaka": "handle x:tanaka",
    "自分のブログ(https://kabu-nikki.hatenablog.com/)に書いたことがきっかけでした": "url hatena:kabu-nikki",
    "僕のnote https://note.com/tanaka_writes を読んだ編集者から連絡がありました": "url note:tanaka_writes",
    "私のnoteはこちらです→ https://note.com/tanaka/n/n0a1b2c": "url note:tanaka",
    "noteに書きました https://note.com/tanaka/n/n0a1b2c": "url note:tanaka",
    "ブログにまとめました。\nhttps://ameblo.jp/mikan-hatake/entry-1.html": None,  # a sentence ended between the two
    "ブログにまとめました↓\nhttps://ameblo.jp/mikan-hatake/entry-1.html": "url ameblo:mikan-hatake",
    "マストドンでは @Sora@mstdn.example.jp です": "handle mastodon:sora@mstdn.example.jp",
    "Blueskyは@sora.bsky.socialです": "handle bluesky:sora.bsky.social",
    "Bluesky では @sora.example.jp という名前で活動しています": "handle bluesky:sora.example.jp",
    "連絡先のメールは tanaka.k@example.jp です": "mail mail:tanaka.k@example.jp",
    "夜は@yakinmeshi で発信しています": "handle x:yakinmeshi",
    "母の介護をしながら働いています。Xでは@kaigo_memoです。": "handle x:kaigo_memo",
    "皆さんに読んでほしいです。Xは@tanakaです。": "handle x:tanaka",
    "話は以上です。\n\n田中\nX: @tanaka": "handle x:tanaka",
    "話は以上です。\n\n・note → https://note.com/tanaka": "url note:tanaka",
    "話は以上です。\nFacebook https://www.facebook.com/tanaka.kei": "url facebook:tanaka.kei",
    "よろしくお願いします。\n田中(@tanaka)": "handle x:tanaka",
    "よろしくお願いします。\n\n川添 ふみ江　fumie.k@mail.example.jp": "mail mail:fumie.k@mail.example.jp",
    "確認がいるならこっちの垢まで @haisha_rei": "handle x:haisha_rei",
    "私のフェイスブックは https://www.facebook.com/profile.php?id=100012345 です": "url facebook:100012345",
}


@pytest.mark.parametrize(("text", "expected"), OWN.items(), ids=OWN)
def test_what_tellers_say_of_themselves(text: str, expected: str | None):
    assert declared(text) == ([expected] if expected else [])


ANOTHERS = [
    "@tanakaさんの投稿に救われました",
    "@tanaka さんから声をかけていただきました",
    "Xで@tanakaに教わりました",
    "友人のアカウントは@tanakaです",
    "師匠のXは@tanakaです",
    "会社のアカウント: @sakura_foods",
    "勤務先の公式アカウントは@sakura_foodsです",
    "おすすめのアカウントは@tanakaです",
    "きっかけは@tanakaでした",
    "声をかけてくれたのは@tanakaです",
    "Xで@tanakaという名前で活動している方から依頼が来ました",
    "@tanaka こちらこそありがとうございます",
    "RT @tanaka: Xでは@tanakaです",
    "「Xでは@tanakaです」と名乗る人から連絡がありました",
    "田中さんがnoteに書きました https://note.com/tanaka/n/n0a1b2c",
    "詳しくは https://note.com/tanaka/n/n0a1b2c を読んでください",
    "この記事です\nhttps://note.com/tanaka/n/n0a1b2c",
    "尊敬する作家のnoteはこちら https://note.com/tanaka",
    "フォローしているのは次の人たちです。\nX: @tanaka\nX: @suzuki",
    "好きなアカウント\nX: @tanaka",
    "夫のブログ https://ameblo.jp/otto/ が始まりでした",
    "写真は https://www.instagram.com/p/Cabc123/ にあります",
    "noteに書きました https://note.com/hashtag/本",
    "ご連絡は info@example.jp までとのことでした",
    "編集者のアドレスは hensyu@example.jp です",
    "送料は3000@1個です",
    "一緒に働いた仲間\ncc @tanaka",
    "楽しかったです\nありがとう田中さん@tanaka",
    "Xは@tanakaですか",
]


@pytest.mark.parametrize("text", ANOTHERS)
def test_what_tellers_say_of_others(text: str):
    assert declared(text) == []


SIGNATURE = """
━━━━━━━━━━━━━━
田中 恵 / Tanaka Kei
株式会社さくら物産 総務部
https://www.sakura-bussan.example.co.jp/
X：＠Tanaka_Kei ｜ note.com/tanaka_kei
ブログ https://tanaka.example.jp/diary/
mail: tanaka.kei@example.jp(代表 info@sakura-bussan.example.co.jp)
"""


def test_a_signature_names_its_writer_but_not_the_firm():
    assert signed(SIGNATURE) == [
        "handle x:tanaka_kei",
        "mail mail:tanaka.kei@example.jp",
        "url note:tanaka_kei",
        "url url:tanaka.example.jp/diary",
    ]


ANSWERS = {
    ("XのID", "tanaka"): ["form_answer x:tanaka"],
    ("XのID", "＠Tanaka"): ["form_answer x:tanaka"],
    ("SNSのURL", "https://note.com/tanaka / @tanaka"): ["form_answer note:tanaka", "form_answer x:tanaka"],
    ("インスタグラムのアカウント", "kinako.rei"): ["form_answer instagram:kinako.rei"],
    ("アカウント", "tanaka"): [],  # of which service?
    ("XまたはInstagramのID", "tanaka"): [],
    ("アカウント", "ありません"): [],
}


@pytest.mark.parametrize(("asked", "expected"), ANSWERS.items(), ids=map(str, ANSWERS))
def test_a_forms_answer(asked: tuple[str, str], expected: list[str]):
    title, cell = asked
    assert answered(cell, title) == expected


PAGES = {
    "https://twitter.com/Tanaka/status/1": "x:tanaka",
    "https://mobile.twitter.com/tanaka?s=20": "x:tanaka",
    "x.com/tanaka": "x:tanaka",
    "https://x.com/i/web/status/1": None,
    "https://note.com/hashtag/a": None,
    "https://note.com/tanaka/n/n0a1": "note:tanaka",
    "https://m.facebook.com/tanaka.kei/": "facebook:tanaka.kei",
    "https://mstdn.example.jp/users/sora": "mastodon:sora@mstdn.example.jp",
    "https://www.youtube.com/@tanaka": "url:youtube.com/@tanaka",
    "https://bsky.app/profile/did:plc:abc": "bluesky:did:plc:abc",
    "https://Diary.example.jp/a/": "url:diary.example.jp/a",
    "https://[x": None,
    "なし": None,
}


@pytest.mark.parametrize(("url", "expected"), PAGES.items(), ids=PAGES)
def test_one_page_is_one_account_however_it_is_written(url: str, expected: str | None):
    assert page_of(url) == expected


SOURCES = {
    ("mail", "tanaka@example.jp", "mid:1@example.jp"): ["mail mail:tanaka@example.jp"],
    ("form", "tanaka@example.jp", None): ["mail mail:tanaka@example.jp"],
    ("form", None, None): [],
    ("x", "1400", "https://x.com/Tanaka/status/17"): ["handle x:tanaka"],
    ("x", "1400", "https://x.com/i/web/status/17"): [],
    ("note", "tanaka", "https://note.com/tanaka/n/n1"): ["handle note:tanaka"],
    ("mastodon", "https://mstdn.example.jp/users/sora", None): ["url mastodon:sora@mstdn.example.jp"],
    ("blog", "https://diary.example.jp/a", "https://diary.example.jp/a/1"): ["url url:diary.example.jp/a"],
    ("facebook", "m123/田中", None): [],
}


@pytest.mark.parametrize(("row", "expected"), SOURCES.items(), ids=map(str, SOURCES))
def test_what_a_source_vouches_for(row: tuple, expected: list[str]):
    assert known_as(*row) == expected

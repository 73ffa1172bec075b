"""Which article of note's, whose, and how much of it a feed shows."""

from __future__ import annotations

import orjson
import pytest

from tasks.channels import Item, Message, Unreadable, note

LINK = "https://note.com/taro_k/n/n0a1b2c3d4e5f"


def conform(link: str = LINK, head: dict | None = None, **entry) -> Message:
    fields = {"id": link, "link": link, "title": "題", "summary": "<p>本文</p>"} | entry
    payload = orjson.dumps({key: value for key, value in fields.items() if value is not None})
    return note.conform(Item("x", payload, "application/json", head or {}))


ADDRESSES = {
    LINK: ("n0a1b2c3d4e5f", "taro_k"),
    LINK + "?magazine_key=m1&scrollpos=2": ("n0a1b2c3d4e5f", "taro_k"),
    "https://note.mu/taro_k/n/n0a1b2c3d4e5f#c": ("n0a1b2c3d4e5f", "taro_k"),
    "https://Note.Neji.example.jp/n/n0a1b2c3d4e5f": ("n0a1b2c3d4e5f", "note.neji.example.jp"),
}


@pytest.mark.parametrize(("link", "identity"), ADDRESSES.items())
def test_identity_is_the_key_whatever_the_address(link: str, identity: tuple[str, str]):
    message = conform(link)
    assert (message.native_id, message.author_id) == identity


NO_ARTICLES = ["https://note.com/taro_k", "https://note.com/taro_k/n/abc", "https://note.com/n/nA1", None]


@pytest.mark.parametrize("link", NO_ARTICLES)
def test_what_has_no_key_is_no_article(link):
    with pytest.raises(Unreadable, match="wrong_shape"):
        conform(link)


def test_the_shown_name_is_shown_only():
    message = conform(note_creatorname="\n  太郎\n ")
    assert (message.author_name, message.author_id) == ("太郎", "taro_k")


OPENINGS = {
    "whole": ("<p>全部</p>", "全部", False, ()),
    "more": (f"<p>始め</p><br/><a href='{LINK}'>続きをみる</a>\n", "始め", True, ()),
    "padded": (f'<p>始め</p><br />\n<a class="x" href="{LINK}">\n続きをみる\n</a>', "始め", True, ()),
    "in the text": ("<p><a href='/x'>続きをみる</a>と言われた。</p>", "続きをみると言われた。", False, ()),
    "paid": ("<p>始め</p><p>この続きをみるには</p><p>この続き: 9文字</p>", "始め", True, ("paid",)),
}


@pytest.mark.parametrize(("html", "body", "truncated", "flags"), OPENINGS.values(), ids=OPENINGS)
def test_openings(html: str, body: str, truncated: bool, flags: tuple):
    message = conform(summary=html)
    assert (message.body, message.truncated, message.flags) == (body, truncated, flags)


def test_the_tag_of_the_feed_is_the_articles():
    head = {"link": "https://note.com/hashtag/%E6%9C%AC%E3%81%AE%E8%A9%B1", "self": "https://note.com/hashtag/x/rss"}
    assert conform(head=head, summary="<p>＃仕事 の話</p>").hashtags == ("本の話", "x", "仕事")
    assert conform(head={"link": "https://note.com/taro_k"}).hashtags == ()


def test_without_text():
    message = conform(summary=None)
    assert (message.body, message.flags) == ("題", ("title_only",))
    with pytest.raises(Unreadable, match="no_text"):
        conform(summary=None, title=None)

"""Who wrote a blog entry, when, and what it is called. R06, R07, R11, R12 are the ids of the hostile cases."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from tasks.channels import Item, Message, Unreadable, blog

HEAD = {"link": "https://blog.example.jp/", "title": "日々", "author": "みどり", "flags": []}


def conform(head: dict | None = None, **entry) -> Message:
    fields = {"id": "tag:blog.example.jp,2026:1", "title": "題", "summary": "本文"} | entry
    payload = orjson.dumps({key: value for key, value in fields.items() if value is not None})
    return blog.conform(Item("x", payload, "application/json", HEAD if head is None else head))


TITLES = {
    "written as text": ("<script>alert(1)</script>", "text/plain", "<script>alert(1)</script>"),
    "escaped once more": ("&lt;script&gt; の話", "text/html", "<script> の話"),
    "markup": ("<b>太い</b>\n題", "text/html", "太い 題"),
    "nothing but a script": ("<script>alert(1)</script>", "text/html", "<script>alert(1)</script>"),
}


@pytest.mark.parametrize(("title", "media_type", "shown"), TITLES.values(), ids=TITLES)
def test_r06_a_title_is_text(title: str, media_type: str, shown: str):
    assert conform(title=title, title_detail={"type": media_type}).title == shown


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", " JAVASCRIPT:alert(1)", "data:text/html,x", "/entry/1", "http://"]
)
def test_r07_only_web_addresses_are_links(link: str):
    message = conform(id=None, link=link)
    assert message.url is None and message.native_id


def test_r11_identity():
    link = "https://blog.example.jp/2026.html#d2"
    assert conform(id="4021", link=link).native_id == "https://blog.example.jp#4021"
    assert conform(id="4021", link=link, head={"link": "https://b.example.jp"}).native_id == "https://b.example.jp#4021"
    assert conform(id=None, link=link).native_id == link
    assert conform(id=None, link=link).native_id != conform(id=None, link=link[:-1] + "3").native_id
    assert conform(id=None, link="http://blog.example.jp/1").native_id == "https://blog.example.jp/1"
    edited = [conform(id=None, summary=text, published="2026-03-01").native_id for text in ("一", "二")]
    assert edited[0] == edited[1] != conform(id=None, published="2026-03-02").native_id
    moved = conform(id="tag:new", link=link)  # a changed guid is another entry; its text tells that it is a copy
    assert moved.native_id != conform(id="tag:old", link=link).native_id and moved.body == conform(id="tag:old").body


@pytest.mark.parametrize("written", ["Fri, 31 Feb 2099 25:61:00 +9900", "0000-00-00", "2026-13-01T00:00:00Z", "先週"])
def test_r12_impossible_dates(written: str):
    message = conform(published=written)
    assert (message.posted_at, message.zone, message.flags) == (None, "missing", ("time_unreadable",))


def test_times():
    posted = datetime(2026, 3, 4, 20, 6, 7, tzinfo=UTC)
    message = conform(published="Thu, 05 Mar 2026 05:06:07 JST", updated="2026-03-06T00:00:00Z")
    assert (message.posted_at, message.zone) == (posted, "explicit")
    assert message.revised_at == datetime(2026, 3, 6, tzinfo=UTC)
    message = conform(updated="2026-03-05 05:06:07")
    assert (message.posted_at, message.revised_at, message.zone) == (posted, None, "assumed")
    assert conform(published="いつか", updated="2026-03-05").zone == "date_only"
    assert conform().zone == "missing" and conform().flags == ()


def test_author_is_an_address_never_a_shown_name():
    assert conform(author="太郎", author_detail={"name": "太郎"}).author_id == "https://blog.example.jp"
    assert conform(author="花子", author_detail={"name": "花子"}).author_id == "https://blog.example.jp"
    assert conform(head={"link": "http://Blog.example.jp"}).author_id == "https://blog.example.jp"
    own = conform(author_detail={"name": "太郎", "href": "http://example.jp/taro/"})
    assert (own.author_id, own.author_name) == ("https://example.jp/taro", "太郎")
    assert conform(author_detail={"name": "太郎", "href": "javascript:x"}).author_id == "https://blog.example.jp"
    assert conform(head={"id": "http://example.jp/feed"}).author_id == "https://example.jp/feed"
    assert conform(head={}, link="http://example.jp/2026/1.html").author_id == "https://example.jp"
    assert conform(head={}, author="太郎").author_id == "太郎"
    assert conform().author_name == "みどり" and conform(author={"type": "x"}).author_name == "みどり"


def test_full_text_is_taken_before_the_summary():
    content = [{"type": "image/png", "value": "x" * 99}, {"type": "text/html", "value": "<p>全文の<b>話</b></p>"}]
    message = conform(summary="全文の...", content=content)
    assert (message.body, message.truncated) == ("全文の話", False)
    assert conform(summary="<br>昔のAtom</p>", summary_detail={"type": "text/plain"}).body == "昔のAtom"
    assert conform(summary="a <b> c", summary_detail={"type": "text/plain"}).body == "a <b> c"


@pytest.mark.parametrize("end", ["…", "...", " [...]", "・・・", "。<a href='/1'>続きを読む</a>", "。つづきはこちら≫"])
def test_cut_short(end: str):
    assert conform(summary=f"講演の依頼が来て{end}").truncated


@pytest.mark.parametrize("end", ["。", "…と思いました。", "。続きはまた明日。"])
def test_not_cut_short(end: str):
    assert not conform(summary=f"講演の依頼が来た{end}").truncated


def test_hashtags_come_from_categories_and_text():
    tags = [{"term": "＃仕事"}, {"term": "日々の 雑感"}, {"label": "x"}, {"term": "話"}]
    assert conform(tags=tags, title="#題の札", summary="文 ＃話 ").hashtags == ("仕事", "日々の 雑感", "話", "題の札")
    assert conform().needs_hashtag is False


def test_what_the_host_inserts_is_set_aside():
    away = {"title": "PR: 無料で相談", "link": "http://rss.ad.example.net/1"}
    assert conform(**away).set_aside == "system_message"
    assert conform(**away | {"link": "https://blog.example.jp/2"}).set_aside is None
    assert conform(**away | {"title": "PRの仕事"}).set_aside is None


def test_a_title_alone_is_a_text_and_nothing_at_all_is_none():
    message = conform(summary=None, title="取材を受けました")
    assert (message.body, message.flags) == ("取材を受けました", ("title_only",))
    with pytest.raises(Unreadable, match="no_text"):
        conform(summary="<img src='a.png'>", title=None)

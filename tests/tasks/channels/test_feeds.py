"""Feed files from hostile and careless hosts. R01 … R12 are the ids of the hostile cases."""

from __future__ import annotations

import re
import time
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.channels import Item, Unreadable, blog, feeds
from tasks.text import addresses

BLOG = Path(__file__).parents[2] / "fixtures" / "blog"
HATENA = (BLOG / "hatena-atom.xml").read_bytes()
TEXT = "投稿を見た方から、講演のご依頼をいただきました。とても嬉しかったです。"


def rss(items: str, encoding: str = "utf-8", head: str = "", prolog: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{prolog}\n<rss version="2.0"><channel><title>日々</title>'
        f"<link>https://blog.example.jp/</link>{head}{items}</channel></rss>"
    )


def item(text: str = TEXT, guid: str = "https://blog.example.jp/1") -> str:
    return f"<item><title>題</title><guid>{guid}</guid><description>{text}</description></item>"


def entries(tmp_path: Path, data: bytes | str) -> list[Item]:
    path = tmp_path / "feed.xml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return list(feeds.entries(path))


def problem(tmp_path: Path, data: bytes | str) -> str:
    with pytest.raises(Unreadable) as caught:
        entries(tmp_path, data)
    return caught.value.problem


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "billion laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ネタ">{LAUGHS}]>',
    "behind a comment that opens a tag": '<!-- <rss --><?x <rss ?><!DOCTYPE rss [<!ENTITY l9 "x">]>',
    "small letters": '<!doctype rss [<!entity l9 "x">]>',
    "bracket in a quoted name": '<!DOCTYPE rss SYSTEM "a>[" [<!ENTITY l9 "x">]>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES)
def test_r01_own_entities_are_refused(tmp_path, doctype: str, encoding: str):
    assert problem(tmp_path, rss(item("&l9;"), encoding, prolog=doctype).encode(encoding)) == "feed_broken"


def test_r01_a_second_doctype_declares_nothing(tmp_path):
    twice = '<!DOCTYPE rss SYSTEM "a.dtd"><!DOCTYPE rss [<!ENTITY l9 "x">]>'
    assert problem(tmp_path, rss(item("&l9;"), prolog=twice)) == "wrong_shape"


def test_an_article_may_be_about_entities(tmp_path):
    (found,) = entries(tmp_path, rss(item("<![CDATA[<p>XMLの <!ENTITY x> と <!DOCTYPE y [ の話</p>]]>")))
    assert "の話" in blog.conform(found).body


@pytest.mark.parametrize("value", ['"1"', "'>'", '"a > b"'])
def test_r03_elements_of_many_attributes_are_refused(tmp_path, value: str):
    attributes = "".join(f" a{n} = {value}" for n in range(100_000))
    assert problem(tmp_path, rss(f"<item><title{attributes}>x</title></item>")) == "feed_broken"


def test_an_article_may_show_many_attributes(tmp_path):
    attributes = "".join(f" a{n}=&quot;1&quot;" for n in range(1000))
    (found,) = entries(tmp_path, rss(item(f"&lt;p{attributes}&gt;{TEXT}")))
    assert blog.conform(found).body == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("declared", ["utf-8", "Shift_JIS", "EUC-JP", "iso-2022-jp", "x-unknown"])
def test_r08_wrongly_declared_encodings_are_read(tmp_path, encoding: str, declared: str):
    (found,) = entries(tmp_path, rss(item(), declared).encode(encoding))
    message = blog.conform(found)
    meant = {"utf-8": "utf-8", "Shift_JIS": "cp932", "EUC-JP": "euc_jp", "iso-2022-jp": "iso2022_jp"}.get(declared)
    assert message.body == TEXT
    assert message.flags == (() if meant == encoding else ("charset_guessed",))


@pytest.mark.parametrize("declared", ["utf-16", None])
def test_r08_utf8_is_known_by_itself(tmp_path, declared: str | None):
    data = rss(item(), "utf-16") if declared else rss(item()).partition("?>")[2]
    assert blog.conform(entries(tmp_path, data)[0]).flags == ()


def test_windows_characters_of_euc_jp(tmp_path):
    data = rss(item("髙木①"), "EUC-JP").replace("髙", "\ufffd").replace("①", "\ufffe")
    data = data.replace("\ufffd", "ＸＸ").replace("\ufffe", "ＹＹ").encode("euc_jp")
    data = data.replace("ＸＸ".encode("euc_jp"), b"\xfc\xe2").replace("ＹＹ".encode("euc_jp"), b"\xad\xa1")
    message = blog.conform(entries(tmp_path, data)[0])
    assert (message.body, message.flags) == ("髙木①", ())


@pytest.mark.parametrize("encoding", ["utf-8", "euc_jp", "cp932"])
@pytest.mark.parametrize("broken", [b"\xff", b"\xe6", b"\x8f"])
def test_r08_a_broken_character_costs_what_is_behind_it_in_its_entry_at_most(tmp_path, encoding: str, broken: bytes):
    name = {"euc_jp": "EUC-JP", "cp932": "Shift_JIS"}.get(encoding, encoding)
    data = rss(item(TEXT * 9 + "壊" + TEXT) + item(guid="2") * 9, name).encode(encoding)
    first, *rest = [blog.conform(i) for i in entries(tmp_path, data.replace("壊".encode(encoding), broken))]
    assert first.body.startswith(TEXT * 9) and {message.body for message in rest} == {TEXT}
    if broken == b"\xff":
        assert first.body.endswith(TEXT)
    if "\ufffd" in first.body:
        assert "undecodable" in first.flags


def test_r08_kana_in_euc_jp_are_no_half_width_soup(tmp_path):
    data = rss(item("ありがとうございました" * 9), "Shift_JIS").replace("日々", "ひび").replace("題", "だい")
    data = data.encode("euc_jp")
    message = blog.conform(entries(tmp_path, data)[0])
    assert (message.body, message.flags) == ("ありがとうございました" * 9, ("charset_guessed",))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_with_and_without_its_mark(tmp_path, encoding: str):
    (found,) = entries(tmp_path, rss(item(), "UTF-16").encode(encoding))
    assert (blog.conform(found).body, blog.conform(found).flags) == (TEXT, ())


def test_bytes_of_no_encoding_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="feed_broken: unknown character encoding"):
        entries(tmp_path, rss(item("壊")).encode().replace("壊".encode(), bytes(range(0x80, 0x100)) * 9))


NO_FEEDS = {
    "html": ("<!DOCTYPE html><html><body><rss></rss></body></html>", "wrong_shape"),
    "json": ('{"items": []}', "wrong_shape"),
    "a word": ("error", "wrong_shape"),
    "nothing": ("", "empty"),
    "blanks": (" \r\n ", "empty"),
    "the beginning of a feed": (HATENA[:700], "feed_broken"),
    "a head that breaks": (rss("<b></i>"), "feed_broken"),
}


@pytest.mark.parametrize(("data", "why"), NO_FEEDS.values(), ids=NO_FEEDS)
def test_r10_what_is_no_feed_is_not_no_news(tmp_path, data, why: str):
    assert problem(tmp_path, data) == why


def test_a_new_blog_has_no_entries(tmp_path):
    assert entries(tmp_path, rss("")) == []


def test_too_large_and_not_there(tmp_path):
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(feeds.CAP + 1)
    with pytest.raises(Unreadable, match="too_large"):
        list(feeds.entries(path))
    with pytest.raises(Unreadable, match="not_found"):
        list(feeds.entries(tmp_path / "none.xml"))


def test_wherever_a_download_breaks_off_whole_entries_stay_whole(tmp_path):
    whole = {(i.item_id, i.payload) for i in entries(tmp_path, HATENA)}
    seen = set()
    end = HATENA.rindex(b"</feed>")
    for size in (*range(0, end, 13), end, end + 3):
        try:
            got = entries(tmp_path, HATENA[:size])
        except Unreadable as unreadable:
            seen.add(unreadable.problem)
            continue
        lost = [i for i in got if i.problem]
        assert len(lost) == 1 and lost[0].problem == "feed_broken" and lost[0].detail and lost[0].payload is None
        assert {(i.item_id, i.payload) for i in got if not i.problem} <= whole
        seen.add(len(got))
    assert {"empty", "feed_broken", 2, 3} <= seen


def test_the_next_fetch_brings_nothing_new(tmp_path):
    counters = "<slash:comments xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>{}</slash:comments></item>"
    first = rss(item().replace("</item>", counters.format(1)), head="<lastBuildDate>Fri, 06 Mar 2026</lastBuildDate>")
    then = rss(item().replace("</item>", counters.format(9)), head="<language>ja</language><ttl>5</ttl>")
    then = then.replace("<rss", "<rss xml:lang='ja' xml:base='https://blog.example.jp/'")
    (before,), (after,) = entries(tmp_path, first), entries(tmp_path, then)
    assert (before.item_id, before.payload) == (after.item_id, after.payload)
    assert b"_parsed" not in before.payload


DATES = {
    "<pubDate>Sat, 04 Apr 2026 00:15:30 JST</pubDate>": ("2026-04-03T15:15:30", "explicit"),
    "<pubDate>Sat, 04 Apr 2026 00:15:30</pubDate>": ("2026-04-03T15:15:30", "assumed"),
    "<dc:date>2026-04-04T00:15:30</dc:date>": ("2026-04-03T15:15:30", "assumed"),
    "<dc:date>2026-04-04</dc:date>": ("2026-04-03T15:00:00", "date_only"),
    "<pubDate>2024年5月3日</pubDate>": ("2024-05-02T15:00:00", "date_only"),
    "<pubDate>2024年5月3日(金) 午後9時5分</pubDate>": ("2024-05-03T12:05:00", "assumed"),
    "<pubDate>令和8年5月3日</pubDate>": ("2026-05-02T15:00:00", "date_only"),
    "<pubDate>Sat, 04 Apr 2026 00:15:30 EST</pubDate>": ("2026-04-04T05:15:30", "explicit"),
    "<pubDate>5月3日</pubDate>": (None, "missing"),
    "<pubDate>10:15</pubDate>": (None, "missing"),
    "": (None, "missing"),
}


@pytest.mark.parametrize("machine", ["America/New_York", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize(("written", "expected"), DATES.items(), ids=DATES)
def test_r12_times_are_what_was_written_wherever_the_machine_stands(tmp_path, monkeypatch, written, expected, machine):
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        data = rss(item().replace("</item>", written + "</item>"), head="<pubDate>Fri, 01 Jan 2010 JST</pubDate>")
        (found,) = entries(tmp_path, data.replace("<rss", "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'"))
        message = blog.conform(found)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (message.posted_at and f"{message.posted_at:%Y-%m-%dT%H:%M:%S}", message.zone) == expected


def test_surrogate_references(tmp_path):
    got = entries(tmp_path, rss(item("&#xD83D;&#xDE00; と &#55357;&#56832;") + item("孤立&#xD800;した&#0;", "2")))
    assert [blog.conform(i).body for i in got] == ["😀 と 😀", "孤立\ufffdした"]


def test_control_characters_do_not_stop_the_feed(tmp_path):
    (found,) = entries(tmp_path, rss(item("縦\x0b棒\x00と\x1b")))
    message = blog.conform(found)
    assert message.body == "縦棒と" and message.flags == ()


def test_undeclared_entities_and_stray_ampersands_are_read(tmp_path):
    (found,) = entries(tmp_path, rss(item("本&nbsp;屋 A & B &eacute;")))
    message = blog.conform(found)
    assert message.body.replace("\xa0", " ") == "本 屋 A & B é" and message.flags == ("not_well_formed",)


def test_what_a_host_adds_behind_the_feed_is_not_read(tmp_path):
    (found,) = entries(tmp_path, rss(item()) + "<script>counter()</script>")
    assert blog.conform(found).flags == ()


def test_r11_entries_without_guid_or_with_the_same(tmp_path):
    same = entries(tmp_path, rss(item("一") + item("二")))
    assert len({i.item_id for i in same}) == 1 and len({i.payload for i in same}) == 2
    bare = "<item><title>題</title><pubDate>{}</pubDate><description>{}</description></item>"
    dates = entries(tmp_path, rss(bare.format("a", "一") + bare.format("b", "一") + bare.format("b", "二")))
    assert [len(i.item_id) for i in dates] == [64] * 3 and len({i.item_id for i in dates}) == 2
    untitled = "<item><description>{}</description></item>"
    assert len({i.item_id for i in entries(tmp_path, rss(untitled.format("一") + untitled.format("二")))}) == 2


def test_canonical():
    assert addresses.canonical("http://Blog.Example.JP?utm_source=x&p=1#d2") == "https://blog.example.jp/?p=1#d2"
    assert addresses.canonical("tag:blog.example.jp,2026:1") == "tag:blog.example.jp,2026:1"
    assert addresses.canonical("http://[x") == "http://[x"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_costs_itself_only(tmp_path, data):
    source = bytearray(data.draw(st.sampled_from(sorted(BLOG.glob("*.[xr][md][lf]")))).read_bytes())
    junk_bytes = st.sampled_from([b"<", b"&#", b"]]>", b"\xff", b"</item>", b'"'])
    spots = st.tuples(st.integers(0, len(source) - 1), junk_bytes)
    for at, junk in data.draw(st.lists(spots, min_size=1, max_size=4)):
        source[at : at + data.draw(st.integers(0, 9))] = junk
    try:
        got = entries(tmp_path, bytes(source))
    except Unreadable:
        return
    for found in got:
        assert found.item_id and (found.payload or found.problem)
        assert not re.search(rb"\xed[\xa0-\xbf]", found.payload or b"")
        if not found.problem:
            try:
                assert blog.conform(found).native_id
            except Unreadable as unreadable:
                assert unreadable.problem == "no_text"


PIECES = ["<p>", "</p>", "<br>\r\n", "\r", " ", "&", "&lt;", "&amp;lt;", "&#39;", "&#38;lt;", "&nbsp;", "]]", "]", ">", "é", "\x85",
          "\xc3\xa9", "話です。", "a", "-->", "<!--", "<description>", "</item>", "\t", "neta"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
PLACES = {
    "description": ("<item><title>題</title><description{more}>{text}</description></item>", rss),
    "content:encoded": ("<item><title>題</title><description>短い</description><content:encoded{more}>{text}"
                        "</content:encoded></item>", rss),
    "content of Atom": ("<entry><title>題</title><content type='html'{more}>{text}</content></entry>", None),
    "summary of Atom": ("<entry><title>題</title><summary type=\"html\"{more}>{text}</summary></entry>", None),
    "content of unknown type": ("<entry><title>題</title><content{more}>{text}</content></entry>", None),
    "two texts": ("<item><description>{text}</description><content:encoded>{text}!</content:encoded></item>", rss),
    "a title": ("<item><title>{text}</title><description>短い</description></item>", rss),
}  # fmt: skip
ATTRIBUTES = [
    "",
    " ",
    " xml:lang='ja'",
    " xml:base='https://b.example.jp/'",
    " mode='base64'",
    " type='text'",
    " a='>'",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(PLACES)),
    st.builds("".join, st.tuples(st.sampled_from(["", "話です。" * 60, "a" * 220]), st.text(max_size=3), TEXTS)),
    st.sampled_from(ATTRIBUTES),
    st.sampled_from(["CDATA", "escaped", "escaped twice", "raw"]),
    st.sampled_from(["", " ", "\n"]),
)
def test_long_texts_come_out_as_feedparser_reads_them(tmp_path, place, text, more, way, margin):
    form, frame = PLACES[place]
    written = {
        "CDATA": f"<![CDATA[{text.replace(']]>', ']] >')}]]>",
        "escaped": escape(text, quote=True),
        "escaped twice": escape(escape(text)),
        "raw": text,
    }[way]
    body = form.format(text=f"{margin}{written}{margin}", more=more)
    namespace = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    document = frame(body).replace("<rss", f"<rss {namespace}") if frame else f"<feed {ATOM}>{body}</feed>"
    assert read(tmp_path, document, feeds._LONG_ENOUGH) == read(tmp_path, document, 10**9)


ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def read(tmp_path: Path, document: bytes | str, long_enough: int) -> object:
    """What is in a feed, where texts of that length do not go through feedparser."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(feeds, "_LONG_ENOUGH", long_enough)
        try:
            return [(i.item_id, i.payload, i.context, i.problem) for i in entries(tmp_path, document)]
        except Unreadable as unreadable:
            return str(unreadable)


@pytest.mark.parametrize("path", sorted(BLOG.parent.glob("*/*.[xr][md][lf]")), ids=lambda path: path.name)
def test_long_texts_of_the_examples(tmp_path, path: Path):
    assert read(tmp_path, path.read_bytes(), 20) == read(tmp_path, path.read_bytes(), 10**9)


def test_nothing_in_a_feed_stands_for_a_text_of_another_entry(tmp_path):
    long = "長い話です。" * 50
    texts, _ = feeds._set_apart(rss(item(long)))
    (token,) = texts
    first, second = entries(tmp_path, rss(item(long) + item(f"{token} {texts.stem}", "2")))
    assert [blog.conform(i).body for i in (first, second)] == [long, f"{token} {texts.stem}"]


@pytest.mark.parametrize("piece", ["<description><![CDATA[", "<!--", "<![CDATA[]", "<!-", "<content:encoded>x" * 3])
def test_many_beginnings_of_long_texts_cost_no_more_than_their_length(piece: str):
    document = rss(piece * 200_000)
    assert feeds._set_apart(document) == ({}, document)

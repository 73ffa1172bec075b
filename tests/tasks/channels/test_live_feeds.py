"""Blogs and note asked again and again: what is new comes once, what changed its place is followed, one bad feed costs
itself only, and what may have been missed is told. R08, R10, R14 are ids of the hostile cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest

from tasks.channels import Message, blog, feeds, note
from tasks.http import Client
from tasks.items import raw_id
from tasks.live import Well, draw
from tasks.sources import feed_watch
from tests.standins.raw import RawServer
from tests.standins.site import Page, Site, moved, rss

FIXTURES = Path(__file__).parents[2] / "fixtures"
TAG = "本のネタにしてもいいよ"
TAG_FEED = f"/hashtag/{quote(TAG)}/rss"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Pulled:
    cursor: Mapping | None
    told: list[tuple[str, str]]
    messages: list[Message]
    raw_ids: set[str]
    asked: list[tuple[str, int]]

    @property
    def problems(self) -> list[str]:
        return [problem for problem, _ in self.told]


@dataclass
class Desk:
    """One operator: `pull` asks the site for what is new since the last pull, as flows/ingest.py does."""

    folder: Path
    site: Site
    url: str
    module: ModuleType = blog
    cursor: Mapping | None = None

    def pull(self, *names: str, **more) -> Pulled:
        """Feeds by their paths at the site. more: since, until of the Well, and settings."""
        span = {name: more.pop(name) for name in ("since", "until") if name in more}
        options = {"feeds": [self.url + n if n[0] == "/" else n for n in names], "base": self.url, **more}
        before = len(self.site.asked)
        with Client(trusted=frozenset({"127.0.0.1"}), sleep=lambda seconds: None) as http:
            well = Well(self.folder, {"hashtags": ["#" + TAG], **options}, self.cursor or {}, NOW, http, **span)
            new = draw(self.module, well)
        items = [item for path in well.kept for item in self.module.cut(path, options)]
        well.empty()
        if new is not None and not span:
            self.cursor = json.loads(json.dumps(new))
        ids = {raw_id("blog", item) for item in items}
        messages = [self.module.conform(item) for item in items if not item.problem]
        return Pulled(new, well.notices, messages, ids, self.site.asked[before:])


@pytest.fixture
def desk(tmp_path: Path):
    site = Site()
    with RawServer(site) as server:
        yield Desk(tmp_path / "inbox", site, server.url)


def test_a_host_that_answers_304_sends_nothing_twice(desk: Desk):
    desk.site.pages["/feed"] = page = Page(rss(1, 2), has_etag=True)
    assert len(desk.pull("/feed").raw_ids) == 2
    again = desk.pull("/feed")
    assert (again.asked, again.raw_ids, again.told) == ([("/feed", 304)], set(), [])
    page.body = rss(1, 2, 3)
    assert len(desk.pull("/feed").raw_ids) == 3


def test_a_host_that_never_answers_304_costs_no_second_reading(desk: Desk):
    desk.site.pages["/feed"] = Page(rss(1, 2), headers={"Last_Modified": "Wed, 25 Nov 2026 21:39:16 GMT"})
    desk.pull("/feed")
    again = desk.pull("/feed")
    assert (again.asked, again.raw_ids) == ([("/feed", 200)], set())


def test_a_head_and_counters_that_change_by_the_hour_land_nothing_new(desk: Desk):
    head = "<lastBuildDate>Fri, 06 Mar 2026 1{}:00:00 GMT</lastBuildDate>"
    desk.site.pages["/feed"] = rss(1, 2, head=head.format(0) + "<ttl>5</ttl>")
    first = desk.pull("/feed")
    desk.site.pages["/feed"] = rss(1, 2, head=head.format(1), comments=9)
    assert desk.pull("/feed").raw_ids == first.raw_ids


def test_an_edit_is_a_revision(desk: Desk):
    desk.site.pages["/feed"] = rss(1, 2)
    first = desk.pull("/feed")
    desk.site.pages["/feed"] = rss(1, 2, text="直した話")
    second = desk.pull("/feed")
    assert not second.raw_ids & first.raw_ids
    assert [m.native_id for m in second.messages] == [m.native_id for m in first.messages]


@pytest.mark.parametrize("status", ["301 Moved", "308 Permanent Redirect"])
def test_a_feed_that_moved_for_good_is_followed_and_told_once(desk: Desk, status: str):
    desk.site.pages |= {"/old": moved("/new?key=1", status), "/new": rss(1)}
    first = desk.pull("/old")
    assert first.problems == ["feed_moved"] and len(first.raw_ids) == 1
    assert "/new" in first.told[0][1] and "key" not in first.told[0][1]
    second = desk.pull("/old")
    assert (second.asked, second.told) == ([("/new?key=1", 200)], [])
    del desk.site.pages["/new"]
    desk.site.pages["/old"] = rss(1, 2)
    back = desk.pull("/old")
    assert [path for path, _ in back.asked] == ["/new?key=1", "/old"] and len(back.raw_ids) == 2


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_a_detour_is_no_move(desk: Desk, status: str):
    desk.site.pages |= {"/old": moved("/new", status), "/new": rss(1)}
    assert desk.pull("/old").told == []
    assert [path for path, _ in desk.pull("/old").asked] == ["/old", "/new"]


def test_a_login_page_under_a_permanent_redirect_is_no_move(desk: Desk):
    desk.site.pages |= {"/feed": moved("/login"), "/login": b"<html>log in to this hotel's network</html>"}
    got = desk.pull("/feed")
    assert (got.cursor, got.problems) == (None, ["no_feed"])
    desk.site.pages["/feed"] = rss(1)
    assert len(desk.pull("/feed").raw_ids) == 1


def test_gone_is_told_once_and_asked_no_more_but_for_a_span(desk: Desk):
    desk.site.pages |= {"/gone": Page(status="410 Gone"), "/feed": rss(1)}
    first = desk.pull("/gone", "/feed")
    assert (first.problems, len(first.raw_ids)) == (["feed_gone"], 1)
    second = desk.pull("/gone", "/feed")
    assert (second.asked, second.told) == ([("/feed", 200)], [])
    desk.site.pages["/gone"] = rss(7)
    assert desk.pull("/gone", since=datetime(2026, 1, 1, tzinfo=UTC)).messages
    desk.pull("/feed")
    assert len(desk.pull("/gone", "/feed").raw_ids) == 1, "taken out of the settings and put in again"


BAD = {
    "missing": (Page(status="404 Not Found"), "feed_missing"),
    "closed": (Page(status="403 Forbidden"), "not_allowed"),
    "odd": (Page(status="400 Bad Request"), "request_refused"),
    "failing": (Page(status="503 Busy"), "server_error"),
    "R10 a web page": (Page(b"<!DOCTYPE html><html><p>rss</p></html>"), "no_feed"),
    "R10 a web page with a word": (Page(b"<html><rss></html>"), "no_feed"),
    "R10 JSON": (Page(b'{"items":[]}'), "no_feed"),
    "R10 nothing": (Page(b""), "no_feed"),
    "R14 a file": (moved("file:///etc/passwd"), "address_refused"),
    "R14 gopher": (moved("gopher://127.0.0.1/"), "address_refused"),
    "R16 inside": (moved("http://127.0.0.2/"), "address_refused"),
    "round and round": (moved("/bad"), "redirects"),
}


@pytest.mark.parametrize(("page", "problem"), BAD.values(), ids=BAD)
def test_r10_r14_r16_one_bad_feed_costs_itself_only(desk: Desk, page: Page, problem: str):
    desk.site.pages |= {"/bad": Page(rss(1), has_etag=True), "/good": rss(2)}
    desk.pull("/bad", "/good")
    desk.site.pages |= {"/bad": page, "/good": rss(2, 3)}
    known = desk.cursor[desk.url + "/bad"]
    got = desk.pull("/bad", "/good")
    assert got.problems == [problem] and "/bad" in got.told[0][1]
    assert len(got.raw_ids) == 2 and desk.cursor[desk.url + "/bad"] == known
    desk.site.pages["/bad"] = rss(1, 4)
    assert len(desk.pull("/bad", "/good").raw_ids) == 2


def test_where_nothing_answers_the_cursor_stays(desk: Desk):
    got = desk.pull("/a", "/b")
    assert (got.cursor, got.problems) == (None, ["feed_missing", "feed_missing"])
    assert desk.pull().problems == ["option_missing"]


def test_a_host_that_asks_for_rest_is_not_asked_for_its_other_feeds(desk: Desk):
    desk.site.pages |= {"/a": Page(status="429 Slow", headers={"Retry_After": "86400"}), "/b": rss(1), "/c": rss(2)}
    got = desk.pull("/a", "/b", "/c")
    assert ([path for path, _ in got.asked], got.problems) == (["/a"], ["rate_limited"])


def test_a_window_without_anything_known_may_hide_a_gap(desk: Desk):
    desk.site.pages["/feed"] = rss(3, 2, 1)
    desk.pull("/feed")
    desk.site.pages["/feed"] = rss(5, 4, 3)
    assert desk.pull("/feed").told == []
    desk.site.pages["/feed"] = rss(9, 8, 7)
    got = desk.pull("/feed")
    assert got.problems == ["gap"] and got.told[0][1].endswith("/feed")
    assert desk.pull("/feed").told == []


def test_fs13_a_blog_that_was_emptied_is_told_once_and_deletes_nothing(desk: Desk):
    desk.site.pages["/feed"] = rss(1)
    desk.pull("/feed")
    desk.site.pages["/feed"] = rss()
    assert [desk.pull("/feed").problems for _ in range(2)] == [["nothing_found"], []]
    desk.site.pages["/feed"] = rss(2)
    assert desk.pull("/feed").problems == ["gap"]


def test_a_download_that_broke_off_is_asked_for_again(desk: Desk):
    whole = rss(1, 2, 3)
    desk.site.pages["/feed"] = page = Page(whole[: len(whole) * 2 // 3], has_etag=True)
    first = desk.pull("/feed")
    assert 0 < len(first.messages) < 3
    again = desk.pull("/feed")
    assert again.asked == [("/feed", 200)], "no condition was sent"
    page.body = whole
    assert len(desk.pull("/feed").messages) == 3


FEED_LINKS = {
    "rss": '<link rel="alternate" type="application/rss+xml" title="RSS" href="/feed?a=1&amp;b=2">',
    "atom, other quotes": "<LINK href='feed?a=1&amp;b=2' TYPE='application/atom+xml' REL='alternate feed' />",
    "behind others": '<link rel=stylesheet href=a.css><link rel="alternate" hreflang="en" href="/en">'
    '<link rel="alternate" type="application/rss+xml" href="feed?a=1&b=2">',
}


@pytest.mark.parametrize("link", FEED_LINKS.values(), ids=FEED_LINKS)
def test_the_address_of_a_blog_leads_to_its_feed(desk: Desk, link: str):
    desk.site.pages |= {"/": f"<!doctype html><html><head>{link}</head></html>".encode(), "/feed": rss(1)}
    first = desk.pull("/")
    assert (first.asked, first.told, len(first.raw_ids)) == ([("/", 200), ("/feed?a=1&b=2", 200)], [], 1)
    assert desk.pull("/").asked == [("/feed?a=1&b=2", 200)]
    desk.site.pages["/feed"] = Page(status="404 Not Found")
    assert desk.pull("/").problems == ["feed_missing"]
    desk.site.pages |= {"/": link.replace("feed?", "atom?").encode(), "/atom": rss(1, 2)}
    assert len(desk.pull("/").raw_ids) == 2


def test_a_page_that_links_to_a_page_ends(desk: Desk):
    page = b'<link rel="alternate" type="application/rss+xml" href="/b">'
    desk.site.pages |= {"/a": page, "/b": page}
    got = desk.pull("/a")
    assert (got.problems, [path for path, _ in got.asked]) == (["no_feed"], ["/a", "/b"])


def test_an_etag_that_cannot_be_sent_back_is_forgotten(desk: Desk):
    desk.site.pages["/feed"] = Page(rss(1), headers={"ETag": '"あ"'.encode().decode("latin-1")})
    assert len(desk.pull("/feed").raw_ids) == 1
    assert desk.pull("/feed").told == []


def test_a_span_asks_for_everything_and_moves_no_cursor(desk: Desk):
    desk.site.pages["/feed"] = Page(rss(1, 2), has_etag=True)
    desk.pull("/feed")
    before = desk.cursor
    span = {"since": datetime(2026, 1, 1, tzinfo=UTC)}
    assert len(desk.pull("/feed", **span).raw_ids) == 2
    desk.site.pages["/feed"] = rss(8, 9)
    assert (desk.pull("/feed", **span).told, desk.cursor) == ([], before)


CHARSETS = {
    "only the header tells": (None, "euc_jp", "text/xml; charset=EUC-JP", ()),
    "the header is right and the file is wrong": ("utf-8", "cp932", 'text/xml; charset="Shift_JIS"', ()),
    "the header is a server's default": ("EUC-JP", "euc_jp", "text/xml; charset=ISO-8859-1", ()),
    "the header is wrong and the file is right": ("Shift_JIS", "cp932", "text/xml; charset=utf-8", ()),
    "both are wrong": ("iso-2022-jp", "euc_jp", "text/xml; charset=utf-8", ("charset_guessed",)),
    "text/xml alone is no us-ascii": ("utf-8", "utf-8", "text/xml", ()),
    "no name": ("utf-8", "utf-8", "text/xml; charset=../../x", ()),
}


@pytest.mark.parametrize(("declared", "encoding", "content_type", "flags"), CHARSETS.values(), ids=CHARSETS)
def test_r08_the_charset_of_the_header_is_heard(desk: Desk, declared, encoding: str, content_type: str, flags: tuple):
    text = "投稿を見た方から、講演のご依頼をいただきました。とても嬉しかったです。"
    document = rss(1, text=text).decode()
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    body = (declaration + document.partition("?>")[2]).encode(encoding)
    desk.site.pages["/feed"] = Page(body, headers={"Content_Type": content_type})
    (message,) = desk.pull("/feed").messages
    assert (message.body, message.flags) == (text + "1", flags)


READABLE = sorted(p for p in [*FIXTURES.glob("blog/*.[xr][md][lf]"), *FIXTURES.glob("note/*.xml")])


@pytest.mark.parametrize("path", READABLE, ids=lambda p: p.name)
def test_the_window_knows_every_entry_that_has_an_id(path: Path):
    try:
        items = [item for item in feeds.entries(path) if not item.problem]
    except feeds.Unreadable:
        return
    named = {i.item_id for i in items if len(i.item_id) != 64 and b'"id"' in i.payload or b'"link"' in i.payload}
    whole = path.name != "cut-in-half.xml"
    assert len(feed_watch._window(path.read_bytes())) == len(named) + (not whole)


def test_the_window_of_utf16(desk: Desk):
    desk.site.pages["/feed"] = rss(1, 2).decode().replace("'1.0'", "'1.0' encoding='utf-16'").encode("utf-16")
    assert len(desk.pull("/feed").messages) == 2
    assert len(desk.cursor[desk.url + "/feed"]["window"]) == 2


# note


@pytest.fixture
def note_desk(desk: Desk) -> Desk:
    desk.module = note
    desk.site.pages[TAG_FEED] = Page((FIXTURES / "note" / "creator.xml").read_bytes(), has_etag=True)
    return desk


def test_note_asks_for_hashtags_creators_and_magazines(note_desk: Desk):
    for name in ("taro", "hana", "hana/m/m1234"):
        note_desk.site.pages[f"/{name}/rss"] = Page((FIXTURES / "note" / "creator.xml").read_bytes())
    got = note_desk.pull(users=["taro", "@hana", "https://note.com/taro/"], magazines=["hana/m/m1234"])
    paths = [TAG_FEED, "/taro/rss", "/hana/rss", "/hana/m/m1234/rss"]
    assert (got.asked, got.told) == ([(path, 200) for path in paths], [])
    assert len(got.raw_ids) == 2
    again = note_desk.pull(users=["taro", "@hana", "https://note.com/taro/"], magazines=["hana/m/m1234"])
    assert again.raw_ids == set() and not any("api" in path for path, _ in got.asked + again.asked)


@pytest.mark.parametrize("target", ["/tag/x/rss", "/contest/x/rss"])
def test_note_follows_a_hashtag_to_where_it_lives_now(note_desk: Desk, target: str):
    note_desk.site.pages[target] = note_desk.site.pages[TAG_FEED]
    note_desk.site.pages[TAG_FEED] = moved(target, "307 Temporary Redirect")
    got = note_desk.pull()
    assert (len(got.raw_ids), got.told) == (2, [])


def test_note_a_hashtag_without_an_article_is_told_once(note_desk: Desk):
    page = note_desk.site.pages.pop(TAG_FEED)
    assert [note_desk.pull().problems for _ in range(3)] == [["tag_unknown"], [], []]
    note_desk.site.pages[TAG_FEED] = page
    assert len(note_desk.pull().raw_ids) == 2
    del note_desk.site.pages[TAG_FEED]
    assert [note_desk.pull().problems for _ in range(2)] == [["nothing_found"], []]


def test_note_a_popularity_list_tells_no_gap_and_a_creators_feed_does(note_desk: Desk):
    note_desk.site.pages |= {TAG_FEED: rss(1), "/taro/rss": rss(1)}
    note_desk.module = blog  # the same doors; this feed is no note feed, and only the window matters
    note_desk.pull("/x")
    note_desk.module, note_desk.cursor = note, None
    for number, told in ((1, []), (2, ["gap"])):
        body = (FIXTURES / "note" / "creator.xml").read_bytes().replace(b"/n/n", b"/n/n%d" % number)
        note_desk.site.pages |= {TAG_FEED: Page(body), "/taro/rss": Page(body)}
        got = note_desk.pull(users=["taro"])
        assert got.problems == told


def test_note_after_429_nothing_more_is_asked(note_desk: Desk):
    note_desk.site.pages[TAG_FEED] = Page(status="429 Slow", headers={"Retry_After": "3600"})
    got = note_desk.pull(users=["a", "b"], json=True)
    assert (got.asked, got.cursor, got.problems) == ([(TAG_FEED, 429)], None, ["rate_limited"])


def article(key: str, day: int, **more) -> dict:
    at = f"2026-04-{day:02}T20:15:30.000+09:00"
    user = {"urlname": "taro", "nickname": "太郎"}
    return {"key": key, "name": f"題{key}", "publish_at": at, "like_count": day, "user": user, **more}


class NoteApi(Site):
    """note's JSON beside its RSS, as measured by others: pages of three, newest first, whole articles one by one."""

    def __init__(self, articles: list[dict]):
        super().__init__()
        self.articles, self.spent, self.gone = articles, 10_000, None

    def __call__(self, path: str, headers: dict[str, str]):
        self.spent -= 1
        listed, _, query = path.partition("/notes?")
        if self.spent < 0:
            self.pages[path.partition("?")[0]] = Page(status="429 Slow", headers={"Retry_After": "900"})
        elif query:
            at = 3 * (int(query.partition("page=")[2].partition("&")[0]) - 1)
            page = {"notes": self.articles[at : at + 3], "is_last_page": at + 3 >= len(self.articles)}
            self.pages[f"{listed}/notes"] = Page(json.dumps({"data": page}).encode())
        elif path.startswith("/api/v3/notes/"):
            found = [a for a in self.articles if path.endswith(a["key"]) and a["key"] != self.gone]
            whole = [{**a, "body": "<p>全文</p>", "can_read": True} for a in found]
            self.pages[path] = Page(json.dumps({"data": whole[0]}).encode()) if whole else Page(status="404 No")
        return super().__call__(path, headers)


@pytest.fixture
def api_desk(tmp_path: Path):
    site = NoteApi([article(f"n{day:012}", day) for day in range(10, 0, -1)])
    site.pages[TAG_FEED] = Page((FIXTURES / "note" / "creator.xml").read_bytes(), has_etag=True)
    with RawServer(site) as server:
        yield Desk(tmp_path / "inbox", site, server.url, note)


def json_keys(got: Pulled) -> set[str]:
    return {m.native_id for m in got.messages if m.body == "全文"}


def lists(got: Pulled) -> int:
    return sum("/notes?" in path for path, _ in got.asked)


def test_note_json_is_asked_only_where_the_settings_say_so(api_desk: Desk):
    for off in ({}, {"json": False}, {"json": "no"}):
        assert not any("/api/" in path for path, _ in api_desk.pull(**off).asked)


def test_note_json_brings_every_article_whole_and_then_only_new_ones(api_desk: Desk):
    every = {a["key"] for a in api_desk.site.articles}
    first = api_desk.pull(json=True)
    assert (json_keys(first), lists(first), first.told) == (every, 4, [])
    assert len(first.messages) == 12, "the two of the RSS as well"
    second = api_desk.pull(json=True)
    assert (lists(second), second.messages) == (1, [])
    api_desk.site.articles[:0] = [article("nnew2", 12), article("nnew1", 11), article("ntagged", 3)]
    third = api_desk.pull(json=True)
    assert json_keys(third) == {"nnew1", "nnew2", "ntagged"} and not any(m.truncated for m in third.messages)
    assert third.messages[0].hashtags == () and third.messages[0].url == "https://note.com/taro/n/nnew2"


def test_note_json_goes_on_where_a_limit_stopped_it(api_desk: Desk):
    every, got = {a["key"] for a in api_desk.site.articles}, set()
    for _ in range(9):
        api_desk.site.spent = 8
        part = api_desk.pull(json=True)
        api_desk.site.pages = {TAG_FEED: api_desk.site.pages[TAG_FEED]}
        assert not json_keys(part) & got
        got |= json_keys(part)
        if not part.told:
            break
        assert part.problems == ["rate_limited"]
    assert got == every


def test_note_json_an_article_that_is_gone_meanwhile_holds_up_no_other(api_desk: Desk):
    api_desk.site.gone = api_desk.site.articles[2]["key"]
    first = api_desk.pull(json=True)
    assert len(json_keys(first)) == 9 and first.told == []
    assert api_desk.pull(json=True).messages == []


def test_note_json_a_span(api_desk: Desk):
    span = {"since": datetime(2026, 4, 5, tzinfo=UTC), "until": datetime(2026, 4, 7, tzinfo=UTC)}
    got = api_desk.pull(json=True, **span)
    assert json_keys(got) == {f"n{day:012}" for day in (5, 6)} and lists(got) == 3
    assert api_desk.cursor is None


def test_note_json_that_fails_costs_no_rss(api_desk: Desk):
    api_desk.site.articles = [{"no": "key"}]
    got = api_desk.pull(json=True)
    assert (got.problems, len(got.messages)) == (["answer_broken"], 2)
    assert api_desk.pull(json=True).asked[0] == (TAG_FEED, 304)

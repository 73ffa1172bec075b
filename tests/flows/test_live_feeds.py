"""Feeds from a real web server into a home: asked, landed, asked again. What nginx says is nginx's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.ingest import ingest
from tasks import conform
from tests.standins.nginx import Nginx
from tests.standins.site import rss

pytestmark = pytest.mark.service
FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture
def nginx(tmp_path):
    with Nginx(tmp_path / "nginx") as server:
        yield server


@pytest.fixture
def listen(real_home, nginx):
    """listen("a.xml", …): the home's blogs are these paths of nginx; returns how to ingest them."""

    def to(*names: str):
        addresses = ", ".join(f'"{nginx.url}/{name}"' for name in names)
        settings = f'\n[channels.blog]\nlive = true\ntrusted_hosts = ["127.0.0.1"]\nfeeds = [{addresses}]\n'
        file = real_home.path / "neta.toml"
        written = file.read_text(encoding="utf-8")
        head, _, rest = written.partition("[channels.blog]")
        file.write_text(head + rest.partition("\n\n")[2] + settings, encoding="utf-8")
        return lambda: ingest(real_home.settings, "blog")

    return to


def bodies(home) -> list[str]:
    return sorted(m["body"] for m in conform.messages(home.settings.lake).to_pylist())


def test_landed_once_whatever_the_server_says(nginx, listen, real_home):
    file, ask = nginx.put("a.xml", rss(1, 2)), listen("a.xml")
    assert (first := ask()).new == 2 and first.notices == []
    assert ask().items == 0 and nginx.answers()[-1] == ("/a.xml", 304)
    os.utime(file, (2e9, 2e9))  # touched: another ETag, the same bytes
    assert ask().items == 0 and nginx.answers()[-1] == ("/a.xml", 200)
    nginx.put("a.xml", rss(1, 2, head="<lastBuildDate>Fri, 06 Mar 2026 11:00:00 GMT</lastBuildDate>", comments=7))
    assert ((again := ask()).items, again.new) == (2, 0)
    nginx.put("a.xml", rss(3, 1, 2))
    assert ((more := ask()).new, more.notices) == (1, [])
    assert bodies(real_home) == ["話1", "話2", "話3"]
    assert list((real_home.path / "inbox" / "blog").rglob("*.xml")) == [], "what is landed needs no second copy"


def test_a_feed_that_moved_one_that_is_gone_one_that_is_missing_and_one_that_is_well(nginx, listen):
    nginx.put("a.xml", rss(1))
    nginx.put("b.xml", rss(2))
    ask = listen("moved/a.xml", "gone/c.xml", "missing.xml", "b.xml")
    first = ask()
    assert [problem for _, problem, _ in first.notices] == ["feed_moved", "feed_gone", "feed_missing"]
    assert first.new == 2
    before = len(nginx.answers())
    assert [problem for _, problem, _ in ask().notices] == ["feed_missing"]
    assert nginx.answers()[before:] == [("/a.xml", 304), ("/missing.xml", 404), ("/b.xml", 304)]


def test_the_charset_of_the_header_and_a_detour(nginx, listen, real_home):
    text = "投稿を見た方から、講演のご依頼をいただきました。"
    body = rss(1, text=text).decode().replace("日々", "ひび").encode("euc_jp")
    nginx.put("euc/a.xml", body)
    assert listen("elsewhere/euc/a.xml")().new == 1
    (message,) = conform.messages(real_home.settings.lake).to_pylist()
    assert (message["body"], message["flags"]) == (text + "1", [])


def test_a_blog_page_leads_to_its_feed(nginx, listen):
    nginx.put("index.html", b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>')
    nginx.put("feed.xml", (FIXTURES / "blog" / "hatena-atom.xml").read_bytes())
    ask = listen("")
    assert ask().new == 2
    ask()
    assert nginx.answers()[-1] == ("/feed.xml", 304)


def test_a_broken_feed_is_told_and_looked_at_again_when_it_is_mended(nginx, listen):
    nginx.put("a.xml", b"<rss><channel><b></i></channel></rss>")
    nginx.put("b.xml", rss(2))
    ask = listen("a.xml", "b.xml")
    broken = ask()
    assert (broken.new, dict(broken.problems)) == (2, {"feed_broken": 1})
    nginx.put("a.xml", rss(1))
    assert ask().new == 1


def test_429_ends_the_questions_to_that_host(nginx, listen):
    nginx.put("a.xml", rss(1))
    got = listen("a.xml", "busy/b.xml", "a.xml?again")()
    assert ([problem for _, problem, _ in got.notices], got.new) == (["rate_limited"], 1)
    assert {status for path, status in nginx.answers() if path != "/a.xml"} == {429}

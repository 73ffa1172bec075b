"""A web site on loopback: paths with bodies that a test may change, ETags that are honoured or not, moves, refusals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.standins.raw import Piece, answer


@dataclass
class Page:
    """status, headers and body of one path. has_etag: whether the host tells ETags and answers 304."""

    body: bytes = b""
    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=lambda: {"Content_Type": "application/xml"})
    has_etag: bool = False


@dataclass
class Site:
    """The script of a RawServer. asked: (path, status) of every request."""

    pages: dict[str, Page | bytes] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, path: str, headers: dict[str, str]) -> Iterable[Piece]:
        page = self.pages.get(urlsplit(path).path, Page(status="404 Not Found"))
        page = page if isinstance(page, Page) else Page(page)
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:12]}"'
        is_same = page.has_etag and headers.get("if-none-match") == etag
        status = "304 Not Modified" if is_same else page.status
        self.asked.append((path, int(status[:3])))
        more = {"ETag": etag} if page.has_etag else {}
        return [answer(status, b"" if is_same else page.body, **page.headers, **more)]


def moved(where: str, status: str = "301 Moved Permanently") -> Page:
    return Page(status=status, headers={"Location": where})


def rss(*numbers: int, head: str = "", text: str = "話", comments: int = 0) -> bytes:
    """A feed of entries with these numbers."""
    items = "".join(
        f"<item><title>題{n}</title><link>https://b.example.jp/{n}</link><guid isPermaLink='true'>"
        f"https://b.example.jp/{n}</guid><pubDate>Sat, 04 Apr 2026 20:{n % 60:02}:30 +0900</pubDate>"
        f"<slash:comments>{comments}</slash:comments><description>{text}{n}</description></item>"
        for n in numbers
    )
    return (
        "<?xml version='1.0'?><rss version='2.0' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel>"
        f"<title>日々</title><link>https://b.example.jp/</link>{head}{items}</channel></rss>"
    ).encode()

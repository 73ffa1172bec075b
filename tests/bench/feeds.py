"""`python -m tests.bench.feeds`: neta's reading of feeds beside feedparser's own defaults, the same bytes, CPU seconds.

Feeds as Japanese hosts write them (how many entries, full text or opening, escaped or CDATA), made of sentences of the
sample stories; the same seed gives the same bytes.
"""

from __future__ import annotations

import html
import io
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click
import feedparser
from rich.console import Console
from rich.table import Table

from tasks.channels import feeds
from tasks.sample.tellings import stories

SEED = 20260202
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:note="https://note.com" xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
)


class _Writer:
    """Texts and markup as a blog has them."""

    def __init__(self) -> None:
        self._random = Random(SEED)
        self._sentences = [s + "。" for t in stories() for s in t.text.split("。") if len(s) > 8]

    def text(self, sentences: int) -> str:
        return "".join(self._random.choices(self._sentences, k=sentences))

    def markup(self, paragraphs: int) -> str:
        link = '<a class="keyword" href="https://k.example.jp/keyword/%E4%BB%95%E4%BA%8B">仕事</a>'
        image = '<p><img src="https://cdn.example.jp/a.jpg" alt="写真" width="1200" height="800" /></p>\n'
        parts = (f"<p>{self.text(2)}{link}の話です。<br />{self.text(1)}</p>\n" for _ in range(paragraphs))
        return "".join(part + image * (n % 4 == 0) for n, part in enumerate(parts))


def hatena(writer: _Writer) -> str:
    """Atom, 30 entries in full, escaped."""
    entries = "".join(
        f'<entry><title>題 {n}</title><link href="https://b.example.jp/entry/{n}"/>'
        f"<id>hatenablog://entry/{n}</id><published>2026-04-04T20:15:30+09:00</published>"
        f"<updated>2026-04-04T20:15:30+09:00</updated><summary type='html'>{writer.text(3)}</summary>"
        f"<content type='html'>{html.escape(writer.markup(14))}</content>"
        '<category term="仕事" label="仕事" /><author><name>midori</name></author></entry>'
        for n in range(30)
    )
    return f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja"><title>日々</title>{entries}</feed>'


def wordpress(writer: _Writer) -> str:
    """RSS 2.0, 10 entries: an excerpt, and in full as CDATA."""
    items = "".join(
        f"<item><title>題 {n}</title><link>https://b.example.jp/{n}/</link><comments>https://b.example.jp/{n}/#c</comments>"
        f"<dc:creator><![CDATA[みどり]]></dc:creator><pubDate>Sat, 04 Apr 2026 11:15:30 +0000</pubDate>"
        f'<category><![CDATA[仕事]]></category><guid isPermaLink="false">https://b.example.jp/?p={n}</guid>'
        f"<description><![CDATA[<p>{writer.text(3)} [&#8230;]</p>]]></description>"
        f"<content:encoded><![CDATA[{writer.markup(14)}]]></content:encoded>"
        f"<wfw:commentRss>https://b.example.jp/{n}/feed/</wfw:commentRss><slash:comments>0</slash:comments></item>"
        for n in range(10)
    )
    return _rss(items)


def ameba(writer: _Writer) -> str:
    """RSS 2.0, 20 entries, their beginning only."""
    return _rss("".join(
        f"<item><title>題 {n}</title><link>https://ameblo.example.jp/a/entry-{n}.html</link>"
        f"<description>{writer.text(3)}...</description><pubDate>Sat, 04 Apr 2026 20:15:30 +0900</pubDate></item>"
        for n in range(20)
    ))  # fmt: skip


def note(writer: _Writer) -> str:
    """RSS 2.0, 25 entries, their opening paragraphs as CDATA."""
    return _rss("".join(
        f"<item><title>題 {n}</title><media:thumbnail>https://assets.example.jp/{n}.png</media:thumbnail><description>"
        f"<![CDATA[{writer.markup(3)}<br/><a href='https://note.com/u/n/n{n}'>続きをみる</a>]]></description>"
        f"<note:creatorImage>https://assets.example.jp/u.png</note:creatorImage><note:creatorName>太郎</note:creatorName>"
        f"<pubDate>Sat, 04 Apr 2026 20:15:30 +0900</pubDate><link>https://note.com/u/n/n{n}</link>"
        f"<guid>https://note.com/u/n/n{n}</guid></item>"
        for n in range(25)
    ))  # fmt: skip


def _rss(items: str) -> str:
    return f'{_XML}<rss version="2.0" {_NAMESPACES}><channel><title>日々</title>{items}</channel></rss>'


SHAPES: dict[str, Callable[[_Writer], str]] = {
    "Hatena Atom, full": hatena,
    "WordPress RSS, full": wordpress,
    "note RSS, openings": note,
    "Ameba RSS, openings": ameba,
}


def written() -> dict[str, bytes]:
    """Shape → the bytes of one feed."""
    writer = _Writer()
    return {name: shape(writer).encode() for name, shape in SHAPES.items()}


def by_default(data: bytes) -> list:
    """Entries as feedparser gives them without a word: sanitised, links resolved, its dates."""
    return feedparser.parse(io.BytesIO(data))["entries"]


def _seconds(work: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the quickest of `rounds`: what else the machine does only makes it slower."""
    used = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        used.append(time.process_time() - began)
    return min(used)


@click.command()
@click.option("--rounds", default=20, show_default=True, help="the quickest counts")
def main(rounds: int) -> None:
    """Read the same feeds by neta and by feedparser's defaults."""
    table = Table("feed", "KB", "feedparser ms", "neta ms", "ratio")
    for column in table.columns[1:]:
        column.justify = "right"
    totals = [0.0, 0.0]
    with TemporaryDirectory(prefix="neta-bench-") as folder:
        for name, data in written().items():
            file = Path(folder) / "feed.xml"
            file.write_bytes(data)
            times = [
                _seconds(lambda data=data: by_default(data), rounds),
                _seconds(lambda file=file: list(feeds.entries(file)), rounds),
            ]
            totals = [total + seconds for total, seconds in zip(totals, times, strict=True)]
            table.add_row(
                name, f"{len(data) / 1e3:.0f}", *(f"{s * 1e3:.1f}" for s in times), f"{times[0] / times[1]:.1f}"
            )
    table.add_row("one of each", "", *(f"{s * 1e3:.1f}" for s in totals), f"{totals[0] / totals[1]:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()

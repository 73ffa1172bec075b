"""Sample blogs: one feed each, as RSS 2.0, Atom or RSS 1.0, in UTF-8, EUC-JP or Shift_JIS."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from tasks.sample.note import paragraphs
from tasks.sample.tellings import JST, Person, Telling, tellings, titled


def write(inbox: Path) -> None:
    """One file a blog, the newest entry first; an advertisement that a host put in; a feed cut in half."""
    blogs: dict[int, list[Telling]] = defaultdict(list)
    for telling in tellings("blog"):
        blogs[telling.person.number].append(telling)
    for n, (_, told) in enumerate(sorted(blogs.items())):
        write, encoding = _KINDS[n % len(_KINDS)]
        if not _fits(told, encoding):
            write, encoding = _KINDS[0]
        feed = write(told[0].person, told[::-1], encoding)
        (inbox / f"{told[0].person.handle}.xml").write_bytes(feed.encode(encoding))
    longest = max(blogs.values(), key=len)
    whole = (inbox / f"{longest[0].person.handle}.xml").read_bytes()
    (inbox / "cut_in_half.xml").write_bytes(whole[: len(whole) // 2])


def url(person: Person) -> str:
    return f"https://{person.handle.replace('_', '-')}.blog.example.com"


def _rss2(person: Person, told: list[Telling], encoding: str) -> str:
    entries = "".join(
        f'<item><title>{_title(t)}</title><link>{_entry_url(t)}</link><guid isPermaLink="true">{_entry_url(t)}</guid>'
        f"<pubDate>{format_datetime(t.at.astimezone(JST))}</pubDate><category>日記</category>"
        f"<content:encoded><![CDATA[{paragraphs(titled(t.text)[1])}]]></content:encoded></item>\n"
        for t in told
    )
    advertisement = (
        "<item><title>PR: 家計の見直し、無料で相談</title><link>https://ad.example.com/1</link>"
        "<description>広告です。</description></item>\n"
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>\n'
        f"<title>{person.nickname}</title><link>{url(person)}/</link><description></description>\n"
        f"{entries}{advertisement}</channel>\n</rss>\n"
    )


def _atom(person: Person, told: list[Telling], encoding: str) -> str:
    entries = "".join(
        f'<entry><title>{_title(t)}</title><link href="{_entry_url(t)}"/><id>tag:blog.example.com,2026:{t.id}</id>'
        f"<published>{_iso(t.at)}</published><updated>{_iso(t.at)}</updated>"
        f'<content type="html">{escape(paragraphs(titled(t.text)[1]))}</content></entry>\n'
        for t in told
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">\n'
        f'<title>{person.nickname}</title><link href="{url(person)}/"/><id>{url(person)}/</id>\n'
        f"<updated>{_iso(told[0].at)}</updated><author><name>{person.nickname}</name></author>\n{entries}</feed>\n"
    )


def _rdf(person: Person, told: list[Telling], encoding: str) -> str:
    entries = "".join(
        f'<item rdf:about="{_entry_url(t)}"><title>{_title(t)}</title><link>{_entry_url(t)}</link>'
        f"<dc:date>{_iso(t.at)}</dc:date><dc:creator>{person.nickname}</dc:creator>"
        f"<content:encoded><![CDATA[{paragraphs(titled(t.text)[1])}]]></content:encoded></item>\n"
        for t in told
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="{url(person)}/index.rdf"><title>{person.nickname}</title>'
        f"<link>{url(person)}/</link><description></description></channel>\n{entries}</rdf:RDF>\n"
    )


_KINDS = ((_rss2, "UTF-8"), (_rdf, "EUC-JP"), (_atom, "UTF-8"), (_rdf, "Shift_JIS"))


def _fits(told: list[Telling], encoding: str) -> bool:
    try:
        "".join(t.text for t in told).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _entry_url(telling: Telling) -> str:
    return f"{url(telling.person)}/{telling.at:%Y/%m/%d}/{telling.id}.html"


def _title(telling: Telling) -> str:
    return escape(titled(telling.text)[0] or "日記")


def _iso(at: datetime) -> str:
    return at.astimezone(JST).isoformat()

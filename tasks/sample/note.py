"""Sample feeds of note: the RSS of the call's hashtag, which shows the opening of long articles only."""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

from tasks.sample.tellings import JST, TAG, Telling, number, tellings, titled

LONGEST_OPENING = 500  # characters; note's RSS gives the opening paragraphs of a longer article only
_SHORTEST_OPENING = 200
_MORE = "続きをみる"
_NOTE_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:media="http://search.yahoo.com/mrss/" xmlns:note="https://note.com/note_xml_namespace" version="2.0">
<channel>
<title>{TAG}の人気タグ記事一覧 ｜note ――つくる、つながる、とどける。</title>
<description>{TAG}</description>
<link>https://note.com/hashtag/{quote(TAG)}</link>
"""


def write(inbox: Path) -> None:
    """The hashtag's feed as saved in April and in July: popular articles first, the best of April in both."""
    told = list(tellings("note"))
    spring = [t for t in told if t.at.month < 4]
    popular = sorted(spring, key=lambda t: number(t.id, "likes", 1000), reverse=True)
    later = [t for t in told if t.at.month >= 4] + popular[:3]
    for name, articles in (("2026-04-01", popular), ("2026-07-01", later)):
        feed = _NOTE_HEAD + "".join(map(_article, articles)) + "</channel>\n</rss>\n"
        (inbox / f"hashtag_{name}.xml").write_bytes(feed.encode())


def key(telling: Telling) -> str:
    return f"n{number(telling.id, 'note', 16**12):012x}"


def opening(text: str) -> str:
    """What note's RSS shows of an article: whole paragraphs until there are enough."""
    if len(text) <= LONGEST_OPENING:
        return text
    shown: list[str] = []
    for paragraph in text.split("\n\n"):
        if sum(map(len, shown)) >= _SHORTEST_OPENING:
            break
        shown.append(paragraph)
    return "\n\n".join(shown)


def _article(telling: Telling) -> str:
    title, body = titled(telling.text)
    shown = opening(body)
    link = f"https://note.com/{telling.person.handle}/n/{key(telling)}"
    more = f"<br/><a href='{link}'>{_MORE}</a>" if shown != body else ""
    return f"""<item>
<title>{escape(title or "個人の発信の話")}</title>
<media:thumbnail>https://assets.example.com/{key(telling)}.png</media:thumbnail>
<description><![CDATA[{paragraphs(shown)}{more}]]></description>
<note:creatorImage>https://assets.example.com/{telling.person.handle}.png</note:creatorImage>
<note:creatorName>
{telling.person.nickname}
</note:creatorName>
<pubDate>{format_datetime(telling.at.astimezone(JST))}</pubDate>
<link>{link}</link>
<guid>{link}</guid>
</item>
"""


def paragraphs(text: str) -> str:
    """Text as the HTML that blog editors make of it."""
    return "".join(f"<p>{escape(p, quote=False).replace(chr(10), '<br>')}</p>" for p in text.split("\n\n"))

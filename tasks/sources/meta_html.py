"""A page of chat that Meta wrote as HTML: read by its structure, because its classes are generated.

Every message is one element with a name, then what was said, then a time, each in an element of its own:
`<section><h2>山田花子</h2><div><div>…</div></div><footer><div>2019年10月19日 14:37</div></footer></section>`. Which
elements these are has changed (div, section, footer) and differs between Facebook and Instagram.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import islice

from lxml import etree, html

from tasks.text.dates import parse_time
from tasks.text.html import readable

_LONGEST = 64  # characters of a time as written
# 10月 19, 2019 2:37 午後 · 10月 19, 2019, 14:37: the English order with Japanese words
_MONTH_FIRST = re.compile(r"(\d{1,2})月 (\d{1,2}), (\d{4}),? (.+)")
# Lists of what was attached, whom it was shared with, and who reacted.
_BESIDE = {"ul", "ol", "table", "img", "video", "audio", "a"}


def read_html(data: bytes) -> tuple[str, list[dict]]:
    """(title, messages oldest first): sender_name, content, local_time as written, place among those of its minute.

    No messages if nothing on the page looks like one. Never raises.
    """
    try:
        tree = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return "", []
    wholes = {whole: leaf for leaf in tree.iter() if _is_time(leaf) and (whole := _whole(leaf)) is not None}
    found = [
        (*_parts(whole), written_time(leaf.text)) for whole, leaf in wholes.items() if _is_outermost(whole, wholes)
    ]
    seen: Counter = Counter()
    messages = []
    for sender, text, time in reversed(found):  # the newest stands first
        messages.append({"sender_name": sender, "content": text, "local_time": time, "place": seen[time]})
        seen[time] += 1
    return " ".join((tree.findtext(".//title") or "").split()), messages


def _is_time(leaf: etree._Element) -> bool:
    if len(leaf) or not isinstance(leaf.tag, str) or not leaf.text or not 8 <= len(leaf.text.strip()) <= _LONGEST:
        return False
    return written_time(leaf.text) is not None


def _whole(leaf: etree._Element) -> etree._Element | None:
    """The element that holds name, words and this time; None where something follows the time: then it is no footer."""
    part = leaf
    while (parent := part.getparent()) is not None:
        if any(map(_shows, part.itersiblings())) or (parent.text or "").strip() or (part.tail or "").strip():
            return None
        if len(list(islice(filter(_shows, parent), 3))) > 2:
            # A page's list of messages ends with an element that is a message, not a time.
            return parent if part is leaf or sum(map(_shows, part)) == 1 else None
        part = parent
    return None


def _is_outermost(element: etree._Element, wholes: dict) -> bool:
    """False for what only looks like a message, inside the words of one."""
    return not any(outer in wholes for outer in element.iterancestors())


def _parts(whole: etree._Element) -> tuple[str, str]:
    """(sender, text); nothing but a picture where the words stand is no text."""
    sender, *said, _ = filter(_shows, whole)
    return " ".join("".join(sender.itertext()).split()), "\n".join(filter(None, map(_words, said)))


def _shows(element: etree._Element) -> bool:
    if not isinstance(element.tag, str):
        return False
    return bool("".join(element.itertext()).strip()) or any(e.tag in ("img", "video", "audio") for e in element.iter())


def _words(element: etree._Element) -> str:
    """What was said: the first part of the block with a text; links, pictures and reactions stand behind it."""
    part = element
    while not (part.text or "").strip():
        inner = [e for e in part if isinstance(e.tag, str)]
        if not inner or inner[0].tag == "br":
            break
        if inner[0].tag in _BESIDE:
            return ""
        first = next((e for e in inner if _shows(e) or (e.text or "").strip()), None)
        if first is None or first.tag in _BESIDE:
            return ""
        part = first
    return readable(etree.tostring(part, encoding="unicode", with_tail=False))


def written_time(text: str) -> str | None:
    """A time as `parse_time` reads it, or None if it is none, or a day without a time of day."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if found := _MONTH_FIRST.fullmatch(text):
        text = f"{found[3]}年{found[1]}月{found[2]}日 {found[4]}"
    at, zone = parse_time(text)
    return text if at and zone in ("assumed", "explicit") else None

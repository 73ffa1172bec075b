"""What blog and note share: the bytes of one feed file become entries, before anybody interprets them.

Takes RSS 0.9x, 1.0, 2.0 and Atom 0.3, 1.0 in any Japanese encoding. feedparser sees UTF-8 that starts at the root
element: it never guesses an encoding (it reads Shift_JIS declared as UTF-8 as windows-1252), never sees a DTD, and its
own dates (JST read as UTC, a missing month taken from today) are not used.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import unescape
from pathlib import Path

import feedparser
import orjson

from tasks.channels import Item, Unreadable
from tasks.text.addresses import web_url
from tasks.text.dates import parse_time
from tasks.text.decode import decode as by_declaration
from tasks.text.decode import repair_mojibake
from tasks.text.html import one_line, readable

CAP = 15 * 2**20  # bytes; Miniflux reads as much

# Change with every visit, or hold nothing that was said: never part of an entry.
_VOLATILE = frozenset((
    "slash_comments", "slash_hit_parade", "thr_total", "comments", "wfw_commentrss", "wfw_comment",
    "trackback_ping", "trackback_about", "hatena_bookmarkcount", "hatena_bookmarkcommentlistpageurl",
    "hatena_imageurl", "media_statistics", "media_starrating", "media_community", "note_creatorimage", "href",
))  # fmt: skip
_KEPT_LINKS = ("alternate", "self", "related", "via", "enclosure")

_PROLOG = re.compile(r"(?>(?:\s++|<\?.*?\?>|<!--.*?-->)*)", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE(?>(?:[^\[<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*)>", re.IGNORECASE)
_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*+:)?(rss|rdf|feed))(?=[\s>])", re.IGNORECASE)
# The standard library looks attributes up one by one: 100,000 on one element take two minutes.
_MANY_ATTRIBUTES = re.compile(r"""<[^\s<>"'/=!?]++(?:\s++[^\s<>"'/=]++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')){100}""")
_ENTRY = re.compile(r"<(?:[A-Za-z_][\w.-]*+:)?(?:item|entry)[\s>]")
_ENTRY_END = re.compile(r"</(?:[A-Za-z_][\w.-]*+:)?(?:item|entry)\s*+>")

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_WIDE = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))  # without a byte order mark
_CHARSET_IN_NAME = re.compile(r"\.charset-([\w.-]{1,40})\.xml$", re.ASCII)
_IF_DAMAGED = ("utf-8", "cp932", "euc_jp", "iso2022_jp_ext")
# Half-width kana, controls and what could not be decoded: frequent only where the encoding was guessed wrong.
_DOUBTFUL = re.compile("[\ufffd\uff61-\uff9f\x80-\x9f\x1b]")
_DOUBT_ALLOWED = _DAMAGE_ALLOWED = 0.02  # share of characters

_MARKUP_SIGN = re.compile(r"</[a-zA-Z]+>|<br\b", re.IGNORECASE)

# XML 1.0 section 2.2: what a document may not hold, as such or as a reference.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PAIR = re.compile(
    r"&#(?:[xX]0*+([dD][89abAB][0-9a-fA-F]{2})|0*+(5[56]\d{3}));"
    r"&#(?:[xX]0*+([dD][c-fC-F][0-9a-fA-F]{2})|0*+(5[67]\d{3}));"
)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]++)|(\d++));?")

# Long texts that are HTML for sure: descriptions and content:encoded of RSS, type="html" of Atom.
_CDATA = r"<!\[CDATA\[{}[^\]]*+(?>(?:\](?!\]>)[^\]]*+)*){}"
_LONG = re.compile(
    r"<(?P<name>description|content:encoded|content|summary)(?P<more>\s[^<>]*+)?>\s*+"
    rf"(?:{_CDATA.format('(?P<cdata>', ')')}\]\]>\s*+|(?P<text>[^<>]{{200,}}+))(?=</(?P=name)\s*+>)"
    rf"|{_CDATA.format('', '')}(?:\]\]>|\Z)"
    r"|<!--(?>(?:[^-]++|-(?!->))*)(?:-->|\Z)"
)
_LONG_ENOUGH = 200  # characters
_AS_HTML = re.compile(r"""\s+(?:type=["'](?:text/)?html["']|xml:(?:lang|base)=["'][^"'<>]*["']|\s)*""")
# The five that XML knows, and printable ones by number; html.unescape reads these as XML does.
_PLAIN_REFERENCES = re.compile(
    r"[^&]*+(?>(?:&(?:lt|gt|amp|quot|apos|#(?:3[2-9]|[4-9]\d|1[01]\d|x(?:[2-6][\da-fA-F]|7[\da-eA-E])));[^&]*+)*)"
)
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_HAS_C1 = re.compile("[\x80-\x9f]")


def entries(path: Path) -> Iterator[Item]:
    """One feed file -> one Item per entry, in the feed's order; what was cut off is one more Item with a problem.

    payload: JSON of the entry's fields as feedparser names them, every value as the feed gives it.
    context: title, link, id, self, author, author_url, language of the feed, and flags of the file: charset_guessed,
    undecodable, not_well_formed. A file named ….charset-euc-jp.xml came by HTTP under that name of an encoding.
    Raises Unreadable: not_found empty too_large wrong_shape feed_broken.
    """
    told = _CHARSET_IN_NAME.search(path.name)
    text, flags = decode(_read(path), told[1] if told else None)
    document, lost = _whole(_rooted(text))
    texts, document = _set_apart(document)
    parsed = _parse(document)
    head = _head(parsed["feed"]) | {"flags": [*flags, *["not_well_formed"] * bool(parsed.get("bozo"))]}
    for entry in parsed["entries"]:
        yield _item(_plain(entry, texts), head)
    if lost is not None:
        yield _cut_off(lost, len(parsed["entries"]))


def decode(data: bytes, charset: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Bytes of an XML file -> text and flags as tasks.text.decode has them: charset_guessed, undecodable (some U+FFFD).

    charset: what the HTTP header says. It outranks the declaration (RFC 7303 section 3), if the bytes bear it out:
    servers put their own default on everything.

    Feeds break characters: descriptions are cut by bytes, downloads break off. So where no encoding fits strictly the
    one that leaves the least doubt wins, and a broken character costs itself. Raises Unreadable(feed_broken).
    """
    text, flags = by_declaration(data, _declared(data) if charset is None or _is_wide(data) else charset)
    if flags and charset is not None:
        text, flags = by_declaration(data, _declared(data))
    if _doubt(text) > _DOUBT_ALLOWED or "\ufffd" in text:
        other = min((data.decode(codec, "replace") for codec in _IF_DAMAGED), key=_doubt)
        if _doubt(other) < _doubt(text):
            text, flags = other, ("charset_guessed",) + ("undecodable",) * ("\ufffd" in other)
    if text.count("\ufffd") > _DAMAGE_ALLOWED * len(text):
        raise Unreadable("feed_broken", "unknown character encoding")
    return text.removeprefix("\ufeff"), flags


def identity(entry: Mapping) -> str:
    """What the feed calls an entry: its id (Atom id, guid, rdf:about), else its link, else a hash of title and date."""
    if named := told(entry, "id") or told(entry, "link"):
        return named
    known = [told(entry, key) for key in ("title", "published", "updated")]
    return _hash(known if any(known) else [entry])


def told(entry: Mapping, key: str) -> str:
    """A field as text, without the blanks around it; "" where it is missing or holds something else."""
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""


def title_of(entry: Mapping) -> str | None:
    """The title on one line. What only looks like markup (<script> written as text) stays as it is written."""
    title = told(entry, "title")
    if _type(entry, "title") != "text/plain":
        title = one_line(title) or title
    return " ".join(title.split()) or None


def summary_of(entry: Mapping) -> str:
    """The summary as readable text."""
    return text_of(told(entry, "summary"), _type(entry, "summary"))


def text_of(value: str, media_type: str) -> str:
    """A value of a feed -> readable text. Atom says text/plain by default, and old software put HTML there all the
    same: a closing tag or a line break tells."""
    return value if media_type == "text/plain" and not _MARKUP_SIGN.search(value) else readable(value)


def times_of(entry: Mapping) -> tuple[datetime | None, datetime | None, str, tuple[str, ...]]:
    """Posted at, revised at (UTC or None), how the zone of the first was known, flags (time_unreadable)."""
    written = {key: told(entry, key) for key in ("published", "created", "updated")}
    parsed = {key: parse_time(text) for key, text in written.items() if text}
    known = [(key, at, zone) for key, (at, zone) in parsed.items() if at]
    flags = ("time_unreadable",) if len(known) < len(parsed) else ()
    if not known:
        return None, None, "missing", flags
    _, posted, zone = known[0]
    last, revised, _ = known[-1]
    return posted, revised if last == "updated" and revised != posted else None, zone, flags


def _type(entry: Mapping, key: str) -> str:
    detail = entry.get(f"{key}_detail")
    return told(detail, "type") if isinstance(detail, dict) else ""


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(CAP + 1)
    except FileNotFoundError:
        raise Unreadable("not_found", path.name) from None
    if len(data) > CAP:
        raise Unreadable("too_large", f"more than {CAP} bytes")
    if not data.strip():
        raise Unreadable("empty")
    end = data.rfind(b">") + 1  # a download that broke off may end within a character
    return data if not end or b"\0" in data[:4] else data[:end]


def _declared(data: bytes) -> str | None:
    """The encoding's name in the XML declaration. What can be read as ASCII is not UTF-16, whatever it says."""
    for start, name in _WIDE:
        if data.startswith(start):
            return name
    name = found[1].decode("ascii") if (found := _DECLARED.match(data)) else None
    return None if name and name.lower().startswith(("utf-16", "ucs", "iso-10646")) else name


def _is_wide(data: bytes) -> bool:
    return data.startswith(tuple(start for start, _ in _WIDE))


def _doubt(text: str) -> float:
    sample = text[:1_000_000]
    return 1 - len(_DOUBTFUL.sub("", sample)) / max(1, len(sample))


def _rooted(text: str) -> str:
    """From the root element on: no declaration, no DTD. RSS 0.91 carries a DOCTYPE by its specification; one with
    declarations of its own (entities that multiply, files from elsewhere) is refused."""
    at = _PROLOG.match(text).end()
    if text[at : at + 9].upper() == "<!DOCTYPE":
        doctype = _DOCTYPE.match(text, at)
        if not doctype:
            raise Unreadable("feed_broken", "DOCTYPE")
        at = _PROLOG.match(text, doctype.end()).end()
    if not _ROOT.match(text, at):
        raise Unreadable("wrong_shape", f"begins with {text[at : at + 20]!r}")
    if _MANY_ATTRIBUTES.search(text, at):
        raise Unreadable("feed_broken", "an element with 100 attributes or more")
    return _legal(text[at:])


def _legal(text: str) -> str:
    """Without what XML forbids: a pair of surrogate references becomes its character, a lone one U+FFFD."""
    text = _ILLEGAL.sub("", text)
    if "&#" not in text:
        return text
    return _REFERENCE.sub(_legal_reference, _PAIR.sub(_joined, text))


def _joined(pair: re.Match[str]) -> str:
    high_hex, high, low_hex, low = pair.groups()
    codes = [int(h, 16) if h else int(d) for h, d in ((high_hex, high), (low_hex, low))]
    units = b"".join(code.to_bytes(2, "big") for code in codes)
    return units.decode("utf-16-be", "replace")


def _legal_reference(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    code = int(digits, 16 if found[1] else 10) if len(digits) < 12 else 0x110000
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return "" if _ILLEGAL.match(chr(code)) else found[0]


def _whole(document: str) -> tuple[str, str | None]:
    """The document up to its last whole entry, closed; and what was cut off behind it, None if it is complete."""
    root, kind = _ROOT.match(document).groups()
    if ends := list(re.finditer(rf"</{re.escape(root)}\s*+>", document)):
        return document[: ends[-1].end()], None
    ends = [found.end() for found in _ENTRY_END.finditer(document)]
    if not ends:
        raise Unreadable("feed_broken", "cut off before its first entry is complete")
    kept, lost = document[: ends[-1]], document[ends[-1] :]
    inside = kind.lower() == "rss" and "</channel" not in kept
    return kept + ("</channel>" if inside else "") + f"</{root}>", lost


def _parse(document: str) -> feedparser.FeedParserDict:
    """feedparser without its sanitiser and link resolver: we take text, and the two are most of its time."""
    data = io.BytesIO(document.encode("utf-8"))
    try:
        parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # whatever a hostile feed finds in it
        raise Unreadable("feed_broken", type(error).__name__) from error
    if not parsed["entries"] and (parsed.get("bozo") or _ENTRY.search(document)):
        raise Unreadable("feed_broken", type(parsed.get("bozo_exception")).__name__)
    return parsed


class _Texts(dict[str, str]):
    """Token -> a long text of the feed. `back` puts texts where their tokens are."""

    def __init__(self, document: str):
        super().__init__()
        self.stem = "text" + hashlib.sha256(document.encode()).hexdigest()[:16]  # nobody can write it into the feed
        self.token = re.compile(rf"{self.stem}x\d+x")

    def keep(self, text: str) -> str:
        token = f"{self.stem}x{len(self)}x"
        self[token] = text
        return token

    def back(self, value: str) -> str:
        return self.token.sub(lambda found: self[found[0]], value) if self.stem in value else value


def _set_apart(document: str) -> tuple[_Texts, str]:
    """The long texts of a feed, and the feed with a token for each: two thirds of what feedparser does is with them.

    It would take off their margins, mend doubly encoded UTF-8 and C1 controls; the same is done here.
    """
    texts = _Texts(document)
    return texts, _LONG.sub(lambda found: _token_of(found, texts), document)


def _token_of(found: re.Match[str], texts: _Texts) -> str:
    text = found["cdata"] if found["cdata"] is not None else found["text"]
    if text is None or len(text) < _LONG_ENOUGH or not _is_html(found["name"], found["more"]):
        return found[0]
    if found["cdata"] is None:
        if not _PLAIN_REFERENCES.fullmatch(text):
            return found[0]
        text = _unescaped(text)
    text = repair_mojibake(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    text = text.translate(_C1) if _HAS_C1.search(text) else text
    return f"<{found['name']}{found['more'] or ''}>{texts.keep(text)}"


def _is_html(name: str, attributes: str | None) -> bool:
    if name in ("description", "content:encoded"):
        return not attributes
    return bool(attributes and "type" in attributes and _AS_HTML.fullmatch(attributes))


def _unescaped(text: str) -> str:
    """html.unescape for references that XML knows, which asks about each by itself."""
    shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return unescape(text) if "&#" in shown else shown.replace("&amp;", "&")


def _head(feed: Mapping) -> dict:
    """What stands at the head of a feed and tells whose it is; build dates and counters stay out."""
    author = dict.get(feed, "author_detail") or {}
    links = dict.get(feed, "links") or []
    head = {
        "title": dict.get(feed, "title"),
        "link": dict.get(feed, "link"),
        "id": dict.get(feed, "id"),
        "self": next((dict.get(link, "href") for link in links if dict.get(link, "rel") == "self"), None),
        "author": dict.get(author, "name") or dict.get(feed, "author"),
        "author_url": dict.get(author, "href"),
        "language": dict.get(feed, "language"),
    }
    return {key: value for key, value in head.items() if value}


def _plain(entry: Mapping, texts: _Texts) -> dict:
    """An entry as plain data: neither feedparser's dates, nor counters, nor what it copied in from the feed's head."""
    plain = {
        key: _value(value, texts)
        for key, value in dict.items(entry)
        if not key.endswith("_parsed") and key not in _VOLATILE and value not in (None, "", [], {})
    }
    for key in [key for key in plain if key.endswith("_detail") and isinstance(plain[key], dict)]:
        plain[key].pop("value", None)
    if "links" in plain:
        plain["links"] = [link for link in plain["links"] if link.get("rel") in _KEPT_LINKS]
    if any(part.get("value") == plain.get("summary") for part in plain.get("content", ())):
        plain.pop("summary", None)
        plain.pop("summary_detail", None)
    return plain


def _value(value: object, texts: _Texts) -> object:
    if isinstance(value, str):
        return texts.back(value)
    if isinstance(value, Mapping):
        return {k: _value(v, texts) for k, v in dict.items(value) if v is not None and k not in ("language", "base")}
    return [_value(v, texts) for v in value] if isinstance(value, list) else value


def _item(entry: dict, head: Mapping) -> Item:
    payload = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    return Item(identity(entry), payload, "application/json", head, web_url(entry.get("link")))


def _cut_off(lost: str, kept: int) -> Item:
    where = f"cut off after entry {kept}, {len(lost)} characters into the next"
    return Item(_hash([lost]), None, "application/xml", problem="feed_broken", detail=where)


def _hash(parts: list) -> str:
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()

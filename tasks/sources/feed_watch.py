"""Feeds, and a published table, asked for again and again: only what changed is kept, and what may be missing is told.

State of a feed in the cursor: url (where it has moved, or where its page says it is), etag, last_modified, sha256 of
the last body (many hosts never answer 304), window (hashes of the entries' ids), gone (410: asked no more), empty (404
where that only says that nothing is there yet).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from tasks.http import Answer, RateLimited, Unreachable
from tasks.live import Well

WINDOW = 500  # entries of a feed that are remembered
_PAGE_HEAD = 300_000  # bytes of a web page in which its feed is looked for

# All of these read bytes: ids and marks are ASCII in every encoding but UTF-16, whose zeros are left out before.
_FEED = re.compile(rb"<(?:[a-z_][\w.-]*+:)?(?:rss|rdf|feed)[\s>]", re.IGNORECASE)
_FEED_END = re.compile(rb"</(?:[a-z_][\w.-]*+:)?(?:rss|rdf|feed)\s*+>", re.IGNORECASE)
_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?>(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*+>)*)",
    re.DOTALL | re.IGNORECASE,
)
_ENTRY = re.compile(rb"<(?:[a-z_][\w.-]*+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_IDS = (  # as feedparser takes them: guid or id, else rdf:about, else the link
    re.compile(rb"<(?:[a-z_][\w.-]*+:)?(?:guid|id)(?:\s[^<>]*+)?>(.{1,2000}?)</(?:guid|id|[a-z_][\w.-]*+:)", re.DOTALL),
    re.compile(rb"^<[^>]*?\brdf:about\s*+=\s*+[\"']([^\"'<>]++)"),
    re.compile(rb"<link(?:\s[^<>]*+)?>(.{1,2000}?)</link", re.DOTALL),
    re.compile(rb"<link\s[^<>]*?\bhref\s*+=\s*+[\"']([^\"'<>]++)"),
)

_LINK = re.compile(rb"<link\s[^<>]{1,2000}+>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([a-z]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_FEED_TYPES = (b"application/rss+xml", b"application/atom+xml", b"application/rdf+xml")
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?([A-Za-z0-9][\w.-]{0,38})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """address: as the settings have it, its name in the cursor.

    tells_gaps: False where the order is not the newest first (popularity), so that nothing can be said of gaps.
    may_be_empty: a 404 says that nothing is there yet.
    """

    address: str
    tells_gaps: bool = True
    may_be_empty: bool = False


def watch(well: Well, feeds: Sequence[Feed]) -> dict[str, Mapping]:
    """Ask every feed once; the new state of each, by its address. One that fails keeps its old state and is told.

    A host that asks us to come back later is not asked for another of its feeds. With a span (since, until) every feed
    gives whatever it shows. Raises Unreachable, the last one's, if none could be asked.
    """
    states = {feed.address: well.cursor.get(feed.address, {}) for feed in feeds}
    failures: list[Unreachable] = []
    resting: set[str] = set()  # hosts
    answered = 0
    for feed in feeds:
        host = urlsplit(states[feed.address].get("url", feed.address)).netloc
        if host in resting:
            continue
        try:
            states[feed.address] = _asked(well, feed, states[feed.address])
            answered += 1
        except RateLimited as error:
            failures.append(error)
            resting.add(host)
        except Unreachable as error:
            failures.append(Unreachable(error.problem, _named(feed.address, error.detail)))
    return _told(well, states, failures, answered)


def pull_table(well: Well, url: str) -> Mapping:
    """A CSV asked for again and again: kept if it is another one. Its state, as a feed's. Raises Unreachable."""
    if not url:
        raise Unreachable("option_missing", "csv_url")
    answer = well.http.get(url, headers={} if _is_span(well) else _conditions(well.cursor))
    if answer.status == 304:
        return well.cursor
    host = urlsplit(url).netloc
    if answer.status >= 400:
        problem = "not_allowed" if answer.status in (401, 403) else "request_refused"
        raise Unreachable(problem, f"{host}: {answer.status}")
    if answer.content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"<", b""):
        raise Unreachable("no_table", host)
    digest = hashlib.sha256(answer.content).hexdigest()
    if digest != well.cursor.get("sha256") or _is_span(well):
        well.keep(answer.content, ".csv")
    return {"sha256": digest, **_validators(answer)}


def place(url: str) -> str:
    """An address as it is told: without the query, which may hold a key."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def charset_of(answer: Answer) -> str | None:
    """The charset that the Content-Type header names; None if it names none, or nothing that is a name."""
    found = _CHARSET.search(answer.headers.get("content-type", ""))
    return found[1].lower() if found else None


def _named(address: str, detail: str) -> str:
    more = detail.removeprefix(urlsplit(address).netloc.partition(":")[0]).lstrip(":, ")
    return f"{place(address)} · {more}" if more else place(address)


def _told(well: Well, states: dict, failures: list[Unreachable], answered: int) -> dict:
    last = failures.pop() if failures and not answered else None
    for error in failures:
        well.tell(error.problem, error.detail)
    if last:
        raise last
    return states


def _asked(well: Well, feed: Feed, state: Mapping, leads: int = 2) -> Mapping:
    """The feed's new state, after its body is kept if it is another one. leads: how often we may go elsewhere yet."""
    if state.get("gone") and not _is_span(well):
        return state
    url = state.get("url", feed.address)
    answer = well.http.get(url, headers={} if _is_span(well) else _conditions(state))
    if answer.status in (404, 410) and url != feed.address and leads:
        return _asked(well, feed, _without_place(state), leads - 1)
    if answer.status == 304:
        return {**state, **_where(well, feed, url, answer)}
    if answer.status >= 400:
        return _refused(well, feed, state, answer)
    if _FEED.match(_ascii(answer.content), _root_at(answer.content)):
        return _taken(well, feed, state, answer)
    linked = _linked_feed(answer) if url == feed.address else None
    if not linked:
        raise Unreachable("no_feed", urlsplit(url).netloc)
    return _asked(well, feed, {**_without_place(state), "url": linked}, leads - 1)


def _refused(well: Well, feed: Feed, state: Mapping, answer: Answer) -> Mapping:
    if answer.status == 410:
        well.tell("feed_gone", place(feed.address))
        return {"gone": True}
    if answer.status == 404 and feed.may_be_empty:
        if not state.get("empty"):
            well.tell("nothing_found" if state.get("window") else "tag_unknown", place(feed.address))
        return {**state, "empty": True}
    problem = {401: "not_allowed", 403: "not_allowed", 404: "feed_missing"}.get(answer.status, "request_refused")
    raise Unreachable(problem, str(answer.status))


def _taken(well: Well, feed: Feed, state: Mapping, answer: Answer) -> Mapping:
    """Keep a body that is new to us. What broke off is kept too, but asked for again without conditions."""
    digest, ids, known = hashlib.sha256(answer.content).hexdigest(), _window(answer.content), state.get("window", [])
    if digest != state.get("sha256") or _is_span(well):
        charset = charset_of(answer)
        well.keep(answer.content, f".charset-{charset}.xml" if charset else ".xml")
        _compare(well, feed, known, ids)
    new = {"window": ids or known, **_where(well, feed, state.get("url", feed.address), answer)}
    if _FEED_END.search(_ascii(answer.content)):
        new |= {"sha256": digest, **_validators(answer)}
    return new


def _compare(well: Well, feed: Feed, known: list[str], ids: list[str]) -> None:
    """Tell that the last window and this one have nothing in common, or that there is nothing where something was."""
    if not known or set(known) & set(ids) or _is_span(well):
        return
    if not ids:
        well.tell("nothing_found", place(feed.address))
    elif feed.tells_gaps:
        well.tell("gap", place(feed.address))


def _where(well: Well, feed: Feed, url: str, answer: Answer) -> dict:
    """Where to ask next time, if that is not the address of the settings."""
    if answer.permanent and answer.permanent != url:
        well.tell("feed_moved", f"{place(feed.address)} → {place(answer.permanent)}")
        url = answer.permanent
    return {"url": url} if url != feed.address else {}


def _validators(answer: Answer) -> dict[str, str]:
    told = {"etag": answer.headers.get("etag"), "last_modified": answer.headers.get("last-modified")}
    return {name: value for name, value in told.items() if value and _is_sendable(value)}


def _conditions(state: Mapping) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    return {header: state[name] for name, header in names.items() if state.get(name)}


def _without_place(state: Mapping) -> dict:
    return {name: value for name, value in state.items() if name == "window"}


def _is_span(well: Well) -> bool:
    return bool(well.since or well.until)


def _is_sendable(value: str) -> bool:
    return len(value) < 1000 and value.isascii() and value.isprintable() and value == value.strip()


def _ascii(body: bytes) -> bytes:
    return body.replace(b"\0", b"") if b"\0" in body[:4] else body


def _root_at(body: bytes) -> int:
    return _PROLOG.match(_ascii(body[:_PAGE_HEAD])).end()


def _window(body: bytes) -> list[str]:
    """Short hashes of the entries' ids; an entry without any is left out."""
    body = _ascii(body)
    starts = [found.start() for found in _ENTRY.finditer(body)][:WINDOW]
    entries = [body[start:end] for start, end in pairwise([*starts, len(body)])]
    ids = [next((found[1].strip() for form in _IDS if (found := form.search(entry))), b"") for entry in entries]
    return list(dict.fromkeys(hashlib.sha256(i).hexdigest()[:16] for i in ids if i))


def _linked_feed(answer: Answer) -> str | None:
    """The address of the first feed that a web page links to: <link rel="alternate" type="application/rss+xml" …>."""
    for tag in _LINK.findall(answer.content[:_PAGE_HEAD]):
        told = {name.lower(): b"".join(values) for name, *values in _ATTRIBUTE.findall(tag)}
        is_feed = told.get(b"type", b"").lower().startswith(_FEED_TYPES)
        if is_feed and b"alternate" in told.get(b"rel", b"").lower().split() and told.get(b"href"):
            return _joined(answer.url, unescape(told[b"href"].decode("utf-8", "replace")))
    return None


def _joined(page: str, link: str) -> str | None:
    try:
        return urljoin(page, link.strip())
    except ValueError:  # http://[x
        return None


def feeds_of(addresses: Iterable[str], **kind: bool) -> list[Feed]:
    """A Feed for each address, each address once."""
    return [Feed(address, **kind) for address in dict.fromkeys(addresses)]

"""Chats in an export of Meta's ("download your information"): which files, in which order, with which ids.

Facebook and Instagram write the same files: …/messages/<box>/<thread>/message_N.json; _1 is the newest, and within a
file the newest message stands first. A large export comes as several ZIPs, and a thread's files may lie in any of them.
Messenger's end-to-end encrypted chats are an export of their own: flat <Name>_<n>.json with other field names ("sealed"
here). Who asked for HTML has message_N.html in the same places. One file of an export is in memory at a time.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tasks.channels import Unreadable
from tasks.sources import archive
from tasks.sources.json_value import dumps, loads
from tasks.sources.meta_html import read_html
from tasks.text.dates import parse_epoch_ms, parse_time
from tasks.text.decode import repair_mojibake

SEALED = "e2ee"  # stands where the box of a thread stands, for chats of the end-to-end encrypted export

# What a thing is called in the ordinary export, and in the end-to-end encrypted one.
SPELLINGS = {
    "sender": ("sender_name", "senderName"),
    "time": ("timestamp_ms", "timestamp"),
    "text": ("content", "text"),
    "unsent": ("is_unsent", "isUnsent"),
}

_MESSAGE_FILE = re.compile(r"(?:[^/\\]+/)*message_\d{1,6}\.(?:json|html)")
_WRAPPER = r"(?:(?!your_)[^/\\]+/)??"  # your_facebook_activity/messages is no `messages` of Instagram's
_FLAT = re.compile(r"(?:[^/\\]+/){0,2}[^/\\]+_\d{1,6}\.json")
_WANTED = re.compile(f"{_MESSAGE_FILE.pattern}|{_FLAT.pattern}")


@dataclass(slots=True, frozen=True)
class Layout:
    """Where a service puts its chats: roots in order of preference; boxes, the folders of threads."""

    roots: tuple[str, ...]
    boxes: tuple[str, ...]

    def page(self) -> re.Pattern[str]:
        """Names like ROOT/inbox/yamada_123/message_1.json, below one more folder if somebody zipped it again."""
        return re.compile(
            rf"{_WRAPPER}(?P<root>{'|'.join(self.roots)})/(?P<box>{'|'.join(self.boxes)})/(?P<thread>[^/\\]+)"
            r"/message_(?P<n>\d{1,6})\.(?P<kind>json|html)"
        )

    def anything(self) -> re.Pattern[str]:
        """Any name below one of the roots' first folders: what a part with nothing but pictures holds."""
        return re.compile(rf"{_WRAPPER}(?:{'|'.join(root.partition('/')[0] for root in self.roots)})/.*")


@dataclass(slots=True)
class Page:
    """One file of a thread. messages: as written (any JSON values), oldest first; title and people: repaired.

    kind: json, html or sealed. problem: why it could not be read, or None; mark names its bytes. The names of threads
    and of flat files are names of people.
    """

    thread: str  # with its box: inbox/yamada_123
    file: str
    kind: str = "json"
    title: str = ""
    people: list[str] = field(default_factory=list)
    messages: list = field(default_factory=list)
    problem: str | None = None
    mark: str = ""
    size: int = 0


@dataclass(slots=True, frozen=True)
class Said:
    """What a message tells, repaired. at: UTC or None; zone: as parse_time says; written: its time as it is written."""

    sender: str
    text: str
    at: datetime | None
    zone: str
    written: int | str


def pages(path: Path, layout: Layout) -> Iterator[Page]:
    """Every file with messages of an export, threads by name and each from its oldest file on; or of one loose file.

    Of a thread that is there as JSON, the HTML is left out. A part without any message yields nothing. Raises
    Unreadable: empty, zip_broken, zip_unsafe, too_large, wrong_shape. A damaged file costs itself (Page.problem).
    """
    if path.suffix.lower() != ".zip":
        yield _loose(path)
        return
    with opened_export(path, _WANTED) as opened:
        folders = _folders(opened.names, layout.page())
        for folder, members in folders.items():
            yield from (_read(opened, member, folder) for member in members)
        if not folders:
            is_part = opened.holds(layout.anything())
            yield from _sealed(opened, [name for name in opened.names if not _MESSAGE_FILE.fullmatch(name)], is_part)


@contextmanager
def opened_export(path: Path, wanted: re.Pattern[str]) -> Iterator[archive.Archive]:
    """As tasks.sources.archive.open_archive, but what is told of an unsafe one names no member: those are names of people."""
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(archive.open_archive(path, wanted))
        except Unreadable as error:
            detail = "" if error.problem == "zip_unsafe" else error.detail
            raise Unreadable(error.problem, detail) from None
        yield opened


def _folders(names: Iterable[str], pattern: re.Pattern[str]) -> dict[str, list[str]]:
    """box/thread → its files, oldest (highest number) first; only below the first of the roots that is there."""
    found = [page for name in names if (page := pattern.fullmatch(name))]
    roots = re.findall(r"[^(|)]+", pattern.pattern.partition("(?P<root>")[2].partition(")")[0])
    root = next((root for root in roots if any(page["root"] == root for page in found)), None)
    folders: dict[str, list[re.Match[str]]] = {}
    for page in found:
        if page["root"] == root:
            folders.setdefault(f"{page['box']}/{page['thread']}", []).append(page)
    return {folder: _in_order(pages) for folder, pages in sorted(folders.items())}


def _in_order(pages: list[re.Match[str]]) -> list[str]:
    kind = "json" if any(page["kind"] == "json" for page in pages) else "html"
    return [p[0] for p in sorted(pages, key=lambda p: int(p["n"]), reverse=True) if p["kind"] == kind]


def _read(opened: archive.Archive, member: str, folder: str) -> Page:
    try:
        data = opened.read(member)
    except Unreadable as error:
        mark = hashlib.sha256(f"{member}\0{opened.crc(member)}".encode("utf-8", "surrogatepass")).hexdigest()
        return Page(folder, member.rpartition("/")[2], problem=error.problem, mark=mark)
    return _page(data, member.rpartition("/")[2], folder)


def _loose(path: Path) -> Page:
    size = path.stat().st_size
    if size > archive.MEMBER_CAP:
        raise Unreadable("too_large", f"{size} bytes")
    if not size:
        raise Unreadable("empty", path.name)
    return _page(path.read_bytes(), path.name, f"inbox/{path.parent.name}")


def _sealed(opened: archive.Archive, members: list[str], is_part: bool) -> Iterator[Page]:
    """Files of an end-to-end encrypted export. Other JSON is a damaged one only where there is a good one beside it."""
    odd: list[Page] = []
    is_sealed = False
    for member in members:
        page = _read(opened, member, SEALED)
        if page.kind != "sealed":
            odd.append(page)
            continue
        is_sealed = True
        yield page
    if is_sealed:
        yield from (Page(SEALED, "", p.kind, problem=p.problem or "wrong_shape", mark=p.mark, size=p.size) for p in odd)
    elif not is_part:
        raise Unreadable("wrong_shape", "no messages/…/message_1.json")


def _page(data: bytes, file: str, folder: str) -> Page:
    """Messages of one file, or what is wrong with it."""
    page = Page(folder, file, mark=hashlib.sha256(data).hexdigest(), size=len(data))
    if file.lower().endswith(".html"):
        page.kind, (page.title, page.messages) = "html", read_html(data)
        page.problem = None if page.messages else "wrong_shape"
        page.people = list(dict.fromkeys(message["sender_name"] for message in page.messages))
        return page
    try:
        content = loads(data)
    except (ValueError, RecursionError):
        page.problem = "json_broken"
        return page
    if not isinstance(content, dict) or not isinstance(content.get("messages"), list):
        page.problem = "wrong_shape"
        return page
    return _told(page, content)


def _told(page: Page, content: Mapping) -> Page:
    page.messages = content["messages"][::-1]
    people = content.get("participants")
    people = [p.get("name") if isinstance(p, dict) else p for p in people] if isinstance(people, list) else []
    page.people = [repair_mojibake(_string(name)) for name in people]
    if "threadName" in content:
        name = repair_mojibake(_string(content["threadName"]))
        page.kind, page.thread, page.title = "sealed", f"{SEALED}/{name}", re.sub(r"_\d+$", "", name)
        page.messages.sort(key=_sealed_time)  # its order is not known for sure
    else:
        page.thread = _string(content.get("thread_path")).strip("/") or page.thread
        page.title = repair_mojibake(_string(content.get("title")))
    return page


def _sealed_time(message: object) -> int:
    time = message.get("timestamp") if isinstance(message, dict) else None
    return time if type(time) is int else 0


def said(message: object) -> Said | None:
    """What a message of any kind of export tells; None if it lacks a sender or a time, or they are of another type."""
    if not isinstance(message, dict):
        return None
    sender, text, time = (either(message, name) for name in ("sender", "text", "time"))
    if not isinstance(sender, str) or not isinstance(text, str | None):
        return None
    sender, text = repair_mojibake(sender), repair_mojibake(text or "")
    if isinstance(local := message.get("local_time"), str):
        at, zone = parse_time(local)
        return Said(sender, text, at and at + _place(message), zone, local)
    if type(time) is not int:
        return None
    at = parse_epoch_ms(time)
    return Said(sender, text, at, "explicit" if at else "missing", time)


def _place(message: Mapping) -> timedelta:
    """A page of HTML tells minutes only: a millisecond for each message before this one keeps their order."""
    place = message.get("place")
    return timedelta(milliseconds=min(place, 59_999) if type(place) is int else 0)


def either(message: Mapping, name: str) -> object:
    """A field by whichever of its two names it has."""
    first, second = SPELLINGS[name]
    return message[first] if first in message else message.get(second)


def identified(page: Page) -> Iterator[tuple[str, object]]:
    """Messages with their ids: sha256 over sender, second and text, repaired, and the number among equals of the file.

    No thread and no milliseconds are part of it: so a copy in another box, in the end-to-end encrypted export or from
    Meta's API is the same message; and a file's ids do not depend on which other parts are there. A page of HTML knows
    neither the second nor the zone: its ids are made of the thread and its time as written, and are never the same.
    """
    seen: Counter = Counter()
    for message in page.messages:
        told = said(message)
        key = _as_it_is(message, page) if told is None else identity(told, page.thread)
        yield numbered(key, seen[key]), message
        seen[key] += 1


def _as_it_is(message: object, page: Page) -> bytes:
    try:
        return dumps(message)
    except RecursionError:
        return page.mark.encode()


def identity(told: Said, thread: str = "") -> bytes:
    """What a message and its copies have in common; equals are told apart by `numbered`."""
    if isinstance(told.written, str):
        return dumps(["html", thread.rpartition("/")[2], told.written, told.sender, told.text])
    return dumps([told.sender, told.written // 1000, told.text])


def numbered(key: bytes, number: int) -> str:
    """An id from what equals have in common and which of them this is, counted from 0."""
    return hashlib.sha256(key + b"%d" % number).hexdigest()


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def loads_repaired(data: bytes):
    """As `loads`, with the mojibake of every text repaired; names of fields are left as they are."""
    value = loads(data)
    if isinstance(value, str):
        return repair_mojibake(value)
    open_ = [value] if isinstance(value, dict | list) else []
    while open_:
        part = open_.pop()
        for place, inner in part.items() if type(part) is dict else enumerate(part):
            kind = type(inner)
            if kind is str:
                if not inner.isascii():
                    try:  # repair_mojibake without the call, which would cost as much as the repair
                        part[place] = inner.encode("latin-1").decode()
                    except UnicodeError:
                        continue
            elif kind is dict or kind is list:
                open_.append(inner)
    return value

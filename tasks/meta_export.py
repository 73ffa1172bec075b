"""Chats in an export of Meta's ("download your information", JSON): which files, in which order, with which ids.

Facebook and Instagram write the same files: …/messages/<box>/<thread>/message_N.json; _1 is the newest, and within a
file the newest message stands first. Nothing is repaired here: ids are made of what is written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from tasks import archive
from tasks.channels import Unreadable

# your_activity_across_facebook/messages/inbox/yamada_123/message_1.json, below one folder if somebody zipped it again
_ROOTS = ("your_activity_across_facebook/messages", "your_facebook_activity/messages", "messages")
_BOXES = "inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover"
_PAGE = re.compile(
    rf"(?:[^/\\]+/)??(?P<root>{'|'.join(_ROOTS)})/(?P<box>{_BOXES})/(?P<thread>[^/\\]+)/message_(?P<n>\d{{1,6}})\.json"
)
_ANY_PAGE = re.compile(r"(?:[^/\\]+/)*message_\d+\.(?:json|html)")


@dataclass(slots=True, frozen=True)
class BrokenPage:
    """A message_N.json that could not be read. mark: names its bytes. File names of threads are names of people."""

    mark: str
    problem: str
    name: str
    size: int


@dataclass(slots=True)
class Thread:
    """A thread as it is written: path with its box, messages (any JSON values) oldest first."""

    path: str
    title: str = ""
    participants: list[str] = field(default_factory=list)
    messages: list = field(default_factory=list)
    broken: list[BrokenPage] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The thread without its box, from which threads move: inbox/yamada_123 → yamada_123."""
        return self.path.rpartition("/")[2]


def threads(path: Path) -> Iterator[Thread]:
    """Every thread of an export, or the one a loose message_N.json belongs to; one is in memory at a time.

    Raises Unreadable: empty, zip_broken, zip_unsafe, too_large, wrong_shape. A damaged page costs itself
    (Thread.broken).
    """
    if path.suffix.lower() == ".json":
        yield _loose(path)
        return
    with archive.open_archive(path, _ANY_PAGE) as opened:
        folders = _folders(opened.names)
        if not folders:
            is_html = any(name.endswith(".html") for name in opened.names)
            raise Unreadable("wrong_shape", "HTML: ask for JSON" if is_html else "no messages/…/message_1.json")
        for folder, pages in folders.items():
            yield _read_thread(opened, folder, pages)


def _folders(names: Iterable[str]) -> dict[str, list[str]]:
    """box/thread → its pages, oldest (highest number) first; only below the first of the known roots that is there."""
    pages = [found for name in names if (found := _PAGE.fullmatch(name))]
    root = next((root for root in _ROOTS if any(page["root"] == root for page in pages)), None)
    folders: dict[str, list[re.Match[str]]] = {}
    for page in pages:
        if page["root"] == root:
            folders.setdefault(f"{page['box']}/{page['thread']}", []).append(page)
    return {
        folder: [page[0] for page in sorted(found, key=lambda page: int(page["n"]), reverse=True)]
        for folder, found in sorted(folders.items())
    }


def _read_thread(opened: archive.Archive, folder: str, pages: list[str]) -> Thread:
    thread = Thread(folder)
    for page in pages:
        try:
            data = opened.read(page)
        except Unreadable as error:
            mark = hashlib.sha256(f"{page}\0{opened.crc(page)}".encode("utf-8", "surrogatepass")).hexdigest()
            thread.broken.append(_broken(mark, error.problem, page, 0))
            continue
        _add_page(thread, data, page)
    return thread


def _loose(path: Path) -> Thread:
    size = path.stat().st_size
    if size > archive.MEMBER_CAP:
        raise Unreadable("too_large", f"{size} bytes")
    if not size:
        raise Unreadable("empty", path.name)
    thread = Thread(f"inbox/{path.parent.name}")
    _add_page(thread, path.read_bytes(), path.name)
    return thread


def _add_page(thread: Thread, data: bytes, page: str) -> None:
    """Messages of one message_N.json, or an item that tells why there are none."""
    mark = hashlib.sha256(data).hexdigest()
    try:
        content = loads(data)
    except (ValueError, RecursionError):
        thread.broken.append(_broken(mark, "json_broken", page, len(data)))
        return
    if not isinstance(content, dict) or not isinstance(content.get("messages"), list):
        thread.broken.append(_broken(mark, "wrong_shape", page, len(data)))
        return
    thread.path = _string(content.get("thread_path")).strip("/") or thread.path
    thread.title = _string(content.get("title"))
    people = content.get("participants")
    people = people if isinstance(people, list) else []
    thread.participants = [_string(person.get("name")) for person in people if isinstance(person, dict)]
    thread.messages.extend(reversed(content["messages"]))


def _string(value) -> str:
    return value if isinstance(value, str) else ""


def _broken(mark: str, problem: str, page: str, size: int) -> BrokenPage:
    return BrokenPage(mark, problem, page.rpartition("/")[2], size)


def identified(thread: Thread) -> Iterator[tuple[str, object]]:
    """Messages with their ids: sha256 over thread, time, sender, text and the number among equals, all as written."""
    seen: Counter = Counter()
    for message in thread.messages:
        known = message if isinstance(message, dict) else {}
        parts = [_scalar(known.get(key)) for key in ("timestamp_ms", "sender_name", "content")]
        key = dumps([thread.name, *parts])
        yield hashlib.sha256(key + b"%d" % seen[key]).hexdigest(), message
        seen[key] += 1


def _scalar(value: object) -> object:
    return value if isinstance(value, str | int | float) else None


def loads(data: bytes):
    """Bytes → JSON value. ValueError or RecursionError if they are none.

    Lone surrogates, which exports may contain and orjson refuses, are read by the standard library.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data, parse_constant=_refuse)


def _refuse(name: str):
    raise ValueError(f"{name} is not JSON")


def dumps(value) -> bytes:
    """JSON value → bytes that `loads` gives back unchanged; RecursionError if it is nested too deep."""
    try:
        return orjson.dumps(value)
    except TypeError:  # lone surrogates, integers beyond 64 bits, more than 254 levels
        return json.dumps(value, separators=(",", ":")).encode()

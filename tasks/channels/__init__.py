"""One channel = one module; the module's name is the channel's name, its docstring the identity card.

Each module has the same three doors and two constants:

    NAMESPACE = "x"             # where native ids and author ids are unique (not the channel)
    FILES = ("*.json",)         # names it takes from a folder
    fetch(paths)  -> Iterator[Path]       the only impure part: which files to read
    cut(path, options) -> Iterator[Item]  bytes -> items; never interprets more than it must to slice
    conform(item) -> Message              one item -> one message; pure, no clock, no files

`cut` raises Unreadable when the whole source cannot be read; what it cannot slice inside a readable source it yields
as an Item with a `problem`. `conform` raises Unreadable for an item it cannot understand. Either costs itself only.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from types import ModuleType

from warehouse.words import keys

LIVE = "live"  # folder of an inbox that holds fetched bytes until they are landed


class Unreadable(Exception):
    """A source or an item that cannot be read: `problem` is a key of words.toml [problem], `detail` tells where."""

    def __init__(self, problem: str, detail: str = ""):
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail


@dataclass(slots=True, frozen=True)
class Item:
    """One thing as it came in: what becomes one row of raw.

    item_id: native id of this very revision, or a hash of raw fields where the source has none; a string, never empty.
    payload: exact bytes where the format can be sliced, else re-serialised without loss; None only with a problem.
    context: what conform needs from around it (feed head, users, header row); stored, never hashed. JSON-able.
    """

    item_id: str
    payload: bytes | None
    media_type: str
    context: Mapping = field(default_factory=dict)
    source_url: str | None = None
    problem: str | None = None  # key of words.toml [problem]; the item lands without being conformed
    detail: str | None = None
    canonical: bytes | None = None  # what makes it the same item, if that is not the payload as it is; never stored


@dataclass(slots=True)
class Message:
    """One message as one channel understood it, before turns are joined.

    namespace + native_id is the identity and stays the same over edits. Times are UTC and aware.
    versions: native ids of every version, oldest first, where each has an id of its own and there are several.
    set_aside: None, or one of repost deleted auto_mail system_message own_message invalid. deleted: of all that goes by
    this identity nothing is counted, whenever it came or comes.
    conversation_id: only for chats and self-reply threads, whose neighbouring messages may join into one turn.
    """

    namespace: str
    native_id: str
    channel: str
    body: str
    title: str | None = None
    author_id: str | None = None  # native id; never a display name unless the source has nothing else
    author_name: str | None = None  # as shown; used for masking only
    conversation_id: str | None = None
    in_reply_to: str | None = None  # native_id of the parent
    place: int = 0  # orders messages of one moment, where a source tells minutes or seconds only
    versions: tuple[str, ...] = ()
    posted_at: datetime | None = None
    revised_at: datetime | None = None  # native time of this revision where the source tells
    zone: str = "explicit"  # explicit | assumed | date_only | missing
    url: str | None = None
    links: tuple[str, ...] = ()  # addresses that the text leads to, where they stand beside it (t.co, facets)
    hashtags: tuple[str, ...] = ()  # without the sign, as written; tags outside the text too
    needs_hashtag: bool = (
        False  # True where the channel carries other people's posts: no tag of the call = out of scope
    )
    accounts: tuple[str, ...] = ()  # the teller's own elsewhere, told beside the text (tasks/text/accounts.py)
    attribution_wish: str | None = None  # named_ok | anonymous, where a form asked
    self_codes: Mapping[str, list[str]] = field(default_factory=dict)  # title of a question -> labels the teller ticked
    truncated: bool = False
    flags: tuple[str, ...] = ()  # defects and drift worth knowing: charset_guessed, unknown_field:foo ...
    set_aside: str | None = None


def names() -> list[str]:
    """Every channel that has a module, sorted."""
    helpers = {"files", "feeds"}
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in helpers)


@cache
def known() -> frozenset[str]:
    """Every way a submission can have come: with a module, or only named by who pasted it (words.toml [channel])."""
    return keys("channel").union(names())


def module(channel: str) -> ModuleType:
    """The module of a channel; ValueError if there is none."""
    if channel not in names():
        raise ValueError(channel)
    return importlib.import_module(f"{__name__}.{channel}")


def files_in(paths: Iterable[Path], patterns: tuple[str, ...]) -> Iterator[Path]:
    """Files named, and those in named folders that match `patterns` (any case), sorted; hidden ones are left out."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if _matches(p, patterns))
        else:
            yield path


def _matches(path: Path, patterns: tuple[str, ...]) -> bool:
    name = path.name.lower()
    return path.is_file() and not name.startswith(".") and any(fnmatch(name, p) for p in patterns)

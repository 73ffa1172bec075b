"""The archive of one's own data that X makes: a ZIP whose data/*.js each assign one JSON list to a variable.

    window.YTD.tweets.part0 = [ {"tweet": {…}}, … ]

Comments may stand before, a semicolon after; texts hold "]" and "=", so what follows the first assignment is read as
JSON and nothing is split. Large lists go on in tweets-part1.js …; archives until 2022 have tweet.js, direct-message.js,
and bare posts. Unzipped archives (browsers do it unasked) are read by their data/manifest.js.
Known from parsers of others (2018-2026); X documents nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tasks.channels import Unreadable
from tasks.sources import archive
from tasks.sources.api_pages import members, text, utf8
from tasks.sources.json_value import loads

FILES = ("*.zip", "manifest.js")
SUFFIXES = (".zip", ".js")

_MEMBER = re.compile(
    r"(?:[^/\\]+/)??(?:data/)?(?P<kind>account|tweet|note-tweet|community-tweet|deleted-tweet"
    r"|direct-message(?:s?-group)?)s?(?:-part\d{1,4})?\.js"
)
_ANY = re.compile(r"(?:[^/\\]+/){0,2}[^/\\]+\.(?:js|html)", re.IGNORECASE)
_HEAD = re.compile(rb"(?>(?:\s|//[^\n]*\n|/\*.*?\*/)*)window\.YTD\.[\w-]+\.part\d+\s*=", re.DOTALL)
_OWNER = {"accountId": "id", "username": "username", "accountDisplayName": "name"}


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of an archive that could not be read. mark names it and its bytes; nothing of them is kept."""

    mark: str
    problem: str
    name: str


@dataclass(slots=True)
class Pieces:
    """What was asked for, by kind in the singular (tweet, direct-message-group …), in the order of parts."""

    entries: dict[str, list[dict]] = field(default_factory=dict)
    damaged: list[Damage] = field(default_factory=list)

    def of(self, kind: str) -> list[dict]:
        """Entries of a kind, without the one-key object around each: {"tweet": {…}} → {…}."""
        return [_inner(entry) for entry in self.entries.get(kind, ())]

    @property
    def owner(self) -> dict[str, str]:
        """id, username and name of whose archive it is, as far as it says."""
        for account in self.of("account"):
            return {ours: account[theirs] for theirs, ours in _OWNER.items() if text(account.get(theirs))}
        return {}


def is_archive(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def read(path: Path, needed: Iterable[str], more: Iterable[str] = ()) -> Pieces:
    """The lists of these kinds, `more` where they are there; files of other kinds are never opened.

    Raises Unreadable: empty, zip_broken, zip_unsafe, too_large; wrong_shape or archive_html if none of `needed` is
    there. A file inside that is damaged costs itself only.
    """
    needed, pieces = frozenset(needed), Pieces()
    with _opened(path) as opened:
        kinds = {name: _kind(name) for name in opened.names}
        if not needed & set(kinds.values()):
            raise _missing(kinds, needed)
        for name in sorted(kinds, key=_by_part):
            if kinds[name] in needed | set(more):
                _read(opened, name, kinds[name], pieces)
    return pieces


def _read(opened, name: str, kind: str, pieces: Pieces) -> None:
    try:
        data = opened.read(name)
        entries = entries_of(data)
    except Unreadable as error:
        mark = hashlib.sha256(f"{name}\0{opened.crc(name)}".encode("utf-8", "surrogatepass")).hexdigest()
        pieces.damaged.append(Damage(mark, error.problem, name.rpartition("/")[2]))
        return
    pieces.entries.setdefault(kind, []).extend(entries)


def entries_of(data: bytes) -> list[dict]:
    """The objects that one file assigns. Raises Unreadable: empty, json_broken, wrong_shape."""
    script = utf8(data)
    head = _HEAD.match(script)
    try:
        value = loads(script[head.end() if head else 0 :].strip().removesuffix(b";"))
    except (ValueError, RecursionError):
        raise Unreadable("json_broken") from None
    if not isinstance(value, list):
        raise Unreadable("wrong_shape", "no list")
    return members(value)


def _inner(entry: dict) -> dict:
    (only,) = entry.values() if len(entry) == 1 else (None,)
    return only if isinstance(only, dict) else entry


def _kind(name: str) -> str | None:
    found = _MEMBER.fullmatch(name)
    return found["kind"].replace("messages", "message") if found else None


def _missing(names: Iterable[str], needed: frozenset[str]) -> Unreadable:
    if any(name.lower().endswith(".js") for name in names):
        return Unreadable("wrong_shape", f"no data/{min(needed)}s.js")
    return Unreadable("archive_html") if any(names) else Unreadable("wrong_shape", "not an archive of X")


def _by_part(name: str) -> tuple[str, int]:
    """tweets-part10.js after tweets-part9.js, and tweets.js before both."""
    stem, _, part = name.removesuffix(".js").partition("-part")
    return stem, int(part) if part.isdigit() else 0


@contextmanager
def _opened(path: Path) -> Iterator:
    if path.suffix.lower() == ".js":
        yield _Folder(path.parent)
        return
    with archive.open_archive(path, _ANY) as opened:
        yield opened


class _Folder:
    """An archive that somebody unzipped: the files beside data/manifest.js, links left out."""

    def __init__(self, folder: Path):
        self._files = {p.name: p for p in folder.glob("*.js") if p.is_file() and not p.is_symlink()}
        self.names = sorted(self._files)

    def read(self, name: str) -> bytes:
        size = self._files[name].stat().st_size
        if size > archive.MEMBER_CAP:
            raise Unreadable("too_large", f"{size} bytes")
        return self._files[name].read_bytes()

    def crc(self, name: str) -> int:
        return self._files[name].stat().st_size

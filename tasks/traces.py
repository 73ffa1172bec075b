"""Traces of a person: what, found anywhere, would show that something of theirs is still there, and the search for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks import stored
from tasks.stored import Reading

PIECE = 16  # characters of a text that are searched as one
NAME, ID = 3, 5  # characters from which on a name, an id is worth searching: shorter ones stand everywhere
CHUNK = 1 << 20  # characters of cells that are searched together
KINDS = ("text", "name", "id")

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\xad>"))  # also the mark of a quoted line


def plain(text: str) -> str:
    """NFKC, one case."""
    return unicodedata.normalize("NFKC", text).casefold()


def dense(text: str) -> str:
    """As `plain`, without white space, invisible characters and marks of quoting, so that lines may break anywhere."""
    return "".join(plain(text).split()).translate(_INVISIBLE)


def pieces(text: str) -> list[str]:
    """A text as the pieces that are searched: PIECE characters each, the last one up to the end."""
    whole = dense(text)
    if len(whole) < PIECE:
        return [whole] if len(whole) >= PIECE // 2 else []
    starts = [*range(0, len(whole) - PIECE, PIECE), len(whole) - PIECE]
    return list(dict.fromkeys(whole[start : start + PIECE] for start in starts))


@dataclass(frozen=True)
class Traces:
    """What is searched for, by kind, in comparable form. short: how many names and ids are too short to be searched."""

    text: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    short: int = 0

    @property
    def count(self) -> int:
        return len(self.text) + len(self.name) + len(self.id)

    def found_in(self, text: str) -> Iterator[str]:
        """The kinds of what stands in a text, each once."""
        close, wide = dense(text), plain(text)
        if any(piece in close for piece in self.text):
            yield "text"
        if any(_is_name_in(name, close, wide) for name in self.name):
            yield "name"
        if any(_is_word_in(own_id, wide) for own_id in self.id):
            yield "id"


def _is_name_in(name: str, close: str, wide: str) -> bool:
    return name in close if not name.isascii() or len(name) >= PIECE // 2 else _is_word_in(name, wide)


def _is_word_in(word: str, wide: str) -> bool:
    """As a word of its own: a number must not be found in a hash."""
    return word in wide and bool(re.search(rf"(?<![0-9a-z]){re.escape(word)}(?![0-9a-z])", wide))


def traces(
    texts: Iterable[str], names: Iterable[str], ids: Iterable[str], others: Iterable[str], common: str
) -> Traces:
    """What is distinctive of a person. others: what other people wrote; common: texts of the home itself.

    A piece that another text shares is no trace, unless that text is a copy: then it must be found. A name is no trace
    where others bear or mention it. Ids are unique, and always are.
    """
    own = [found for text in texts if (found := pieces(text))]
    every = {piece for found in own for piece in found}
    words = {dense(name) for name in names}
    long_names = {name for name in words if len(name) >= NAME}
    long_ids = {plain(i).strip() for i in ids if len(plain(i).strip()) >= ID}
    home = dense(common)
    shared = {token for token in every | long_names if token in home}
    for other in map(dense, others):
        hits = {token for token in every | long_names if token in other}
        if hits:
            shared |= hits - _copied(own, hits)
    kept_ids = sorted(long_ids)
    short = len(words - long_names) + len({plain(i).strip() for i in ids} - long_ids)
    return Traces(tuple(sorted(every - shared)), tuple(sorted(long_names - shared)), tuple(kept_ids), short)


def _copied(own: Iterable[list[str]], hits: set[str]) -> set[str]:
    """Pieces of those texts of which at least half stands in the other text."""
    copied = [found for found in own if len(found[0]) == PIECE and 2 * len(hits.intersection(found)) >= len(found)]
    return {piece for found in copied for piece in found}


@dataclass(frozen=True)
class Found:
    """A trace that was found: in which file, where in it, of which kind. What it says is not repeated."""

    path: Path
    where: str
    kind: str


def search(paths: Iterable[Path], wanted: Traces, reading: Reading) -> list[Found]:
    """Every place in these files where a trace stands, one a file, column and kind."""
    found: dict[Found, None] = {}
    for path in paths:
        for where, text in _chunks(stored.texts_of_file(path, reading)):
            found.update(dict.fromkeys(Found(path, where, kind) for kind in wanted.found_in(text)))
    return list(found)


def _chunks(parts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Small texts of one place put together: a search has its price, whatever it is given."""
    gathered: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}
    for where, text in parts:
        gathered.setdefault(where, []).append(text)
        sizes[where] = sizes.get(where, 0) + len(text)
        if sizes[where] >= CHUNK:
            yield where, "\n\0\n".join(gathered.pop(where))
            sizes.pop(where)
    for where, texts in gathered.items():
        yield where, "\n\0\n".join(texts)


def as_plain(wanted: Traces) -> dict:
    """For JSON."""
    return {**{kind: list(getattr(wanted, kind)) for kind in KINDS}, "short": wanted.short}


def from_plain(told: Mapping) -> Traces:
    """What `as_plain` made of them."""
    return Traces(**{kind: tuple(told[kind]) for kind in KINDS}, short=told["short"])

"""Tombstones: what was withdrawn is known by keyed marks, so that it can be kept out without being kept.

Six kinds: an author, their contributor ref (by which the ledger speaks of people), a submission (each of its ids), a raw
item by its bytes, a raw item by its id, and the comparable text of what bears no author, since an editor may paste it
again. A mark is HMAC-SHA256 by the home's key over kind and
parts, 32 hex digits.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tasks.text.normalise import match_key
from warehouse import tombstones
from warehouse.lake import Lake

if TYPE_CHECKING:
    import pandas as pd

TEXT_FROM = 20  # characters of comparable text: shorter ones say nothing about who wrote them
_ASKED = ["raw_id", "namespace", "author_id", "submission_id", "versions", "body"]


def mark(key: bytes, kind: str, *parts: str) -> str:
    """The mark of one thing. kind: author, contributor, submission, raw, item or text."""
    message = "\0".join(("withdrawn", kind, *parts)).encode("utf-8", "surrogatepass")
    return hmac.digest(key, message, hashlib.sha256).hex()[:32]


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The marks of a home and the key they are made with. False where there are none."""

    key: bytes
    marks: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.marks)

    def has(self, kind: str, *parts: str) -> bool:
        """Whether this thing was withdrawn."""
        return mark(self.key, kind, *parts) in self.marks

    def name(self, submission_id: str) -> str:
        """What a withdrawn submission is called where its id stood."""
        return f"withdrawn:{mark(self.key, 'submission', submission_id)}"

    def has_id(self, told: str) -> bool:
        """Whether NAMESPACE:ID, or a contributor ref, names a submission or an author that was withdrawn."""
        if ":" not in told:
            return self.has("contributor", told)
        return self.has("submission", told) or self.has("author", *told.split(":", 1))

    def cover(self, raw: pa.Table, messages: pa.Table) -> list[bool]:
        """For each row of RAW, and its row of MESSAGE, whether it was withdrawn."""
        items = zip(raw["channel"].to_pylist(), raw["item_id"].to_pylist(), strict=True)
        rows = messages.select(_ASKED).to_pylist()
        return [self.has("item", *item) or self._covers(row) for item, row in zip(items, rows, strict=True)]

    def cover_messages(self, messages: pd.DataFrame) -> pd.Series:
        """As `cover`, for messages alone."""
        import pandas as pd  # 50 MB that the pages, which ask for a mark at most, do without

        if not self:
            return pd.Series(False, index=messages.index, dtype=bool)
        plain = messages[_ASKED].astype(object).where(messages[_ASKED].notna(), None)
        return pd.Series([self._covers(row) for row in plain.to_dict("records")], index=messages.index, dtype=bool)

    def _covers(self, row: Mapping) -> bool:
        return any(mark in self.marks for mark in marks_of(self.key, row))


def marks_of(key: bytes, row: Mapping) -> Iterator[str]:
    """Every mark that a message can be known by, except its item's id."""
    yield mark(key, "raw", row["raw_id"])
    if row["submission_id"] is None:
        return
    ids = [row["submission_id"], *(f"{row['namespace']}:{later}" for later in _several(row["versions"]))]
    yield from (mark(key, "submission", own_id) for own_id in ids)
    if row["author_id"] is not None:
        yield mark(key, "author", row["namespace"], row["author_id"])
    elif len(text := match_key(row["body"])) >= TEXT_FROM:
        yield mark(key, "text", text)


def _several(versions) -> list[str]:
    return [] if versions is None else list(versions)


def read(lake: Lake) -> Tombstones:
    """The tombstones of a home, from both places. Without any no key is asked for."""
    found = tombstones.marks(lake)
    return Tombstones(bytes.fromhex(lake.key_file.read_text().strip()) if found else b"", found)

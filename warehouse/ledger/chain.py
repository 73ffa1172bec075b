"""What the chain is made of, as pure functions: digests of contents, hashes of entries, and the faults of a whole chain.

The digest of a content is salted, so that nobody can guess what was erased; the hash of an entry is over everything the
entry table says of it and over the hash before it. So it binds every earlier entry, erased or not.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

BEGINNING = "0" * 64  # stands before the first entry
ERASED = "erased"


class Row(NamedTuple):
    """An entry with its content, as stored. salt, subject, payload (JSON text), why: None where there is no content."""

    id: int
    at: str
    who: str
    kind: str
    digest: str
    hash: str
    salt: str | None
    subject: str | None
    payload: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a ledger is not what was written. what: see `faults`."""

    id: int
    what: str


def text_of(payload: dict) -> str:
    """A payload in the one form that it is stored and digested in. ValueError for what JSON does not know."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, allow_nan=False)


def new_salt() -> str:
    """128 random bits as hex: without them a digest says nothing of its content."""
    return secrets.token_hex(16)


def digest_of(salt: str, subject: str, payload: str, why: str | None) -> str:
    """Salted sha256 of a content, hex."""
    return _sha256(salt, subject, payload, why)


def hash_of(id_: int, at: str, who: str, kind: str, digest: str, before: str) -> str:
    """sha256 of an entry and the hash before it, hex."""
    return _sha256(id_, at, who, kind, digest, before)


def _sha256(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()  # JSON keeps the parts apart


def remaining(erasures: Iterable[str | None]) -> dict[int, str]:
    """id -> digest of what remains of it, by the latest word. erasures: payloads of kind `erased` in order of writing.

    What somebody put there in another shape says nothing.
    """
    told = (json.loads(payload).get("entries") for payload in erasures if payload)
    pairs = (pair for entries in told if isinstance(entries, dict) for pair in entries.items())
    return {int(id_): digest for id_, digest in pairs if id_.isascii() and id_.isdigit()}


def faults(rows: Iterable[Row], remains: Mapping[int, str]) -> Iterator[Fault]:
    """What is wrong, in order of ids. remains: what erasures tell.

    broken: the entry was changed, or one before it is gone. changed: the content is another than was written or left.
    missing: the content is gone and no entry says that it was erased.
    """
    before = BEGINNING
    for row in rows:
        if row.hash != hash_of(row.id, row.at, row.who, row.kind, row.digest, before):
            yield Fault(row.id, "broken")
        if row.salt is None:
            yield Fault(row.id, "missing")
        elif digest_of(row.salt, row.subject, row.payload, row.why) != remains.get(row.id, row.digest):
            yield Fault(row.id, "changed")
        before = row.hash

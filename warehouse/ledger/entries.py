"""Writing entries, reading them, and holding them against the chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from warehouse.ledger import chain
from warehouse.ledger.chain import ERASED, Fault, Row
from warehouse.ledger.database import Ledger, exists, reading, run, writing

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Kinds that tell what was done or is to be remembered and decide nothing.
RECORDS = ("about", "handed_out", "backup", "restore", "note", "address", "shipped")
ROWS = "SELECT id, at, who, kind, digest, hash, salt, subject, payload, why FROM entry LEFT JOIN content USING (id)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision. at: UTC, ISO 8601."""

    id: int
    at: str
    who: str
    kind: str
    subject: str
    payload: dict
    why: str | None


@dataclass(frozen=True, slots=True)
class New:
    """One decision that is to be written."""

    who: str
    kind: str
    subject: str
    payload: dict
    why: str | None = None


def append(ledger: Ledger, who: str, kind: str, subject: str, payload: dict, why: str | None = None) -> int:
    """Write one decision durably and return its id. LedgerError if it cannot be written."""
    return append_many(ledger, [New(who, kind, subject, payload, why)])[0]


def append_many(ledger: Ledger, new: Sequence[New]) -> list[int]:
    """Write several decisions durably, all or none of them, and return their ids. LedgerError if they cannot be written."""
    if not new:
        return []
    with writing(ledger) as con:
        return add(con, new)


def add(con: Connection, new: Iterable[New]) -> list[int]:
    """As append_many, within the transaction that is open."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    after = run(con, "SELECT coalesce(max(id), 0) FROM entry").scalar()
    texts = [(n.who, n.kind, n.subject, chain.text_of(n.payload), n.why) for n in new]
    rows = [(id_, at, *text) for id_, text in enumerate(texts, after + 1)]
    put(con, rows)
    return [row[0] for row in rows]


def put(con: Connection, rows: Iterable[tuple]) -> None:
    """Chain rows (id, at, who, kind, subject, payload as text, why) to what is there."""
    before = run(con, "SELECT hash FROM entry ORDER BY id DESC LIMIT 1").scalar() or chain.BEGINNING
    made = []
    for id_, at, who, kind, *content in rows:
        salt = chain.new_salt()
        digest = chain.digest_of(salt, *content)
        before = chain.hash_of(id_, at, who, kind, digest, before)
        made.append(Row(id_, at, who, kind, digest, before, salt, *content))
    write(con, made)


def write(con: Connection, rows: Iterable[Row]) -> None:
    """Rows that are chained already."""
    if values := [row._asdict() for row in rows]:
        run(con, "INSERT INTO entry VALUES (:id, :at, :who, :kind, :digest, :hash)", *values)
        run(con, "INSERT INTO content VALUES (:id, :salt, :subject, :payload, :why)", *values)


def read(ledger: Ledger, kind: str | None = None, after: int = 0) -> list[Entry]:
    """All entries in order of writing, or those of one kind, or only those after an id. One that is not there is empty.

    Of what was erased comes what remains of it. So who keeps entries and reads on has to read all again when an entry of
    kind `erased` comes.
    """
    if not exists(ledger):
        return []
    with reading(ledger) as con:
        return entries(con, kind, after)


def entries(con: Connection, kind: str | None = None, after: int = 0) -> list[Entry]:
    """As `read`, over a connection that is open."""
    wanted = "SELECT id, at, who, kind, subject, payload, why FROM entry JOIN content USING (id) WHERE id > :after"
    found = run(con, f"{wanted}{' AND kind = :kind' if kind else ''} ORDER BY id", after=after, kind=kind)
    return [Entry(*row[:5], json.loads(row[5]), row[6]) for row in found]


def digest(ledger: Ledger) -> str:
    """sha256 over all entries that a count may hang on, hex: part of what names a build's inputs."""
    told = hashlib.sha256()
    if exists(ledger):
        with reading(ledger) as con:
            for row in run(con, "SELECT id, at, who, kind, digest FROM entry ORDER BY id"):
                told.update(b"" if row.kind in RECORDS else repr(tuple(row)).encode())
    return told.hexdigest()


def head(ledger: Ledger) -> tuple[int, str]:
    """(id, hash) of the last entry; (0, …) of a ledger without any. Kept elsewhere, it shows whether the end was cut off."""
    if not exists(ledger):
        return 0, chain.BEGINNING
    with reading(ledger) as con:
        row = run(con, "SELECT id, hash FROM entry ORDER BY id DESC LIMIT 1").first()
        return tuple(row) if row else (0, chain.BEGINNING)


def verify(ledger: Ledger, known: Iterable[tuple[int, str]] = ()) -> list[Fault]:
    """Every place where the ledger is not what was written, in order; empty if all is well. LedgerError if unreadable.

    known: a `head` of each of some earlier days. Kinds of faults: see chain.faults; `cut`: a head does not stand there any
    more; `stray`: a content without an entry.
    """
    found, hashes = [], {0: chain.BEGINNING}
    if exists(ledger):
        with reading(ledger) as con:
            found = [Fault(id_, "stray") for (id_,) in run(con, "SELECT id FROM content EXCEPT SELECT id FROM entry")]
            found += chain.faults(rows(con), remains(con))
            hashes |= dict(run(con, "SELECT id, hash FROM entry").all())
    found += [Fault(id_, "cut") for id_, hash_ in known if hashes.get(id_) != hash_]
    return sorted(found, key=lambda fault: (fault.id, fault.what))


def rows(con: Connection) -> Iterable[Row]:
    """Every entry as it is stored, in order."""
    return map(Row._make, run(con, f"{ROWS} ORDER BY id"))


def remains(con: Connection) -> dict[int, str]:
    """id -> digest of what remains of what was erased."""
    told = "SELECT payload FROM entry JOIN content USING (id) WHERE kind = :kind ORDER BY id"
    return chain.remaining(run(con, told, kind=ERASED).scalars())

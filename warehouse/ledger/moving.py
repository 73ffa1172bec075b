"""Taking a ledger elsewhere: as a database file, or as lines that any machine can hold against the chain.

A line is one entry as JSON: what the two tables hold of it, hashes and salt too, and its payload as an object. What is taken
in must go on where the ledger here ends, or begin it; two that went different ways are never mixed.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.ledger import chain, database, entries, erasure
from warehouse.ledger.chain import ERASED, Row
from warehouse.ledger.database import Ledger, run

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TYPES = dict.fromkeys(Row._fields, str) | {"id": int, "payload": dict}


class NotTaken(ValueError):
    """Lines that cannot be taken in. what: `line` (no entry), `chain` (not as it was written) or `fork`; at: line or id."""

    def __init__(self, what: str, at: int):
        super().__init__(f"{what} {at}")
        self.what, self.at = what, at


def copied(ledger: Ledger) -> bytes:
    """The whole ledger as the bytes of an SQLite file, as it is at one moment, whoever is writing."""
    if not isinstance(ledger, Path):
        with tempfile.TemporaryDirectory() as folder:  # for its owner only
            take_in(Path(folder) / "ledger.sqlite", lines(ledger))
            return copied(Path(folder) / "ledger.sqlite")
    with database.reading(ledger) as con, closing(sqlite3.connect(":memory:")) as copy:
        con.connection.driver_connection.backup(copy)
        return copy.serialize()


def lines(ledger: Ledger) -> Iterator[str]:
    """Every entry as one line, in order, as they are at one moment. NotTaken if a content is missing."""
    if database.exists(ledger):
        with database.reading(ledger) as con:
            for row in entries.rows(con):
                if row.payload is None:
                    raise NotTaken("chain", row.id)
                yield json.dumps(row._asdict() | {"payload": json.loads(row.payload)}, ensure_ascii=False)


def take_in(ledger: Ledger, told: Iterable[str]) -> int:
    """Append what a ledger of `lines` has and this one lacks, all or nothing; returns how many entries. NotTaken, LedgerError.

    What was erased there is erased here.
    """
    rows = [_row(line, number) for number, line in enumerate(told, 1)]
    remains = chain.remaining(row.payload for row in rows if row.kind == ERASED)
    if fault := next(chain.faults(rows, remains), None):
        raise NotTaken("chain", fault.id)
    with database.writing(ledger) as con:
        own = run(con, "SELECT id, hash FROM entry ORDER BY id").all()
        for (id_, hash_), row in zip(own, rows, strict=False):
            if hash_ != row.hash:
                raise NotTaken("fork", id_)
        new = rows[len(own) :]
        entries.write(con, new)
        _erase_here(con, {id_ for id_, _ in own}, new, {row.id: row for row in rows})
    if any(row.kind == ERASED for row in new):
        database.wipe(ledger)
    return len(new)


def _row(line: str, number: int) -> Row:
    try:
        told = json.loads(line)
    except ValueError:
        raise NotTaken("line", number) from None
    if not isinstance(told, dict) or set(told) != set(_TYPES) or not all(_is(told[name], name) for name in _TYPES):
        raise NotTaken("line", number)
    return Row(**told | {"payload": chain.text_of(told["payload"])})


def _is(value: object, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and not isinstance(value, bool) or (name == "why" and value is None)


def _erase_here(con: Connection, own: set[int], new: Sequence[Row], rows: Mapping[int, Row]) -> None:
    erased = own & set(chain.remaining(row.payload for row in new if row.kind == ERASED))
    if erased:
        erasure.replace(con, [rows[id_]._asdict() for id_ in sorted(erased)])

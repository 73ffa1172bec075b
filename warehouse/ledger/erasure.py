"""Erasing what entries hold, openly: the content goes, what remains of it takes its place, one `erased` entry vouches for it.

The chain itself stays as it is. A trigger keeps contents from going; it is lifted within the one transaction that also
writes the `erased` entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.ledger import chain, database
from warehouse.ledger.chain import ERASED
from warehouse.ledger.database import Ledger, run
from warehouse.ledger.entries import Entry, New, add, entries

if TYPE_CHECKING:
    from sqlalchemy import Connection

FREE_WORDS = ("evidence", "name_as", "note", "address", "where")  # parts of a payload that may name somebody
Remains = Mapping[int, tuple[str, dict]]  # id -> subject and payload that an entry is left with; its `why` goes


def erase(ledger: Ledger, what: str, choose: Callable[[Sequence[Entry]], Remains], who: str = "neta") -> int:
    """Erase what `choose` says of all entries, and return how many. what: the subject of the `erased` entry.

    All in one transaction; nothing of what was there before is left in the files of the database. LedgerError.
    """
    if not database.exists(ledger):
        return 0
    with database.writing(ledger) as con:
        remains = choose(entries(con))
        if remains:
            left = [_content(id_, *remaining) for id_, remaining in sorted(remains.items())]
            told = {str(row["id"]): chain.digest_of(*list(row.values())[1:]) for row in left}
            add(con, [New(who, ERASED, what, {"entries": told})])
            replace(con, left)
    database.wipe(ledger)  # always: whoever broke off before this line begins again
    return len(remains)


def _content(id_: int, subject: str, payload: dict) -> dict[str, Any]:
    """A row of content, under a new salt."""
    return {"id": id_, "salt": chain.new_salt(), "subject": subject, "payload": chain.text_of(payload), "why": None}


def replace(con: Connection, contents: Sequence[Mapping[str, Any]]) -> None:
    """Put other contents in the place of those that are there; an `erased` entry must vouch for each."""
    with database.lifted(con, "content_keeps_rows"):
        run(con, "DELETE FROM content WHERE id = :id", *[{"id": row["id"]} for row in contents])
        run(con, "INSERT INTO content VALUES (:id, :salt, :subject, :payload, :why)", *contents)


def redact(ledger: Ledger, is_withdrawn: Callable[[str], bool], name: Callable[[str], str]) -> int:
    """Put name(id) for every id that was withdrawn, wherever in an entry it stands; drop the entry's `why` and what else
    of it is told in free words.

    Who decided what and when stays. Returns how many entries changed. See `erase`.
    """

    def withdrawn(found: Sequence[Entry]) -> Remains:
        return {entry.id: new for entry in found if (new := _redacted(entry, is_withdrawn, name))}

    return erase(ledger, "withdrawn", withdrawn)


def _redacted(entry: Entry, is_withdrawn, name) -> tuple[str, dict] | None:
    def renamed(value):
        if isinstance(value, str):
            return name(value) if is_withdrawn(value) else value
        if isinstance(value, list):
            return [renamed(part) for part in value]
        return {renamed(k): renamed(v) for k, v in value.items()} if isinstance(value, dict) else value

    subject, payload = renamed(entry.subject), renamed(entry.payload)
    if (subject, payload) == (entry.subject, entry.payload):
        return None
    return subject, {name: value for name, value in payload.items() if name not in FREE_WORDS}

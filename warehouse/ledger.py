"""The ledger: what people decided. One append-only SQLite table; the database itself refuses change and removal.

No story text is written here: what a person saw is named by its hash. Kinds, each with a payload of its own:

`code` (subject = submission_id; {dimension, codes, text_hash, as}); `as` is `contributor` where the teller corrected it,
  `adjudicator` where people had disagreed (tasks/adjudication.py).
`sample` (subject = seed; {seed, n, frame_size, probability, last_place, drawn}): stories to code, see tasks/sampling.py.
`double` (subject = seed; as `sample`): stories for two people to code, each alone, see flows/waiting.py.
`second` (subject = submission_id; {submission_ref, text_hash}): who coded it asks for a second coder.
`again` (subject = who; {drawn}): stories of their own that they code once more, without their first answer.
`undo` (subject as of what it undoes; {entries, submission_ref}): ids of entries of its writer that no longer hold, see tasks/taken_back.py.
`note` (subject = submission_id; {note, submission_ref}): what a reviewer wants remembered.
`same`, `apart` (subject and {other} = submission_ids; also their refs and text hashes): one story or two, see tasks/link.py.
`same_person`, `other_person` (subject and {other} = contributor refs): whose accounts these are, see tasks/people.py.
`coder` (subject and {name} = a coder's name): it codes from now on, see tasks/coding/in_force.py.
`llm` (subject = submission_id; {text_hash, codebook, model, answers or problem}): a model's reply, see tasks/kept_replies.py.
`consent` (subject = submission_id; {grant, withdraw, evidence, name_as}): scopes, see tasks/consent.py.
`mended` (subject = raw_id; {is_mended, problem, items}): a better source stands for a held item, see tasks/mended.py.
`about` (subject: the ref asked for; {refs}): somebody was shown what is held of them.
`handed_out` (subject: the file's name; {file, refs}): a file that holds something of these leaves the home.
`backup` (subject: the file's name; {file}), written before the file is, so that no copy goes unlisted.
`restore` (subject: the file's name; {file, made_at, items}): items withdrawn since it was made went again.
`withdrawal` (subject = keyed mark of author or submission; {scope, submissions, items, channels, verified_by}). It is the
one thing that changes rows: `redact` puts keyed names for the ids of what was withdrawn.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RECORDS = ("about", "handed_out", "backup", "restore", "note")  # kinds that tell what was done and decide nothing
FREE_WORDS = ("evidence", "name_as", "note")  # parts of a payload that may name somebody
_KEEPS_WORDS = """
CREATE TRIGGER IF NOT EXISTS ledger_keeps_words BEFORE UPDATE ON ledger
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
_TABLE = f"""
CREATE TABLE IF NOT EXISTS ledger (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      TEXT NOT NULL,
  who     TEXT NOT NULL,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  why     TEXT
);
CREATE TRIGGER IF NOT EXISTS ledger_keeps_rows BEFORE DELETE ON ledger
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS ledger_keeps_ids BEFORE INSERT ON ledger  -- INSERT OR REPLACE fires no DELETE trigger
  WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
{_KEEPS_WORDS}"""


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


def append(path: Path, who: str, kind: str, subject: str, payload: dict, why: str | None = None) -> int:
    """Write one decision durably and return its id. sqlite3.OperationalError if the file cannot be written."""
    return append_many(path, [New(who, kind, subject, payload, why)])[0]


def append_many(path: Path, new: Sequence[New]) -> list[int]:
    """Write several decisions durably, all or none of them, and return their ids."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    with _open(path) as con:
        return [_insert(con, at, one) for one in new]


def _insert(con: sqlite3.Connection, at: str, new: New) -> int:
    text = json.dumps(new.payload, ensure_ascii=False, sort_keys=True)
    cursor = con.execute(
        "INSERT INTO ledger (at, who, kind, subject, payload, why) VALUES (?, ?, ?, ?, ?, ?)",
        (at, new.who, new.kind, new.subject, text, new.why),
    )
    return cursor.lastrowid


def read(path: Path, kind: str | None = None, after: int = 0) -> list[Entry]:
    """All entries in order of writing, or those of one kind, or only those after an id. One that is not there is empty."""
    if not path.exists():
        return []
    query = "SELECT id, at, who, kind, subject, payload, why FROM ledger WHERE (?1 IS NULL OR kind = ?1) AND id > ?2"
    with _open(path) as con:
        return [
            Entry(*row[:5], json.loads(row[5]), row[6]) for row in con.execute(query + " ORDER BY id", (kind, after))
        ]


def digest(path: Path) -> str:
    """sha256 over all entries that a count may hang on, hex: part of what names a build's inputs."""
    decisions = [entry for entry in read(path) if entry.kind not in RECORDS]
    return hashlib.sha256(repr(decisions).encode()).hexdigest()


def copied(path: Path) -> bytes:
    """The whole ledger as the bytes of a database file, as it is at one moment, whoever is writing."""
    with _open(path) as con, closing(sqlite3.connect(":memory:")) as copy:
        con.backup(copy)
        return copy.serialize()


def redact(path: Path, is_withdrawn: Callable[[str], bool], name: Callable[[str], str]) -> int:
    """Put name(id) for every id that was withdrawn, wherever in an entry it stands; drop the entry's `why` and what else
    of it is told in free words.

    Who decided what and when stays. All in one transaction; nothing of the old rows is left in the file. Returns how
    many entries changed.
    """
    changed = [(entry, new) for entry in read(path) if (new := _redacted(entry, is_withdrawn, name))]
    if changed:
        with _open(path) as con:
            con.execute("PRAGMA secure_delete = ON")
            con.execute("BEGIN IMMEDIATE")
            con.execute("DROP TRIGGER ledger_keeps_words")
            con.executemany(
                "UPDATE ledger SET subject = ?, payload = ?, why = NULL WHERE id = ?",
                [(subject, payload, entry.id) for entry, (subject, payload) in changed],
            )
            con.execute(_KEEPS_WORDS)
    return len(changed)


def _redacted(entry: Entry, is_withdrawn, name) -> tuple[str, str] | None:
    def renamed(value):
        if isinstance(value, str):
            return name(value) if is_withdrawn(value) else value
        if isinstance(value, list):
            return [renamed(part) for part in value]
        return {renamed(k): renamed(v) for k, v in value.items()} if isinstance(value, dict) else value

    subject, payload = renamed(entry.subject), renamed(entry.payload)
    if (subject, payload) == (entry.subject, entry.payload):
        return None
    payload = {name: value for name, value in payload.items() if name not in FREE_WORDS}
    return subject, json.dumps(payload, ensure_ascii=False, sort_keys=True)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    con = sqlite3.connect(path, timeout=30)
    try:
        con.execute("PRAGMA synchronous = FULL")
        con.executescript(_TABLE)
        with con:
            yield con
    finally:
        con.close()

"""The ledger: what people decided. One append-only SQLite table; the database itself refuses change and removal.

Kinds so far: `code` (subject = submission_id; payload {dimension, codes, text_hash}). Later kinds bring their own
payload, never another table. No story text is written here: what a person saw is named by its hash.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_TABLE = """
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
CREATE TRIGGER IF NOT EXISTS ledger_keeps_words BEFORE UPDATE ON ledger
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""


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


def append(path: Path, who: str, kind: str, subject: str, payload: dict, why: str | None = None) -> int:
    """Write one decision durably and return its id. sqlite3.OperationalError if the file cannot be written."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    with _open(path) as con:
        cursor = con.execute(
            "INSERT INTO ledger (at, who, kind, subject, payload, why) VALUES (?, ?, ?, ?, ?, ?)",
            (at, who, kind, subject, text, why),
        )
        return cursor.lastrowid


def read(path: Path, kind: str | None = None) -> list[Entry]:
    """All entries in order of writing, or those of one kind. A ledger that is not there yet is empty."""
    if not path.exists():
        return []
    query = "SELECT id, at, who, kind, subject, payload, why FROM ledger WHERE ?1 IS NULL OR kind = ?1 ORDER BY id"
    with _open(path) as con:
        return [Entry(*row[:5], json.loads(row[5]), row[6]) for row in con.execute(query, (kind,))]


def digest(path: Path) -> str:
    """sha256 over all entries, hex: part of what names a build's inputs."""
    return hashlib.sha256(repr(read(path)).encode()).hexdigest()


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

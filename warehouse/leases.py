"""Leases: who is at work on what, for some minutes. Beside the ledger, no part of what was decided."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TABLE = "CREATE TABLE IF NOT EXISTS lease (subject TEXT PRIMARY KEY, who TEXT NOT NULL, ends REAL NOT NULL)"
_TAKE = """
INSERT INTO lease VALUES (?1, ?2, ?3)
ON CONFLICT (subject) DO UPDATE SET who = excluded.who, ends = excluded.ends WHERE who = excluded.who OR ends < ?4
"""


def claim(ledger: Path, who: str, subject: str, minutes: float = 10) -> bool:
    """Whether `who` has it now, for so many minutes from now."""
    now = time.time()
    with _open(ledger) as con:
        return con.execute(_TAKE, (subject, who, now + 60 * minutes, now)).rowcount == 1


def release(ledger: Path, who: str, subject: str) -> None:
    """It is free again, if it was theirs."""
    with _open(ledger) as con:
        con.execute("DELETE FROM lease WHERE subject = ? AND who = ?", (subject, who))


def held(ledger: Path) -> dict[str, str]:
    """subject -> who has it now."""
    with _open(ledger) as con:
        return dict(con.execute("SELECT subject, who FROM lease WHERE ends >= ?", (time.time(),)))


@contextmanager
def _open(ledger: Path) -> Iterator[sqlite3.Connection]:
    con = sqlite3.connect(ledger, timeout=30)
    try:
        con.execute(_TABLE)
        with con:
            yield con
    finally:
        con.close()

"""Taking a ledger elsewhere: as a database file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from warehouse.ledger import database


def copied(ledger: Path) -> bytes:
    """The whole ledger as the bytes of a database file, as it is at one moment, whoever is writing."""
    with database.reading(ledger) as con, closing(sqlite3.connect(":memory:")) as copy:
        con.connection.driver_connection.backup(copy)
        return copy.serialize()

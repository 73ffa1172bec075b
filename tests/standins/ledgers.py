"""The same ledger in both databases, and by the back door: what somebody could do who goes round neta."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.standins.postgresql import PostgreSQL
from warehouse.ledger import Ledger

ROOT = Path(__file__).parents[2]
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]
_TRIGGERS = [
    "entry_keeps_order", "entry_keeps_words", "entry_keeps_rows",
    "content_keeps_ids", "content_keeps_rows", "content_keeps_words",
]  # fmt: skip


class InSQLite:
    """Ledgers as files, each in a folder of its own."""

    name, server = "sqlite", None

    def __init__(self, folder: Path):
        self._folder, self._made = folder, 0

    def new(self) -> Path:
        self._made += 1
        return self._folder / str(self._made) / "ledger.sqlite"

    def execute(self, ledger: Path, *statements: str) -> None:
        with closing(sqlite3.connect(ledger, isolation_level=None)) as con:
            for statement in statements:
                con.execute(statement)

    def tamper(self, ledger: Path, *statements: str) -> None:
        """As execute, by somebody who knows how to remove what watches it."""
        self.execute(ledger, *(f"DROP TRIGGER {name}" for name in _TRIGGERS), *statements)

    def bytes_of(self, ledger: Path) -> bytes:
        return b"".join(file.read_bytes() for file in ledger.parent.iterdir())


class InPostgreSQL:
    """As InSQLite, on a server."""

    name = "postgresql"

    def __init__(self, server: PostgreSQL):
        self.server = server
        self.new, self.execute, self.bytes_of = server.database, server.execute, server.bytes_of

    def tamper(self, ledger: Ledger, *statements: str) -> None:
        self.execute(ledger, "SET session_replication_role = replica; " + "; ".join(statements))


def python(code: str, *words: object) -> subprocess.CompletedProcess:
    """A piece of code in a process of its own."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture(params=BOTH)
def backend(request, tmp_path) -> InSQLite | InPostgreSQL:
    """Each of the two databases in turn."""
    return InSQLite(tmp_path) if request.param == "sqlite" else InPostgreSQL(request.getfixturevalue("postgresql"))

"""A real PostgreSQL on loopback, in a folder of its own, without any of the machine's settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.standins.raw import unused_port

_PLACES = [*map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), "/opt/homebrew/bin"]
_BIN = shutil.which("initdb") or next(filter(None, (shutil.which("initdb", path=place) for place in _PLACES)), None)
# It refuses to run as root: then as the user that its package makes.
_AS = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


class PostgreSQL:
    """`with PostgreSQL() as server:` runs one; server.database() is the URL of a new, empty database.

    Skips the test where there is no server or no driver for it.
    """

    def __init__(self):
        if not _BIN:
            pytest.skip("PostgreSQL is not installed")
        pytest.importorskip("psycopg", reason="psycopg is not installed (make postgres)")
        self.port, self._made = unused_port(), 0

    def __enter__(self) -> PostgreSQL:
        self.folder = Path(tempfile.mkdtemp(prefix="neta-pg-"))  # pytest's own folders are closed to other users
        if _AS:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "neta", "-E", "UTF8", "--no-locale", "-N")
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", settings, "start")
        return self

    def __exit__(self, *_) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def database(self) -> str:
        self._made += 1
        self.execute(f"{self.url}/postgres", f"CREATE DATABASE ledger{self._made}")
        return f"{self.url}/ledger{self._made}"

    @property
    def url(self) -> str:
        return f"postgresql://neta@127.0.0.1:{self.port}"

    def execute(self, url: str, *statements: str) -> list[tuple]:
        """The rows of the last statement, if it has any."""
        import psycopg

        with psycopg.connect(url, autocommit=True) as con:
            for statement in statements:
                done = con.execute(statement)
            return done.fetchall() if done.description else []

    def restart(self) -> None:
        """As if the machine had lost its power."""
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "-l", self.folder / "log", "restart")

    def bytes_of(self, url: str) -> bytes:
        """Everything in the files of a database; not the server's log of changes."""
        ((oid,),) = self.execute(url, "CHECKPOINT", "SELECT oid FROM pg_database WHERE datname = current_database()")
        return b"".join(file.read_bytes() for file in (self.folder / "data" / "base" / str(oid)).iterdir())

    def _run(self, name: str, *words: object) -> None:
        command = [Path(_BIN).with_name(name), *words]
        env = os.environ | {"LC_ALL": "C"}
        done = subprocess.run(
            [*map(str, command)], **_AS, env=env, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode:
            raise RuntimeError(done.stdout.decode())

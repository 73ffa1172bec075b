"""Who may see the pages: accounts with argon2id hashes, sessions, and how often somebody tried in vain. One SQLite file.

A session's token is random and lies nowhere: the file holds its hash. A session ends when it was idle or old for too long,
and at once when its account is removed or gets another password.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AUTHOR = "author"  # the role that may do everything
IDLE_SECONDS = 12 * 3600
WHOLE_SECONDS = 7 * 86400
SHORTEST = 12  # characters of a password
LONGEST = 256
FREE = {"name": 5, "address": 20}  # failures before waiting begins; it doubles with each
MOST_WAIT = {"name": 60, "address": 900}  # seconds; a name's is short, since a stranger can bring it about
FORGOTTEN = 3600  # seconds after the last one, failures count no more
_TOUCHED = 60  # seconds: how exactly the file knows when a session was last seen
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_AT_ONCE = Semaphore(2)  # each verification takes 64 MiB
_TABLES = """
CREATE TABLE IF NOT EXISTS account (
  key           TEXT PRIMARY KEY,  -- the name, without regard to case and width
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,
  password_hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS session (
  digest   TEXT PRIMARY KEY,
  key      TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
  began_at REAL NOT NULL,
  seen_at  REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS attempt (
  subject TEXT PRIMARY KEY,  -- digest of a name or an address: people type passwords into the wrong field
  times   INTEGER NOT NULL,
  last_at REAL NOT NULL
);
"""
_BEGIN_SESSION = """
INSERT INTO session SELECT ?, key, ?, ? FROM account
WHERE key = ? AND password_hash = ?  -- which may have changed since it was verified
"""
_OPEN_SESSION = """
SELECT name, role, seen_at FROM session JOIN account USING (key) WHERE digest = ? AND began_at >= ? AND seen_at >= ?
"""
_ONE_MORE = """
INSERT INTO attempt VALUES (?1, 1, ?2) ON CONFLICT (subject) DO UPDATE SET times = times + 1, last_at = ?2
"""


class Unfit(ValueError):
    """What cannot be done with an account. key: of words.toml [access]."""

    def __init__(self, key: str, name: str):
        super().__init__(f"{key}: {name}")
        self.key, self.name = key, name


class Wait(Exception):
    """Too many attempts. seconds: until the next is heard."""

    def __init__(self, seconds: float):
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: str


@dataclass(frozen=True)
class Accounts:
    """The accounts in a file. clock: seconds since 1970."""

    file: Path
    clock: Callable[[], float] = time.time

    def any(self) -> bool:
        """Whether there is an account at all."""
        return bool(self.all())

    def all(self) -> list[Account]:
        """Every account, by name."""
        if not self.file.exists():
            return []
        with self._open() as con:
            return [Account(*row) for row in con.execute("SELECT name, role FROM account ORDER BY key")]

    def find(self, name: str) -> Account | None:
        """The account that goes by this name, also in other capitals or widths."""
        return next((one for one in self.all() if _key(one.name) == _key(name)), None)

    def add(self, name: str, role: str, password: str) -> None:
        """Unfit: bad_name, bad_password, taken; first_author: whoever comes first must be able to do everything."""
        _must_fit(name, password)
        told = _hash(password)
        with self._open() as con:
            con.execute("BEGIN IMMEDIATE")
            if role != AUTHOR and not _authors(con, but=""):
                raise Unfit("first_author", name)
            try:
                shown = unicodedata.normalize("NFKC", name)
                con.execute("INSERT INTO account VALUES (?, ?, ?, ?)", (_key(name), shown, role, told))
            except sqlite3.IntegrityError:
                raise Unfit("taken", name) from None

    def set_role(self, name: str, role: str) -> None:
        """Holds for open sessions too. Unfit: unknown, last_author."""
        with self._open() as con:
            con.execute("BEGIN IMMEDIATE")
            if role != AUTHOR and not _authors(con, but=name):
                raise Unfit("last_author", name)
            _change(con, "UPDATE account SET role = ? WHERE key = ?", role, name)

    def set_password(self, name: str, password: str) -> None:
        """Ends every session of the account. Unfit: unknown, bad_password."""
        _must_fit(name, password)
        told = _hash(password)
        with self._open() as con:
            _change(con, "UPDATE account SET password_hash = ? WHERE key = ?", told, name)
            con.execute("DELETE FROM session WHERE key = ?", (_key(name),))

    def remove(self, name: str) -> None:
        """With its sessions. Unfit: unknown; last_author, while there are others."""
        with self._open() as con:
            con.execute("BEGIN IMMEDIATE")
            others = con.execute("SELECT count(*) FROM account WHERE key <> ?", (_key(name),)).fetchone()[0]
            if others and not _authors(con, but=name):
                raise Unfit("last_author", name)
            _change(con, "DELETE FROM account WHERE key = ?", name)

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A new session's token, or None: name or password is wrong, and nothing tells which. Wait."""
        self._count_attempt(name, address)
        with self._open() as con:
            found = con.execute("SELECT password_hash FROM account WHERE key = ?", (_key(name),)).fetchone()
        if not _verified(found[0] if found else _nobodys(), password) or not found:
            return None
        token, now = secrets.token_urlsafe(32), self.clock()
        with self._open() as con:
            con.execute("DELETE FROM session WHERE began_at < ? OR seen_at < ?", _oldest(now))
            con.execute("DELETE FROM attempt WHERE subject = ?", (_subject("name", name),))
            con.execute("UPDATE attempt SET times = times - 1 WHERE subject = ?", (_subject("address", address),))
            con.execute(_BEGIN_SESSION, (_digest(token), now, now, _key(name), found[0]))
        return token

    def session(self, token: str) -> Account | None:
        """Whose session this is, if it has not ended."""
        if not self.file.exists():
            return None
        now, digest = self.clock(), _digest(token)
        with self._open() as con:
            row = con.execute(_OPEN_SESSION, (digest, *_oldest(now))).fetchone()
            if row and row[2] < now - _TOUCHED:
                con.execute("UPDATE session SET seen_at = ? WHERE digest = ?", (now, digest))
        return Account(*row[:2]) if row else None

    def sign_out(self, token: str) -> None:
        """End a session, if there is one."""
        if self.file.exists():
            with self._open() as con:
                con.execute("DELETE FROM session WHERE digest = ?", (_digest(token),))

    def _count_attempt(self, name: str, address: str) -> None:
        """Every attempt counts as failed until it succeeds, so that many at once are no way around. Wait."""
        now = self.clock()
        with self._open() as con:
            con.execute("BEGIN IMMEDIATE")
            con.execute("DELETE FROM attempt WHERE last_at < ?", (now - FORGOTTEN,))
            tried = {"name": name, "address": address}
            seconds = max(_wait(con, kind, value, now) for kind, value in tried.items())
            if seconds > 0:
                raise Wait(seconds)
            for kind, value in tried.items():
                con.execute(_ONE_MORE, (_subject(kind, value), now))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.file.exists():
            os.close(os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600))
        con = sqlite3.connect(self.file, timeout=30)
        try:
            con.execute("PRAGMA foreign_keys = ON")
            con.execute("PRAGMA secure_delete = ON")
            con.executescript(_TABLES)
            with con:
                yield con
        finally:
            con.close()


def _must_fit(name: str, password: str) -> None:
    if not fits_name(name):
        raise Unfit("bad_name", name)
    if not fits_password(name, password):
        raise Unfit("bad_password", name)


def _authors(con: sqlite3.Connection, but: str) -> int:
    """How many there are beside one."""
    query = "SELECT count(*) FROM account WHERE role = ? AND key <> ?"
    return con.execute(query, (AUTHOR, _key(but))).fetchone()[0]


def _change(con: sqlite3.Connection, statement: str, *values: str) -> None:
    """The last value is an account's name."""
    if not con.execute(statement, (*values[:-1], _key(values[-1]))).rowcount:
        raise Unfit("unknown", values[-1])


def fits_name(name: str) -> bool:
    """Letters and digits of any script, and . _ - within: it stands in commands, in the ledger and on pages."""
    shown = unicodedata.normalize("NFKC", name)
    return 0 < len(shown) <= 40 and shown[0].isalnum() and all(c.isalnum() or c in "._-" for c in shown)


def fits_password(name: str, password: str) -> bool:
    """Long enough, not longer than a hash should take, not the name, not one or two letters again and again."""
    return SHORTEST <= len(password) <= LONGEST and _key(password) != _key(name) and len(set(password)) > 3


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _hash(password: str) -> str:
    return _HASHER.hash(unicodedata.normalize("NFKC", password))  # full width and half width are one, as a person types


def _verified(told: str, password: str) -> bool:
    with _AT_ONCE:
        try:
            return _HASHER.verify(told, unicodedata.normalize("NFKC", password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    """What a name without account is held against, so that it takes as long as one with."""
    return _hash(secrets.token_urlsafe(32))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _oldest(now: float) -> tuple[float, float]:
    return now - WHOLE_SECONDS, now - IDLE_SECONDS


def _subject(kind: str, value: str) -> str:
    return _digest(f"{kind}:{_key(value) if kind == 'name' else _network(value)}")


def _network(address: str) -> str:
    """An IPv6 user has a whole /64 to try from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _wait(con: sqlite3.Connection, kind: str, value: str, now: float) -> float:
    """Seconds until another attempt is heard; 0 or less: now."""
    row = con.execute("SELECT times, last_at FROM attempt WHERE subject = ?", (_subject(kind, value),)).fetchone()
    if row is None or row[0] < FREE[kind]:
        return 0
    whole = min(2.0 ** min(row[0] - FREE[kind], 30), MOST_WAIT[kind])
    return min(row[1] + whole - now, whole)  # a clock that was set back makes nobody wait for years

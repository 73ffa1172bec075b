"""What is held back: of the published warehouse, and of what landed since; each with the source that it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from flows.settings import Settings
from tasks import held
from tasks.held import Row
from tasks.mended import mended
from warehouse import ledger, store


@dataclass(frozen=True, slots=True)
class Held:
    """One raw item that is held. reason: unreadable or invalid; detail: a key of words.toml [problem] or [rule].

    is_mended: a better source is there, and the next build lets it go; is_built: the published counts tell it.
    """

    row: Row
    stage: str
    reason: str
    detail: str
    is_built: bool
    is_mended: bool

    @property
    def source(self) -> str:
        """A short name of where it came from: the file, or the item itself where no file is known."""
        told = f"{self.row.channel}\0{self.row.file or self.row.raw_id}"
        return "q" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:15]


def held_now(settings: Settings, con: duckdb.DuckDBPyConnection | None) -> list[Held]:
    """All that is held, in order of source and landing. What landed broken since the last build is told already.

    con: on the published warehouse, None if there is none.
    """
    built, settled = _published(con) if con else ({}, set())
    done = mended(ledger.read(settings.lake.ledger))
    found = [_held(row, built, settled, done) for row in held.rows(settings.lake, built)]
    return sorted((one for one in found if one), key=_place)


def _place(one: Held) -> tuple:
    return one.row.channel, one.row.file, one.row.fetched_at, one.row.raw_id


def let_go_before(settings: Settings) -> list[Held]:
    """What left the quarantine because a better source was given."""
    done = mended(ledger.read(settings.lake.ledger))
    rows_ = [row for row in held.rows(settings.lake, done) if row.raw_id in done]
    return [Held(row, "conform", "superseded", row.problem or "", True, True) for row in rows_]


@contextmanager
def on_show(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The published warehouse, or None before the first build."""
    if not settings.lake.published.exists():
        yield None
        return
    with store.reading(settings.lake, str(settings.zone)) as con:
        yield con


def _published(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, dict], set[str]]:
    """(held raw items by raw_id, raw_ids set aside otherwise)."""
    rows = store.ask(con, store.question("held_items"))
    return {row["raw_id"]: row for row in rows}, {
        row["raw_id"] for row in store.ask(con, store.question("set_aside_otherwise"))
    }


def _held(row: Row, built: dict[str, dict], settled: Iterable[str], done: Iterable[str]) -> Held | None:
    told = built.get(row.raw_id)
    if told:
        detail = (told["detail"] or "").partition(":")[0]
        return Held(row, told["stage"], told["reason"], detail, True, row.raw_id in done)
    if row.raw_id in settled or row.problem is None:
        return None
    return Held(row, "conform", "unreadable", row.problem.partition(":")[0], False, row.raw_id in done)

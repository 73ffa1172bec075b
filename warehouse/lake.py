"""The only place that knows where things lie in a home, and how a Parquet file becomes durable.

home/
  neta.toml  secret.key  codebook/  coders/  ledger.sqlite  raw/channel=…/day=…/…parquet     kept, backed up
  tombstones                                                                        kept; again beside the home
  audit.jsonl  accounts.sqlite                                                      who looked at what; who may look
  forgetting/                                                                       withdrawals that are not finished
  inbox/<channel>/                                                                  what waits to be read
  cache/  state/  warehouse/  reports/                                              made again by `neta rebuild`
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class Busy(RuntimeError):
    """Another neta holds this home's lock."""


@dataclass(frozen=True, slots=True)
class Lake:
    """Paths of one home (absolute)."""

    home: Path
    ledger_url: str = field(default="", repr=False)  # may hold a password

    raw = property(lambda self: self.home / "raw")
    inbox = property(lambda self: self.home / "inbox")
    cache = property(lambda self: self.home / "cache")
    state = property(lambda self: self.home / "state")
    warehouse = property(lambda self: self.home / "warehouse")
    reports = property(lambda self: self.home / "reports")
    forgetting = property(lambda self: self.home / "forgetting")
    tombstones = property(lambda self: self.home / "tombstones")
    tombstones_outside = property(lambda self: self.home.with_name(f"{self.home.name}.tombstones"))
    ledger_file = property(lambda self: self.home / "ledger.sqlite")
    ledger = property(lambda self: self.ledger_url or self.ledger_file)  # what warehouse.ledger is asked with
    coders = property(lambda self: self.home / "coders")
    audit = property(lambda self: self.home / "audit.jsonl")
    accounts = property(lambda self: self.home / "accounts.sqlite")
    key_file = property(lambda self: self.home / "secret.key")
    settings_file = property(lambda self: self.home / "neta.toml")
    published = property(lambda self: self.warehouse / "warehouse.duckdb")

    def raw_files(self, channel: str = "*") -> list[Path]:
        """Raw Parquet files of one channel or of all, sorted by path."""
        found = self.raw.glob(f"channel={channel}/day=*/*.parquet")
        return sorted(file for file in found if not file.name.startswith("."))  # a killed writer leaves .tmp-… behind

    def known_ids(self, channel: str) -> set[bytes]:
        """raw_ids already landed for a channel, as bytes: a million of them take 60 MB less than as text."""
        columns = (pq.read_table(f, columns=["raw_id"], partitioning=None) for f in self.raw_files(channel))
        return {bytes.fromhex(raw_id) for table in columns for raw_id in table["raw_id"].to_pylist()}

    def item_count(self) -> int:
        """How many items raw holds, as its files' footers tell."""
        return sum(pq.read_metadata(file).num_rows for file in self.raw_files())

    def write_raw(self, table: pa.Table, channel: str, day: str) -> Path:
        """Write items (schema RAW) durably. Named by its sorted raw_ids: the same batch twice is the same file."""
        ids = table["raw_id"].to_pylist()
        name = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]
        path = self.raw / f"channel={channel}" / f"day={day}" / f"{name}.parquet"
        if not path.exists():
            write_parquet(table if ids == sorted(ids) else table.sort_by("raw_id"), path)
        return path


def read_item(lake: Lake, raw_id: str) -> dict | None:
    """One raw item, whole, or None. The one way to an original text from outside the build."""
    row = item_row(lake, raw_id)
    return None if row is None else first_of(row)


def first_of(table: pa.Table) -> dict:
    """The first row of a table, its times aware and in UTC. (to_pylist of aware times loads pandas, 50 MB.)"""
    fields = [f.with_type(pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f for f in table.schema]
    row = table.slice(0, 1).cast(pa.schema(fields)).to_pylist()[0]
    return {name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for name, value in row.items()}


def item_row(lake: Lake, raw_id: str) -> pa.Table | None:
    """As read_item, as a table of one row."""
    for file in lake.raw_files():
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:  # read_table would load pandas: 50 MB
            for group in range(opened.num_row_groups):
                if (row := _row_of(opened, group, raw_id)) is not None:
                    return row
    return None


def _row_of(opened: pq.ParquetFile, group: int, raw_id: str) -> pa.Table | None:
    column = opened.schema_arrow.get_field_index("raw_id")
    known = opened.metadata.row_group(group).column(column).statistics
    if known and known.has_min_max and not known.min <= raw_id <= known.max:
        return None
    ids = opened.read_row_group(group, columns=["raw_id"])["raw_id"].to_pylist()
    return opened.read_row_group(group).slice(ids.index(raw_id), 1) if raw_id in ids else None


def read_parquet(path: Path, columns: list[str] | None = None, filters=None) -> pa.Table:
    """A Parquet file with its page checksums verified; OSError or ValueError if it was damaged."""
    return pq.read_table(path, columns=columns, filters=filters, partitioning=None, page_checksum_verification=True)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Durable or not there at all: temporary name, fsync, rename, fsync of the folder."""
    write_durably(
        path, lambda tmp: pq.write_table(table, tmp, compression="zstd", compression_level=3, write_page_checksum=True)
    )


def write_bytes(data: bytes, path: Path) -> None:
    """As write_parquet, for plain bytes."""
    write_durably(path, lambda tmp: tmp.write_bytes(data))


def write_private(data: bytes, path: Path) -> None:
    """As write_bytes, and nobody but the owner can ever read it."""

    def write(tmp: Path) -> None:
        with os.fdopen(os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)

    write_durably(path, write)


def write_durably(path: Path, write: Callable[[Path], Any]) -> Any:
    """Call write(temporary path), make it durable, give it its name; returns what write returned."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        made = write(tmp)
        _fsync(tmp)
        tmp.replace(path)
    finally:
        tmp.unlink(missing_ok=True)
    _fsync(path.parent)
    return made


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(lake: Lake, wait_seconds: float = 600) -> Iterator[None]:
    """One writer per home. The kernel frees the lock of a process that died, so a stale holder never blocks."""
    lake.home.mkdir(parents=True, exist_ok=True)
    with (lake.home / ".lock").open("a+") as handle:
        _acquire(handle, time.monotonic() + wait_seconds, lake.home)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        _sweep(lake)
        yield


def is_locked(lake: Lake) -> bool:
    """Whether a neta is at work on this home."""
    if not (lake.home / ".lock").exists():
        return False
    with (lake.home / ".lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _sweep(lake: Lake) -> None:
    """Remove what a killed writer left behind; only the holder of the lock writes here."""
    for folder in (lake.raw, lake.cache, lake.warehouse, lake.reports, lake.state, lake.forgetting, lake.inbox):
        for stale in folder.rglob(".tmp-*"):
            stale.unlink(missing_ok=True)


def _acquire(handle, deadline: float, home: Path) -> None:
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                handle.seek(0)
                raise Busy(
                    f"{home}: another neta (process {handle.read().strip()}) is at work; try again later"
                ) from None
            time.sleep(0.1)

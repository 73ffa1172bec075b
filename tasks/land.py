"""Land: items become rows of raw, once. Bytes are durable before anything remembers that they were seen."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pyarrow as pa

from tasks import channels, conform, tombstones, worker
from tasks.channels import Item
from tasks.items import table_of
from tasks.tombstones import Tombstones
from warehouse import schema
from warehouse.lake import Lake

PARCEL_ITEMS, PARCEL_BYTES = 10_000, 16_000_000  # of one raw file: small sources share one, large ones need several


@dataclass
class Landing:
    """What one ingest of one channel did. items = new + known + withdrawn; notices: (source name, problem, detail)."""

    channel: str
    sources: int = 0
    skipped: int = 0  # files whose every byte was cut before
    items: int = 0
    new: int = 0
    known: int = 0
    withdrawn: int = 0  # of somebody who withdrew: dropped before anything was written
    is_whole: bool = True  # False: a live source could not be asked in full; the next ingest asks again
    outside: int = 0  # messages of an export that nobody chose: never stored
    problems: Counter = field(default_factory=Counter)  # new raw rows that could not be read, by problem
    notices: list[tuple[str, str, str]] = field(default_factory=list)
    unfinished: set[Path] = field(default_factory=set)  # files to read again: the reader was ended from outside

    @property
    def quarantined(self) -> int:
        return sum(self.problems.values())


def land(lake: Lake, channel: str, paths: Iterable[Path], options: Mapping, now: datetime, run_id: str) -> Landing:
    """Cut every file of `paths` and land what is new, one file after the other.

    A file that cannot be read costs one raw row (its name's hash, size, the problem), and nothing else.
    now: UTC; becomes fetched_at. Re-landing anything, in any order, lands nothing.
    """
    module, landing, known = channels.module(channel), Landing(channel), lake.known_ids(channel)
    stones = tombstones.read(lake)
    paths = list(paths)
    files = list(module.fetch(paths))
    landing.notices += [(path.name, "nothing_here", "") for path in paths if _is_barren(path, files)]
    for parcel in _parcels(_all_items(module, files, options, landing)):
        _land_parcel(lake, parcel, known, stones, now, run_id, landing)
    return landing


def with_beside(module: ModuleType, path: Path, files: Sequence[Path], options: Mapping) -> Mapping:
    """The options for one file; for a channel whose exports come in parts also `beside`, the files it belongs with."""
    return {**options, "beside": module.together(path, files)} if hasattr(module, "together") else options


def barred(path: Path) -> str | None:
    """Why a file cannot even be opened, a key of words.toml [problem]; None if it can. A pipe would never end."""
    try:
        if not path.exists():
            return "not_found"
        if not path.is_file():
            return "not_a_file"
    except OSError:  # a folder on the way to it is closed
        return "not_permitted"
    return None if os.access(path, os.R_OK) else "not_permitted"


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, hex, read as a stream; once in a run, unless the file changed."""
    state = path.stat()
    return _digest(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=10_000)
def _digest(path: Path, *_state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_barren(path: Path, files: Sequence[Path]) -> bool:
    """A folder that was named and in which the channel found nothing to read: often a ZIP that somebody unpacked."""
    return path.is_dir() and not any(file.is_relative_to(path) for file in files)


def _all_items(module: ModuleType, files: Sequence[Path], options: Mapping, landing: Landing) -> Iterator[pa.Table]:
    """The items of every file, with a column that tells the file's name."""
    for path in files:
        if problem := barred(path):
            landing.notices.append((path.name, problem, str(path)))
            continue
        landing.sources += 1
        has_items = False
        for table in _items(landing.channel, path, with_beside(module, path, files, options), landing):
            has_items = True
            yield table.append_column("source", pa.array([_shown(path)] * table.num_rows, pa.string()))
        if not has_items and not path.stat().st_size:
            landing.notices.append((path.name, "empty", ""))  # an empty mailbox is no loss, but worth a word


def _shown(path: Path) -> str:
    """A file's name as text; names from old archives need not be."""
    return path.name.encode("utf-8", "replace").decode()


def _items(channel: str, path: Path, options: Mapping, landing: Landing) -> Iterator[pa.Table]:
    """The items of one file; a failure to read it is itself an item, so that the loss is on record."""
    ending: dict = {}
    yield from worker.cut(channel, path, options, ending)
    landing.outside += ending.get("outside", 0)
    if ending.get("is_passing"):
        landing.unfinished.add(path)
    if ending.get("problem"):
        yield table_of(channel, [_broken_source(path, ending["problem"], ending["detail"])])


def _broken_source(path: Path, problem: str, detail: str) -> Item:
    context = {"file": path.name, "size": path.stat().st_size}
    return Item(f"file:{file_digest(path)}", None, "application/octet-stream", context, None, problem, detail)


def _parcels(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Tables put together until they are worth a file."""
    parcel: list[pa.Table] = []
    items = size = 0
    for table in tables:
        parcel.append(table)
        items, size = items + table.num_rows, size + table.nbytes
        if items >= PARCEL_ITEMS or size >= PARCEL_BYTES:
            yield pa.concat_tables(parcel)
            parcel, items, size = [], 0, 0
    if parcel:
        yield pa.concat_tables(parcel)


def _land_parcel(
    lake: Lake,
    parcel: pa.Table,
    known: set[bytes],
    stones: Tombstones,
    now: datetime,
    run_id: str,
    landing: Landing,
) -> None:
    rows = {bytes.fromhex(raw_id): n for n, raw_id in enumerate(parcel["raw_id"].to_pylist())}
    new = {raw_id: n for raw_id, n in rows.items() if raw_id not in known}
    landing.items += parcel.num_rows
    landing.known += parcel.num_rows - len(new)
    if not new:
        return
    # in the order of a raw file: large parcels are copied once
    table = _not_withdrawn(parcel.take([new[raw_id] for raw_id in sorted(new)]), stones, now, run_id)
    landing.withdrawn += len(new) - table.num_rows
    landing.new += table.num_rows
    if not table.num_rows:
        return
    for source, problem, detail in zip(*(table[c].to_pylist() for c in ("source", "problem", "detail")), strict=True):
        if problem:
            landing.problems[problem] += 1
            landing.notices.append((source, problem, detail or ""))
    lake.write_raw(landed(table, now, run_id), landing.channel, f"{now:%Y-%m-%d}")
    known.update(map(bytes.fromhex, table["raw_id"].to_pylist()))


def _not_withdrawn(table: pa.Table, stones: Tombstones, now: datetime, run_id: str) -> pa.Table:
    """The rows of nobody who withdrew. Who wrote an item only conform knows: asked where there are tombstones at all."""
    if not stones or not table.num_rows:
        return table
    raw = landed(table, now, run_id)
    return table.filter(pa.array([not covered for covered in stones.cover(raw, conform.in_workers(raw))]))


def landed(table: pa.Table, now: datetime, run_id: str) -> pa.Table:
    """Rows of CUT as rows of RAW. now: UTC."""
    count = table.num_rows
    table = table.append_column("fetched_at", pa.array([now] * count, schema.RAW.field("fetched_at").type))
    return (
        table.append_column("run_id", pa.array([run_id] * count, pa.string())).select(schema.RAW.names).cast(schema.RAW)
    )

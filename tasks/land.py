"""Land: items become rows of raw, once. Bytes are durable before anything remembers that they were seen."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from tasks import channels
from tasks.channels import Item, Unreadable
from tasks.memory import few_searches
from warehouse import schema
from warehouse.lake import Lake, write_bytes

BATCH_ITEMS, BATCH_BYTES = 10_000, 32_000_000  # of one raw file: small sources share one, large ones need several


@dataclass
class Landing:
    """What one ingest of one channel did. items = new + known; notices: (source name, problem, detail)."""

    channel: str
    sources: int = 0
    skipped: int = 0  # files whose every byte was cut before
    items: int = 0
    new: int = 0
    known: int = 0
    outside: int = 0  # messages of an export that nobody chose: never stored
    problems: Counter = field(default_factory=Counter)  # new raw rows that could not be read, by problem
    notices: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def quarantined(self) -> int:
        return sum(self.problems.values())


@few_searches()
def land(lake: Lake, channel: str, paths: Iterable[Path], options: Mapping, now: datetime, run_id: str) -> Landing:
    """Cut every file of `paths` and land what is new, one file after the other.

    A file that cannot be read costs one raw row (its name's hash, size, the problem), and nothing else.
    now: UTC; becomes fetched_at. Re-landing anything, in any order, lands nothing.
    """
    module, landing, known = channels.module(channel), Landing(channel), lake.known_ids(channel)
    for batch in _batches(_all_items(module, paths, options, landing)):
        _land_batch(lake, batch, known, now, run_id, landing)
    return landing


def land_inbox(lake: Lake, channel: str, inbox: Path, options: Mapping, now: datetime, run_id: str) -> Landing:
    """As `land`, for the files that wait in a channel's inbox; a file that was cut before is not cut again."""
    cursor_file = lake.state / "cursors" / f"{channel}.json"
    seen = set(json.loads(cursor_file.read_bytes())) if cursor_file.exists() else set()
    files = {file_mark(p, options): p for p in channels.module(channel).fetch([inbox])} if inbox.exists() else {}
    fresh = {mark: path for mark, path in files.items() if mark not in seen}
    landing = land(lake, channel, fresh.values(), options, now, run_id)
    landing.skipped = len(files) - len(fresh)
    if fresh:
        write_bytes(json.dumps(sorted(seen | set(fresh))).encode(), cursor_file)
    return landing


def file_mark(path: Path, options: Mapping) -> str:
    """What tells that a file needs no second look: its bytes, its kind, and the options it was cut with."""
    told = json.dumps([file_digest(path), path.suffix, options], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, hex, read as a stream."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _all_items(module, paths: Iterable[Path], options: Mapping, landing: Landing) -> Iterator[tuple[str, Item]]:
    """Every item with its source's name."""
    for path in module.fetch(paths):
        if not path.exists():
            landing.notices.append((path.name, "not_found", str(path)))
            continue
        landing.sources += 1
        has_items = False
        for item in _items(module, path, options, landing):
            has_items = True
            yield path.name, item
        if not has_items and not path.stat().st_size:
            landing.notices.append((path.name, "empty", ""))  # an empty mailbox is no loss, but worth a word


def _batches(items: Iterable[tuple[str, Item]]) -> Iterator[list[tuple[str, Item]]]:
    batch, size = [], 0
    for source, item in items:
        batch.append((source, item))
        size += len(item.payload or b"")
        if len(batch) == BATCH_ITEMS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _items(module, path: Path, options: Mapping, landing: Landing) -> Iterator[Item]:
    """The items of one file; a failure to read it is itself an item, so that the loss is on record."""
    try:
        yield from module.cut(path, options)
        landing.outside += module.outside(path, options) if hasattr(module, "outside") else 0
    except Unreadable as error:
        yield _broken_source(path, error.problem, error.detail)
    except Exception as error:  # a parser's own fault on hostile bytes: this source only
        yield _broken_source(path, "crashed", f"{type(error).__name__}: {error}"[:200])


def _broken_source(path: Path, problem: str, detail: str) -> Item:
    context = {"file": path.name, "size": path.stat().st_size}
    return Item(f"file:{file_digest(path)}", None, "application/octet-stream", context, None, problem, detail)


def _land_batch(lake, batch, known, now, run_id, landing: Landing) -> None:
    channel = landing.channel
    rows = {raw_id(channel, item): (source, item) for source, item in batch}
    fresh = {key: row for key, row in rows.items() if key not in known}
    new = {key: item for key, (_, item) in fresh.items()}
    landing.items += len(batch)
    landing.new += len(new)
    landing.known += len(batch) - len(new)
    for source, item in fresh.values():
        if item.problem:
            landing.problems[item.problem] += 1
            landing.notices.append((source, item.problem, item.detail or ""))
    if new:
        lake.write_raw(_table(new, channel, now, run_id), channel, f"{now:%Y-%m-%d}")
        known.update(new)


def raw_id(channel: str, item: Item) -> str:
    """sha256 over channel, item id and the item's own bytes, hex. Context is not part of it."""
    digest = hashlib.sha256(f"{channel}\0{item.item_id}\0".encode("utf-8", "surrogatepass"))
    digest.update(item.payload or b"")
    return digest.hexdigest()


def _table(rows: dict[str, Item], channel: str, now: datetime, run_id: str) -> pa.Table:
    items, count = list(rows.values()), len(rows)
    columns = {
        "raw_id": list(rows),
        "channel": [channel] * count,
        "item_id": [i.item_id for i in items],
        "fetched_at": [now] * count,
        "source_url": [i.source_url for i in items],
        "media_type": [i.media_type for i in items],
        "payload": [i.payload for i in items],
        "byte_count": [len(i.payload or b"") or i.context.get("size", 0) for i in items],
        "context": [json.dumps(i.context, ensure_ascii=True) for i in items],
        "problem": [i.problem for i in items],
        "detail": [i.detail for i in items],
        "run_id": [run_id] * count,
    }
    return pa.table(columns, schema=schema.RAW)

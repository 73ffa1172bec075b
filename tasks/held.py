"""Held raw items as raw knows them: which source they came from, what lay beside them there, whether a file mends them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tasks import channels, worker
from tasks.land import with_beside
from warehouse.lake import Lake, read_parquet

_COLUMNS = ["raw_id", "channel", "item_id", "context", "problem", "detail", "byte_count", "fetched_at", "run_id"]


@dataclass(frozen=True, slots=True)
class Row:
    """A raw item without what it holds. file: the source's name, "" where the item tells none; fetched_at: UTC."""

    raw_id: str
    channel: str
    item_id: str
    file: str
    problem: str | None
    where: str
    byte_count: int
    fetched_at: object
    run_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. raw_ids, item_ids: of all its items; readable: how many have no problem; problem: of the file."""

    raw_ids: frozenset[str]
    item_ids: frozenset[str]
    readable: int
    problem: str | None


def rows(lake: Lake, raw_ids: Collection[str]) -> list[Row]:
    """Those raw items, and all that landed with a problem."""
    wanted = pc.field("raw_id").isin(pa.array(raw_ids, pa.string())) | pc.field("problem").is_valid()
    return [_row(told) for file in lake.raw_files() for told in read_parquet(file, _COLUMNS, wanted).to_pylist()]


def siblings(lake: Lake, row: Row) -> set[str]:
    """item_ids of what landed from the same source in the same run."""
    same = pc.field("run_id") == row.run_id
    found = (read_parquet(file, _COLUMNS, same).to_pylist() for file in lake.raw_files(row.channel))
    others = (_row(told) for part in found for told in part)
    return {other.item_id for other in others if other.file == row.file and other.raw_id != row.raw_id}


def read(channel: str, paths: Sequence[Path], options: Mapping) -> Reading:
    """What files hold now, all together. Nothing is stored."""
    module, endings = channels.module(channel), []
    tables = []
    for path in paths:
        endings.append({})
        tables += worker.cut(channel, path, with_beside(module, path, paths, options), endings[-1])
    told = [(r, i, p) for t in tables for r, i, p in zip(*(t[c].to_pylist() for c in _TOLD), strict=True)]
    problem = next((ending["problem"] for ending in endings if ending.get("problem")), None)
    return Reading(
        frozenset(raw_id for raw_id, _, _ in told),
        frozenset(item_id for _, item_id, _ in told),
        sum(problem_ is None for _, _, problem_ in told),
        problem,
    )


_TOLD = ("raw_id", "item_id", "problem")


def is_mended(row: Row, reading: Reading, beside: Iterable[str] = ()) -> bool:
    """Whether what was read can stand for a held item: it is readable, does not hold that very item any more, and still
    holds all that lay beside it (item_ids).
    """
    is_there = row.raw_id in reading.raw_ids or reading.problem is not None
    return not is_there and reading.readable > 0 and reading.item_ids.issuperset(beside)


def _row(told: Mapping) -> Row:
    file = json.loads(told["context"] or "{}").get("file") or ""
    keys = ("raw_id", "channel", "item_id")
    return Row(
        *(told[key] for key in keys),
        str(file),
        told["problem"],
        told["detail"] or "",
        told["byte_count"],
        told["fetched_at"],
        told["run_id"],
    )

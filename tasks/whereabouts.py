"""From a ref back to the native id: possible only where the lake and its key are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tasks import conform
from tasks.refs import ref
from warehouse.lake import Lake, read_item
from warehouse.schema import RAW


def submission_id_of(lake: Lake, key: bytes, submission_ref: str, raw_id: str) -> str:
    """The native submission_id behind a ref, by its first raw item. LookupError if the two do not agree."""
    found = next(filter(None, (_in_file(file, raw_id) for file in conform.cached_files(lake))), None)
    native = found or _read(lake, raw_id)
    if native is None or ref(key, "submission", native) != submission_ref:
        raise LookupError(f"{submission_ref}: its raw item now says something else; run `neta build`")
    return native


def _in_file(file: Path, raw_id: str) -> str | None:
    ids, natives = _ids(file)
    place = pc.index(ids, pa.scalar(bytes.fromhex(raw_id), ids.type)).as_py()
    return natives[place].as_py() if place >= 0 else None


@lru_cache(maxsize=1_000)
def _ids(file: Path) -> tuple[pa.Array, pa.Array]:
    """raw_ids, as bytes, and native ids of a raw file, in one order; a file of the cache never changes."""
    table = conform.ids_in(file)
    raw_ids = pa.array([bytes.fromhex(raw_id) for raw_id in table["raw_id"].to_pylist()], pa.binary(32))
    return raw_ids, table["submission_id"].combine_chunks()


def _read(lake: Lake, raw_id: str) -> str | None:
    """From the item itself, where the build's cache is gone. LookupError if there is no such item."""
    item = read_item(lake, raw_id)
    if item is None:
        raise LookupError(f"{raw_id}: no such raw item")
    return conform.conform_table(pa.Table.from_pylist([item], schema=RAW)).to_pylist()[0]["submission_id"]

"""From a ref back to the native id: possible only where the lake and its key are."""

from __future__ import annotations

from tasks.conform import conform_table
from tasks.refs import ref
from warehouse.lake import Lake, read_item
from warehouse.schema import RAW


def submission_id_of(lake: Lake, key: bytes, submission_ref: str, raw_id: str) -> str:
    """The native submission_id behind a ref, read from its first raw item. LookupError if the two do not agree."""
    import pyarrow as pa

    item = read_item(lake, raw_id)
    if item is None:
        raise LookupError(f"{raw_id}: no such raw item")
    message = conform_table(pa.Table.from_pylist([item], schema=RAW)).to_pylist()[0]
    if message["submission_id"] is None or ref(key, "submission", message["submission_id"]) != submission_ref:
        raise LookupError(f"{submission_ref}: its raw item now says something else; run `neta build`")
    return message["submission_id"]

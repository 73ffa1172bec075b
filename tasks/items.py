"""Items as rows: what `cut` made of a source, in the shape that raw keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import pyarrow as pa

from tasks.channels import Item
from warehouse import schema

LANDED = ("fetched_at", "run_id")  # what only landing knows
CUT = pa.schema([field for field in schema.RAW if field.name not in LANDED])


def raw_id(channel: str, item: Item) -> str:
    """sha256 over channel, item id and the item's own bytes (canonical, if it has such), hex. Context is no part of it."""
    digest = hashlib.sha256(f"{channel}\0{item.item_id}\0".encode("utf-8", "surrogatepass"))
    digest.update(item.canonical or item.payload or b"")
    return digest.hexdigest()


def table_of(channel: str, items: Sequence[Item]) -> pa.Table:
    """Items → rows of RAW without LANDED. One that no table can hold (half a surrogate pair) becomes a problem itself."""
    try:
        return _table(channel, items)
    except (UnicodeEncodeError, pa.ArrowException):
        return pa.concat_tables([_alone(channel, item) for item in items] or [CUT.empty_table()])


def _alone(channel: str, item: Item) -> pa.Table:
    try:
        return _table(channel, [item])
    except (UnicodeEncodeError, pa.ArrowException) as error:
        unkept = Item(raw_id(channel, item), item.payload, "application/octet-stream")
        return _table(
            channel,
            [Item(unkept.item_id, unkept.payload, unkept.media_type, {}, None, "crashed", type(error).__name__)],
        )


def _table(channel: str, items: Sequence[Item]) -> pa.Table:
    columns = {
        "raw_id": [raw_id(channel, i) for i in items],
        "channel": [channel] * len(items),
        "item_id": [i.item_id for i in items],
        "source_url": [i.source_url for i in items],
        "media_type": [i.media_type for i in items],
        "payload": [i.payload for i in items],
        "byte_count": [len(i.payload or b"") or i.context.get("size", 0) for i in items],
        "context": [json.dumps(i.context, ensure_ascii=True) for i in items],
        "problem": [i.problem for i in items],
        "detail": [i.detail for i in items],
    }
    return pa.table(columns, schema=CUT)

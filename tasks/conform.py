"""Conform: each raw item becomes one message in the shape that all channels share. Cached per raw file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import channels, worker
from tasks.channels import Item, Message, Unreadable
from tasks.text.accounts import declared
from tasks.text.normalise import clean
from warehouse import schema
from warehouse.lake import Lake, read_parquet, write_parquet

_ROOM = Path(__file__).parent
_CODE = ("*.py", "channels/*.py", "sources/*.py", "text/*.*")
_READ = ("raw_id", "channel", "item_id", "source_url", "media_type", "payload", "context", "problem")


def messages(lake: Lake) -> pa.Table:
    """Every raw item as one row of MESSAGE, in order of raw_id; unreadable ones carry set_aside = 'unreadable'."""
    tables = [of_file(lake, file) for file in lake.raw_files()]
    table = pa.concat_tables(tables) if tables else schema.empty(schema.MESSAGE)
    return table.sort_by("raw_id")


def prune_cache(lake: Lake) -> None:
    """Remove cached tables whose raw file or code is no longer there."""
    wanted = {_cache_file(lake, file) for file in lake.raw_files()}
    for file in (lake.cache / "conform").glob("*.parquet"):
        if file not in wanted:
            file.unlink()


def forget_unreadable(lake: Lake) -> None:
    """Remove cached tables with an unreadable item: that it took too long may have been the machine's fault."""
    for raw_file in lake.raw_files():
        cached = _cache_file(lake, raw_file)
        if cached.exists() and "unreadable" in read_parquet(cached, ["set_aside"])["set_aside"].to_pylist():
            cached.unlink()


@cache
def code_version() -> str:
    """Changes whenever code that cuts, conforms or cleans changes: names the cache, so that it never lies."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in _CODE for file in _ROOM.glob(pattern)):
        digest.update(file.read_bytes())
    digest.update(f"{schema.MESSAGE}{sorted(channels.known())}".encode())
    return digest.hexdigest()[:16]


def _cache_file(lake: Lake, raw_file: Path) -> Path:
    return lake.cache / "conform" / f"{raw_file.parent.parent.name}-{raw_file.stem}-{code_version()}.parquet"


def of_file(lake: Lake, raw_file: Path) -> pa.Table:
    """A raw file's items as rows of MESSAGE, in the file's order; made once."""
    cached = _cache_file(lake, raw_file)
    if cached.exists():
        return read_parquet(cached)
    raw = read_parquet(raw_file, [*_READ, "fetched_at", "byte_count"])
    table = in_workers(raw)
    write_parquet(table, cached)
    return table


def cached_files(lake: Lake) -> list[Path]:
    """Of raw files that were conformed by this code, the files with their messages."""
    return [cached for file in lake.raw_files() if (cached := _cache_file(lake, file)).exists()]


def ids_in(cached: Path) -> pa.Table:
    """raw_id and submission_id of each message in one of cached_files(). The pages ask for it, so it is read in small
    pieces: half the memory, and no slower.
    """
    with pq.ParquetFile(cached, pre_buffer=False, page_checksum_verification=True) as file:
        return file.read(["raw_id", "submission_id"], use_threads=False)


def in_workers(raw: pa.Table) -> pa.Table:
    """Rows of RAW → as many rows of MESSAGE, in the same order, made where hostile content can do no harm."""
    return pa.concat_tables([table for piece in _pieces(raw) for table in _confined(piece)])


def _pieces(raw: pa.Table) -> Iterator[pa.Table]:
    """What a worker gets at once: so many rows, or so many bytes."""
    start = size = 0
    for end, count in enumerate(raw["byte_count"].to_pylist(), 1):
        size += count
        if end - start == worker.RECORDS or size >= worker.BATCH_BYTES or end == raw.num_rows:
            yield raw.slice(start, end - start)
            start, size = end, 0


def _confined(rows: pa.Table) -> Iterator[pa.Table]:
    """conform_table in a worker; what is too much for one is found and costs itself only."""
    try:
        yield worker.conform(rows)
    except Unreadable as error:
        if rows.num_rows == 1:
            yield _unreadable(rows, error.problem)
        else:
            yield from (table for n in range(rows.num_rows) for table in _confined(rows.slice(n, 1)))


def conform_table(raw: pa.Table) -> pa.Table:
    """RAW rows → as many MESSAGE rows. An item that its channel cannot understand costs itself only."""
    rows = [_row(item) for item in _rows(raw)]
    return pa.Table.from_pylist(rows, schema=schema.MESSAGE)


def _unreadable(raw: pa.Table, problem: str) -> pa.Table:
    rows = [_base(row) | {"set_aside": "unreadable", "detail": problem} for row in _rows(raw)]
    return pa.Table.from_pylist(rows, schema=schema.MESSAGE)


def _rows(raw: pa.Table) -> Iterator[dict]:
    """What of RAW is needed, row by row. A file's items landed at one moment or few: each is converted once only."""
    landed = raw["fetched_at"].combine_chunks().dictionary_encode()
    moments = landed.dictionary.to_pylist()
    columns = [raw[name].to_pylist() for name in _READ]
    for moment, *values in zip(landed.indices.to_pylist(), *columns, strict=True):
        yield {"fetched_at": moments[moment], **dict(zip(_READ, values, strict=True))}


_module = cache(channels.module)  # asks the disk which channels there are: once is enough


def _row(raw: dict) -> dict:
    base = _base(raw)
    if raw["problem"]:
        return base | {"set_aside": "unreadable", "detail": raw["problem"]}
    try:
        message = _module(raw["channel"]).conform(_item(raw))
    except Unreadable as error:
        return base | {"set_aside": "unreadable", "detail": error.problem}
    except Exception as error:  # hostile content: this item only; the type is told, never the content
        return base | {"set_aside": "unreadable", "detail": f"crashed:{type(error).__name__}"}
    return base | _fields(message, raw["fetched_at"])


def _base(raw: dict) -> dict:
    return {"raw_id": raw["raw_id"], "channel": raw["channel"], "received_at": raw["fetched_at"]}


def _item(raw: dict) -> Item:
    return Item(
        item_id=raw["item_id"],
        payload=raw["payload"],
        media_type=raw["media_type"],
        context=json.loads(raw["context"]),
        source_url=raw["source_url"],
    )


def _fields(m: Message, landed: datetime) -> dict:
    """Where a source tells no usable time, the time of landing stands in, and zone says `missing`."""
    body, flags = clean(m.body)
    return {
        "submission_id": f"{m.namespace}:{m.native_id}",
        "namespace": m.namespace,
        "channel": m.channel,
        "author_id": m.author_id,
        "author_name": m.author_name,
        "versions": m.versions,
        "conversation_id": m.conversation_id,
        "in_reply_to": m.in_reply_to,
        "place": m.place,
        "posted_at": m.posted_at or landed,
        "revised_at": m.revised_at,
        "zone": m.zone if m.posted_at else "missing",
        "url": m.url,
        "links": m.links,
        "title": clean(m.title)[0] if m.title else None,
        "body": body.strip(),
        "hashtags": m.hashtags,
        "needs_hashtag": m.needs_hashtag,
        "accounts": sorted({*m.accounts, *declared(body)}),
        "attribution_wish": m.attribution_wish,
        "self_codes": json.dumps(m.self_codes, ensure_ascii=False, sort_keys=True) if m.self_codes else None,
        "truncated": m.truncated,
        "flags": [*m.flags, *flags],
        "set_aside": m.set_aside,
    }

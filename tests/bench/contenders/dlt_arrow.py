"""dlt: pages read with orjson, yielded as Arrow tables, merged into DuckDB on the post's first id."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt  # noqa: E402
import duckdb  # noqa: E402
import orjson  # noqa: E402
import pyarrow as pa  # noqa: E402

from tests.bench.meter import Meter  # noqa: E402

DOES = "one flat table · merge on the post's first id, latest version stays · no raw copy, checks, masking or codes"
COLUMNS = pa.schema([
    pa.field("first_id", pa.string(), nullable=False),
    *(pa.field(name, pa.string()) for name in ("post_id", "author_id", "author_name", "username", "conversation_id")),
    pa.field("created_at", pa.timestamp("us", tz="UTC")),
    *(pa.field(name, pa.string()) for name in ("lang", "text", "referenced_id", "hashtags")),
])  # fmt: skip


def prepare(pages: Path, work: Path) -> None:
    """An empty folder for the pipeline's own state and the file."""
    work.mkdir(parents=True)


def load(pages: Path, work: Path, meter: Meter) -> int:
    """Run the pipeline. Returns rows loaded."""
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(work / "pipelines"),
        destination=dlt.destinations.duckdb(str(work / "posts.duckdb")),
        dataset_name="x",
    )
    posts = dlt.resource(
        _tables(pages),
        name="posts",
        write_disposition={"disposition": "merge", "strategy": "delete-insert"},
        primary_key="first_id",
        columns={"created_at": {"dedup_sort": "desc"}},
    )
    meter.enter("run")
    pipeline.run(posts)
    meter.enter(None)
    with duckdb.connect(work / "posts.duckdb", read_only=True) as con:
        return con.execute("SELECT count(*) FROM x.posts").fetchone()[0]


def _tables(pages: Path) -> Iterator[pa.Table]:
    for file in sorted(pages.iterdir()):
        rows = [row for line in file.read_bytes().splitlines() for row in _rows(orjson.loads(line))]
        yield pa.Table.from_pylist(rows, schema=COLUMNS)


def _rows(page: dict) -> Iterator[dict]:
    users = {user["id"]: user for user in page["includes"]["users"]}
    for post in page["data"]:
        whole, author = post.get("note_post", post), users[post["author_id"]]
        yield {
            "first_id": post["edit_history_post_ids"][0],
            "post_id": post["id"],
            "author_id": post["author_id"],
            "author_name": author["name"],
            "username": author["username"],
            "conversation_id": post["conversation_id"],
            "created_at": datetime.fromisoformat(post["created_at"]),
            "lang": post["lang"],
            "text": whole["text"],
            "referenced_id": next((r["id"] for r in post.get("referenced_posts", ())), None),
            "hashtags": orjson.dumps([h["tag"] for h in whole["entities"]["hashtags"]]).decode(),
        }

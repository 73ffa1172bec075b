"""DuckDB alone: one statement from the JSON pages to a table of posts."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.bench.meter import Meter

DOES = "the same flat table by one CREATE TABLE … AS SELECT over read_json · latest version stays · nothing else"
SQL = """
CREATE TABLE posts AS
WITH page AS (
  SELECT data, includes.users AS users
  FROM read_json($files, format = 'newline_delimited', maximum_object_size = 67108864, union_by_name = true)
),
post AS (SELECT unnest(data) AS post FROM page),
author AS (SELECT DISTINCT ON (u.id) u.id, u.name, u.username FROM (SELECT unnest(users) AS u FROM page)),
flat AS (
  SELECT
    post.edit_history_post_ids[1] AS first_id, post.id AS post_id, post.author_id, post.conversation_id,
    post.created_at::TIMESTAMPTZ AS created_at, post.lang, coalesce(post.note_post.text, post.text) AS text,
    post.referenced_posts[1].id AS referenced_id,
    list_transform(coalesce(post.note_post.entities.hashtags, post.entities.hashtags), lambda h: h.tag) AS hashtags
  FROM post
),
latest AS (SELECT first_id, max(created_at) AS created_at FROM flat GROUP BY first_id)
SELECT flat.*, author.name AS author_name, author.username
FROM flat SEMI JOIN latest USING (first_id, created_at)
LEFT JOIN author ON author.id = flat.author_id
"""


def prepare(pages: Path, work: Path) -> None:
    """An empty folder for the file."""
    work.mkdir(parents=True)


def load(pages: Path, work: Path, meter: Meter) -> int:
    """Run the statement. Returns rows loaded."""
    meter.enter("statement")
    with duckdb.connect(work / "posts.duckdb") as con:
        con.execute(SQL, {"files": f"{pages}/*.jsonl"})
        count = con.execute("SELECT count(*) FROM posts").fetchone()[0]
    meter.enter(None)
    return count

"""The warehouse file: whole or not there, the same for the same inputs, and a door that opens nothing else."""

from __future__ import annotations

import copy
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tasks.estimate import estimated
from warehouse import store
from warehouse.lake import Lake

ZONE = "Asia/Tokyo"


def print_of(call, folder: Path, part: str | None = None) -> str:
    con = store.open_locked(call.build(folder / "print.duckdb"), ZONE)
    try:
        return store.fingerprint(con, part)
    finally:
        con.close()


@pytest.fixture
def told(call):
    call.story("a", topic="oak pear", raw=["r1", "r2"])
    call.story("b", topic="apple", title_masked="題")
    call.item("old")
    call.set_aside("old", "conform", "superseded")
    return call


def test_the_fingerprint_does_not_see_order_or_when_it_ran(told, tmp_path):
    once = print_of(told, tmp_path)
    other = copy.deepcopy(told)
    for rows in (other.submissions, other.items, other.claims):
        rows.reverse()
    other.run = "run-2"
    for row in other.items:
        row["fetched_at"] += timedelta(days=3)
    for row in other.submissions:
        row["received_at"] += timedelta(days=3)
    assert print_of(other, tmp_path) == once


def test_what_does_not_fit_into_memory_spills_where_it_is_told_and_goes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home/spill").mkdir(parents=True)
    (tmp_path / "home/spill/left").touch()
    con = store.workshop(tmp_path / "home/spill")
    con.execute(
        "SET memory_limit = '50MB'; CREATE TEMP TABLE large AS SELECT hash(i) AS h FROM range(8_000_000) AS t(i)"
    )
    assert [file.name for file in (tmp_path / "home/spill").iterdir()] != ["left"]
    con.close()
    assert [file.name for file in tmp_path.rglob("*")] == ["home"]


CHANGES = {
    "text": lambda c: c.submissions[0].update(body_masked="another body"),
    "no title and an empty one": lambda c: c.submissions[0].update(title_masked=""),
    "time": lambda c: c.submissions[0].update(posted_at=c.submissions[0]["posted_at"] + timedelta(seconds=1)),
    "code": lambda c: c.claims[0].update(code="no"),
    "certainty": lambda c: c.claims[0].update(probability=0.899),
    "what became of an item": lambda c: c.aside[0].update(reason="unreadable"),
    "one row twice": lambda c: c.items.append(c.items[0]),
}


def test_the_fingerprint_sees_every_other_change(told, tmp_path):
    once, unseen = print_of(told, tmp_path), []
    for name, change in CHANGES.items():
        changed = copy.deepcopy(told)
        change(changed)
        if print_of(changed, tmp_path) == once:
            unseen.append(name)
    assert unseen == []


def test_the_intake_part_does_not_depend_on_the_coder(told, tmp_path):
    once = print_of(told, tmp_path, "intake")
    told.claim("b", probability=0.5, topic="oak")
    told.submissions[1]["story_id"] = "story-a"
    assert print_of(told, tmp_path, "intake") == once
    told.submissions[1]["body_masked"] = "another body"
    assert print_of(told, tmp_path, "intake") != once


def test_a_build_that_fails_leaves_what_was_there(told, tmp_path):
    path = told.build(tmp_path / "warehouse-1.duckdb")
    before = path.read_bytes()
    inputs = told.inputs()
    inputs["in_coding"] = inputs["in_coding"].drop_columns(["coder"])
    for target in (path, tmp_path / "warehouse-2.duckdb"):
        with pytest.raises(duckdb.Error):
            store.build(target, inputs, ["told", "mood", "topic"], ZONE, estimated)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["warehouse-1.duckdb"]


def test_publishing_keeps_readers_alive_and_three_generations(told, tmp_path):
    lake = Lake(tmp_path)
    for number in range(1, 6):
        told.run = f"run-{number}"
        store.publish(lake, told.build(lake.warehouse / f"warehouse-{number}.duckdb"))
        if number == 1:
            old = store.open_locked(lake.published.resolve(), ZONE)
    assert old.execute("SELECT version, (SELECT count(*) FROM fct_item) FROM dim_build").fetchone() == ("run-1", 4)
    old.close()
    with store.reading(lake, ZONE) as con:
        assert con.execute("SELECT version FROM dim_build").fetchone() == ("run-5",)
    kept = sorted(p.name for p in lake.warehouse.iterdir())
    assert kept == ["warehouse-3.duckdb", "warehouse-4.duckdb", "warehouse-5.duckdb", "warehouse.duckdb"]
    assert lake.published.is_symlink() and lake.published.stat().st_mode & 0o777 == 0o444


def test_nothing_published_is_told_as_such(tmp_path):
    with pytest.raises(store.NotBuilt), store.reading(Lake(tmp_path), ZONE):
        pass


# {there}: a file beside the warehouse · {new}: one that is not there yet · {own}: the warehouse itself
HOSTILE = """
SELECT * FROM read_text('{there}')
SELECT * FROM read_blob('{there}')
SELECT * FROM read_csv('{there}')
SELECT * FROM read_csv('/etc/passwd', sep=':')
SELECT * FROM read_json('{there}')
SELECT * FROM read_parquet('{there}')
SELECT * FROM parquet_metadata('{there}')
SELECT * FROM sniff_csv('{there}')
SELECT * FROM glob('{folder}/*')
SELECT * FROM '{there}'
SELECT * FROM "{there}"
SELECT * FROM query_table('{there}')
SELECT * FROM query('SELECT * FROM read_text(''{there}'')')
SELECT * FROM in_python
CREATE TEMP TABLE t AS SELECT * FROM read_text('{there}')
COPY (SELECT 1) TO '{new}'
COPY (SELECT 1) TO '{own}'
COPY (SELECT 1) TO '{own}.wal'
COPY fct_item TO '{new}' (FORMAT parquet)
EXPORT DATABASE '{new}'
IMPORT DATABASE '{folder}'
ATTACH '{new}' AS made
ATTACH '{other}' AS other
ATTACH '{own}' AS again (READ_WRITE)
INSTALL httpfs
LOAD httpfs
LOAD '{there}'
SET enable_external_access = true
SET disabled_filesystems = ''
SET lock_configuration = false
SET python_enable_replacements = true
SET memory_limit = '1TB'
RESET TimeZone
PRAGMA profiling_output = '{new}'
CALL enable_logging(storage = 'file', storage_path = '{new}')
CREATE PERSISTENT SECRET s (TYPE http)
INSERT INTO mart_total SELECT * FROM mart_total
DELETE FROM fct_item
UPDATE fct_story SET is_counted = true
DROP TABLE fct_item
CREATE TABLE fct_new AS SELECT 1
ALTER TABLE fct_item ADD COLUMN x INT
"""


def test_the_ad_hoc_door_opens_nothing_but_the_warehouse(told, tmp_path):
    own = told.build(tmp_path / "own" / "w.duckdb")
    other = told.build(tmp_path / "other.duckdb")
    (tmp_path / "there.csv").write_text("a,b\nsecret,1\n")
    places = {"own": own, "other": other, "folder": tmp_path, "there": tmp_path / "there.csv", "new": tmp_path / "new"}
    before = _files(tmp_path)
    in_python = pa.table({"a": [1]})  # noqa: F841 - a replacement scan would find it
    answered = []
    for line in HOSTILE.strip().splitlines():
        con = store.open_locked(own, ZONE)
        try:
            con.execute(line.format(**places)).fetchall()
            answered.append(line)
        except duckdb.Error:
            pass
        finally:
            con.close()
    assert answered == []
    assert _files(tmp_path) == before


def test_the_door_still_answers_what_an_author_asks(told, tmp_path):
    con = store.open_locked(told.build(tmp_path / "w.duckdb"), ZONE)
    con.execute("CREATE TEMP TABLE mine AS SELECT * FROM fct_item")
    assert con.execute("SELECT count(*) FROM mine JOIN fct_item USING (raw_id)").fetchone() == (4,)
    con.close()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_one_process_may_open_it_twice_and_is_locked_in_twice(told, tmp_path):
    path = told.build(tmp_path / "twice.duckdb")
    (tmp_path / "a.csv").write_text("a\n1\n")
    first, second = store.open_locked(path, ZONE), store.open_locked(path, ZONE)
    for con in (first, second):
        assert con.execute("SELECT count(*) FROM fct_story").fetchone() == (2,)
        with pytest.raises(duckdb.Error):
            con.execute(f"FROM '{tmp_path / 'a.csv'}'")
        con.close()

"""The build: the same from what is kept, nothing when nothing changed, and never a step back when it fails."""

from __future__ import annotations

import json
import shutil

import pytest

from flows.build import build
from flows.ingest import ingest
from flows.settings import SettingsError, load
from tasks import conform
from warehouse import codebook, counts, ledger, store
from warehouse.lake import read_parquet, write_parquet
from warehouse.words import Words

KEPT = ("raw", "ledger.sqlite", "secret.key", "neta.toml", "codebook")


def fingerprint(settings) -> str:
    with store.reading(settings.lake, str(settings.zone)) as con:
        return store.fingerprint(con)


def published(settings) -> str:
    return settings.lake.published.resolve().name


def test_what_is_kept_gives_the_same_warehouse_in_another_zone_and_language(sample_home, neta, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in KEPT:
        source = sample_home.path / name
        if source.is_dir():
            shutil.copytree(source, kept / name)
        elif source.exists():
            shutil.copy(source, kept / name)
    elsewhere = {"TZ": "America/New_York", "LANG": "C", "PYTHONHASHSEED": "7"}
    assert neta("rebuild", "--home", kept, **elsewhere).returncode == 3  # what it holds back is new to this home
    assert fingerprint(load(kept)) == fingerprint(load(sample_home.path))


def test_nothing_changed_means_no_new_build_and_a_decision_means_one(told):
    settings, before = told.settings, published(told.settings)
    again = build(settings)
    assert (again.changed, f"warehouse-{again.version}.duckdb", published(settings)) == (False, before, before)
    ingest(settings, "x_hashtag")
    assert not build(settings).changed
    ledger.append(settings.lake.ledger, "editor", "used", "x:1", {"where": "第1章"})
    assert build(settings).changed


def test_a_build_that_fails_leaves_the_published_one_and_is_on_record(told):
    settings = told.settings
    before, name = fingerprint(settings), published(settings)
    raw = settings.lake.raw_files()[0]
    whole = raw.read_bytes()
    raw.write_bytes(whole[: len(whole) // 2])
    with pytest.raises((OSError, ValueError)):
        build(settings, empty_cache=True)
    assert (fingerprint(settings), published(settings)) == (before, name)
    runs = [json.loads(line) for line in (settings.lake.state / "runs.jsonl").read_text().splitlines()]
    assert [(run["kind"], run["status"]) for run in runs] == [
        ("ingest", "done"),
        ("build", "done"),
        ("build", "failed"),
    ]
    raw.write_bytes(whole)
    build(settings, empty_cache=True)
    assert fingerprint(settings) == before


def test_a_home_without_anything_builds(real_home):
    build(real_home.settings)
    with store.reading(real_home.settings.lake, "Asia/Tokyo") as con:
        assert counts.totals(con)["story_count"] == 0


def test_the_cache_is_used_and_is_named_by_what_makes_it(told):
    settings, messages = told.settings, conform.messages(told.settings.lake)
    (cached,) = (settings.lake.cache / "conform").glob("*.parquet")
    assert conform.code_version() in cached.name
    write_parquet(messages.slice(0, 0), cached)
    assert conform.messages(settings.lake).num_rows == 0  # so the cache is what was read
    cached.rename(cached.with_name("made-by-other-code.parquet"))
    assert conform.messages(settings.lake).equals(messages)
    conform.prune_cache(settings.lake)
    assert list((settings.lake.cache / "conform").glob("*")) == [cached] and read_parquet(cached).equals(messages)


def test_a_lost_key_is_told_and_never_replaced(told):
    settings = told.settings
    settings.lake.key_file.unlink()
    with pytest.raises(SettingsError, match="控え"):
        build(settings)
    assert not settings.lake.key_file.exists()


# What the sample's warehouse must agree with itself on.


@pytest.fixture(scope="module")
def sample(sample_home):
    with store.reading(load(sample_home.path).lake, "Asia/Tokyo") as con:
        yield con


def one(con, sql: str):
    return con.execute(sql).fetchone()


def test_every_raw_item_of_the_sample_is_in_the_account(sample, sample_home):
    landed = sum(read_parquet(file, ["raw_id"]).num_rows for file in load(sample_home.path).lake.raw_files())
    lines = counts.account(sample, Words())
    assert landed == lines[-1]["received"] == one(sample, "SELECT item_count FROM mart_total")[0]
    assert all(line["received"] == sum(line[outcome] for outcome in counts.OUTCOMES) for line in lines)
    for name in ("received", *counts.OUTCOMES):
        assert sum(line[name] for line in lines[:-1]) == lines[-1][name]
    told = sum(row["item_count"] for row in counts.reasons(sample, Words()))
    assert lines[-1]["received"] - lines[-1]["counted"] - lines[-1]["joined"] == told
    distinct = "SELECT count(*) = count(DISTINCT raw_id) FROM fct_item"
    assert one(sample, distinct)[0]


def test_counted_submissions_are_the_representatives_of_the_stories(sample):
    counted = one(sample, "SELECT count(*) FROM fct_item WHERE outcome = 'counted'")[0]
    tellings = one(sample, "SELECT telling_count, submission_count FROM mart_total")
    representatives = one(
        sample, "SELECT count(*), count(DISTINCT story_id) FROM fct_submission WHERE is_representative"
    )
    assert counted == tellings[0] == representatives[0] == representatives[1] < tellings[1]
    held = "SELECT any_value(item_count) = count(*) AS same FROM fct_item JOIN fct_submission USING (submission_ref)"
    assert one(sample, f"SELECT bool_and(same) FROM ({held} GROUP BY submission_ref)")[0]


def test_marts_agree_with_facts_and_with_the_counts_that_people_see(sample):
    total = counts.totals(sample)
    row = one(sample, "SELECT story_count, person_count, reviewed_count, apart_count, not_story_count FROM mart_total")
    assert row == tuple(
        total[n] for n in ("story_count", "person_count", "reviewed_count", "apart_count", "not_story_count")
    )
    assert one(sample, "SELECT count(*) FROM fct_story WHERE is_counted")[0] == total["story_count"] > 300
    for name, dimension in counts.dimensions(sample).items():
        told = {(r["level"], r["code"]): r["story_count"] for r in counts.breakdown(sample, name, Words()).rows}
        mart = f"SELECT level, code, sum(story_count)::INT FROM mart_story_{name} GROUP BY ALL"
        assert {(level, code): n for level, code, n in sample.execute(mart).fetchall()} == {
            k: n for k, n in told.items() if n
        }
        codes = sum(n for (level, _), n in told.items() if level == "code")
        any_code = (
            f"SELECT count(DISTINCT story_id) FROM bridge_story_{name} JOIN fct_story USING (story_id) WHERE is_counted"
        )
        with_one = one(sample, any_code)[0]
        assert codes >= with_one if dimension["is_multi"] else codes == with_one
    for name in ("channel", "month"):
        rows = counts.breakdown(sample, name, Words()).rows
        assert sum(r["story_count"] for r in rows) >= total["story_count"]
    assert sum(r["story_count"] for r in counts.breakdown(sample, "month", Words()).rows) == total["story_count"]


def test_every_cell_that_is_counted_can_be_explained(sample):
    cells = 0
    for name in [n for n, d in counts.dimensions(sample).items() if d["is_charted"]] + ["channel", "month"]:
        for row in counts.breakdown(sample, name, Words()).rows:
            found = counts.stories(sample, {name: row["value"]}, False, Words())
            assert len(found) == row["story_count"], (name, row)
            assert all(s["submissions"] and all(t["raw_ids"] for t in s["submissions"]) for s in found)
            cells += 1
    assert cells > 60
    assert all(
        d.charted == counts.dimensions(sample)[d.name]["is_charted"]
        for d in codebook.load(codebook.BUILT_IN).dimensions
    )

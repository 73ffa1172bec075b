"""Every rule of every suite has bad rows that it alone catches; rows in, names of rules out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from expectations import suites
from expectations.validate import SuiteError, Validation, validate
from warehouse.words import Words

CHANNELS = ("email", "x_hashtag")
SUITES = {
    "raw": suites.raw(CHANNELS),
    "submission": suites.submission(CHANNELS),
    "coding": suites.coding({"platform": {"x", "note"}, "benefit": {"learning"}}),
    "story": suites.story(),
}
RECEIVED = datetime(2026, 4, 2, 3, 4, 5, 678_901, tzinfo=UTC)
TIME = pa.timestamp("us", tz="UTC")
SCHEMAS = {
    "raw": {
        "raw_id": pa.string(),
        "channel": pa.string(),
        "fetched_at": TIME,
        "has_payload": pa.bool_(),
        "problem": pa.string(),
        "byte_count": pa.int64(),
    },
    "submission": {
        "submission_id": pa.string(),
        "namespace": pa.string(),
        "channel": pa.string(),
        "author_id": pa.string(),
        "posted_at": TIME,
        "received_at": TIME,
        "title": pa.string(),
        "body": pa.string(),
        "zone": pa.string(),
        "truncated": pa.bool_(),
        "flags": pa.list_(pa.string()),
        "body_length": pa.int64(),
    },
    "coding": {
        "submission_ref": pa.string(),
        "dimension": pa.string(),
        "code": pa.string(),
        "probability": pa.float64(),
        "evidence_start": pa.int64(),
        "evidence_end": pa.int64(),
        "masked_length": pa.int64(),
    },
    "story": {"story_id": pa.string(), "first_told_at": TIME, "member_count": pa.int64()},
}
GOOD = {
    "raw": {"channel": "email", "fetched_at": RECEIVED, "has_payload": True, "byte_count": 120},
    "submission": {
        "namespace": "x",
        "channel": "x_hashtag",
        "author_id": "9000000001",
        "posted_at": RECEIVED - timedelta(hours=2),
        "received_at": RECEIVED,
        "body": "ブログがきっかけで仕事が決まりました。",
        "zone": "explicit",
        "truncated": False,
        "flags": [],
        "body_length": 19,
    },
    "coding": {
        "dimension": "platform",
        "code": "note",
        "probability": 0.75,
        "evidence_start": 3,
        "evidence_end": 8,
        "masked_length": 20,
    },
    "story": {"first_told_at": RECEIVED, "member_count": 2},
}
ID = {"raw": "raw_id", "submission": "submission_id", "coding": "submission_ref", "story": "story_id"}

# (stage, the one rule that catches it, what is wrong with an otherwise good row)
BAD = [
    ("raw", "raw_id_malformed", {"raw_id": "A" * 64}),
    ("raw", "raw_id_malformed", {"raw_id": "a" * 63}),
    ("raw", "raw_id_malformed", {"raw_id": "a" * 64 + "\n"}),
    ("raw", "raw_id_malformed", {"raw_id": None}),
    ("raw", "raw_id_repeated", {"raw_id": "b" * 64}),
    ("raw", "raw_id_repeated", {"raw_id": "b" * 64}),
    ("raw", "raw_channel_unknown", {"channel": "fax"}),
    ("raw", "raw_channel_unknown", {"channel": None}),
    ("raw", "payload_lost", {"has_payload": False}),
    ("raw", "payload_lost", {"has_payload": None}),
    ("raw", "byte_count_negative", {"byte_count": -1}),
    ("raw", "byte_count_negative", {"byte_count": None}),
    ("raw", "fetched_at_missing", {"fetched_at": None}),
    ("submission", "submission_id_malformed", {"submission_id": "12345"}),
    ("submission", "submission_id_malformed", {"submission_id": "x:"}),
    ("submission", "submission_id_malformed", {"submission_id": None}),
    ("submission", "namespace_missing", {"namespace": None}),
    ("submission", "channel_unknown", {"channel": "fax"}),
    ("submission", "channel_unknown", {"channel": None}),
    ("submission", "body_length_impossible", {"body_length": 2_000_001}),
    ("submission", "body_length_impossible", {"body_length": None}),
    ("submission", "received_at_missing", {"received_at": None}),
    ("submission", "posted_at_missing", {"posted_at": None}),
    ("submission", "posted_too_early", {"posted_at": datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)}),
    ("submission", "posted_after_received", {"posted_at": RECEIVED + timedelta(days=1, microseconds=1)}),
    ("submission", "author_unknown", {"author_id": None}),
    ("submission", "body_very_short", {"body_length": 9}),
    ("submission", "zone_not_told", {"zone": "assumed"}),
    ("submission", "body_truncated", {"truncated": True}),
    ("submission", "body_without_kana", {"body": "Thank you for the great story."}),
    ("submission", "body_garbled", {"body": "ブログ\ufffdきっかけで"}),
    ("coding", "code_unknown", {"code": "mixi"}),
    ("coding", "code_unknown", {"dimension": "benefit"}),  # note is a code, but of another dimension
    ("coding", "code_unknown", {"code": None}),
    ("coding", "probability_impossible", {"probability": 1.001}),
    ("coding", "probability_impossible", {"probability": -0.001}),
    ("coding", "probability_impossible", {"probability": None}),
    ("coding", "evidence_half", {"evidence_start": None}),
    ("coding", "evidence_half", {"evidence_end": None}),
    ("coding", "evidence_before_text", {"evidence_start": -1}),
    ("coding", "evidence_reversed", {"evidence_start": 9}),
    ("coding", "evidence_beyond_text", {"evidence_end": 21}),
    ("story", "story_id_missing", {"story_id": None}),
    ("story", "story_id_missing", {"story_id": ""}),
    ("story", "first_told_at_missing", {"first_told_at": None}),
    ("story", "story_without_members", {"member_count": 0}),
    ("story", "story_without_members", {"member_count": None}),
]

# what stands exactly on a limit, or lacks what may be lacking, breaks nothing
FINE = [
    ("raw", {}),
    ("raw", {"has_payload": False, "problem": "too_large"}),
    ("raw", {"byte_count": 0}),
    ("submission", {}),
    ("submission", {"submission_id": "mail:<a b@example.jp>", "title": None}),
    ("submission", {"body_length": 10}),
    ("submission", {"body_length": 2_000_000}),
    ("submission", {"posted_at": datetime(2000, 1, 1, tzinfo=UTC)}),
    ("submission", {"posted_at": RECEIVED + timedelta(days=1)}),
    ("submission", {"truncated": None}),
    ("submission", {"body": "ﾌﾞﾛｸﾞ"}),
    ("coding", {}),
    ("coding", {"probability": 0.0}),
    ("coding", {"probability": 1.0}),
    ("coding", {"evidence_start": None, "evidence_end": None}),
    ("coding", {"evidence_start": 0, "evidence_end": 20}),
    ("coding", {"evidence_start": 5, "evidence_end": 5}),
    ("story", {}),
    ("story", {"member_count": 1}),
]


def frame_of(stage: str, changes: list[dict]):
    """A frame as Parquet gives it: one good row for each dict of changes."""
    prefix = "x:" if stage == "submission" else ""
    rows = [{**GOOD[stage], ID[stage]: f"{prefix}{i:064x}", **change} for i, change in enumerate(changes)]
    return pa.Table.from_pylist(rows, pa.schema(SCHEMAS[stage])).to_pandas()


def broken(validation: Validation, rows: int) -> list[set[str]]:
    """For each row the names of the rules it breaks."""
    found: list[set[str]] = [set() for _ in range(rows)]
    for result in validation.results:
        for row in result.failed_rows:
            found[row].add(result.rule.name)
    return found


def of(stage: str) -> list[tuple[str, dict]]:
    return [(rule, change) for where, rule, change in BAD if where == stage]


@pytest.mark.parametrize("stage", SUITES)
def test_each_bad_row_is_caught_by_its_rule_alone(stage):
    table = of(stage)
    found = broken(validate(frame_of(stage, [c for _, c in table]), SUITES[stage], ID[stage]), len(table))
    assert list(zip(table, found, strict=True)) == [(row, {row[0]}) for row in table]


@pytest.mark.parametrize("stage", SUITES)
def test_what_stands_on_a_limit_passes(stage):
    changes = [change for where, change in FINE if where == stage]
    found = broken(validate(frame_of(stage, changes), SUITES[stage], ID[stage]), len(changes))
    assert list(zip(changes, found, strict=True)) == [(change, set()) for change in changes]


@pytest.mark.parametrize("stage", SUITES)
def test_critical_rows_are_set_aside_and_warnings_are_not(stage):
    table = of(stage)
    severity = {rule.name: rule.severity for rule in SUITES[stage]}
    validation = validate(frame_of(stage, [c for _, c in table]), SUITES[stage], ID[stage])
    critical = {row: rule for row, (rule, _) in enumerate(table) if severity[rule] == "critical"}
    assert validation.set_aside_rows == critical


@pytest.mark.parametrize("stage", SUITES)
def test_every_rule_has_a_bad_row(stage):
    assert {rule for rule, _ in of(stage)} == {rule.name for rule in SUITES[stage]}


@pytest.mark.parametrize("stage", SUITES)
def test_a_missing_column_fails_the_whole_batch_and_is_named(stage):
    whole = frame_of(stage, [{}])
    unread = {"submission_ref", "title", "flags"}
    for column in set(whole.columns) - unread:
        with pytest.raises(SuiteError) as told:
            validate(whole.drop(columns=column), SUITES[stage], "row")
        assert (told.value.problem, told.value.detail) == ("column_missing", column)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_rule_says_what_why_and_what_to_do_and_no_words_are_left_over(language):
    from warehouse.words import _entries

    names = [rule.name for suite in SUITES.values() for rule in suite]
    needed = {name + part for name in names for part in ("", "_why", "_do")}
    assert len(set(names)) == len(names)
    assert needed == set(_entries()["rule"])
    assert all(Words(language)(f"rule.{key}").strip() for key in needed)

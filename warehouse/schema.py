"""The shapes that Parquet holds: RAW, MESSAGE, SUBMISSION, CODING. Each field is described once, in fields.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pyarrow as pa

from warehouse.scopes import SCOPES

TIME = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.string())
_FIELDS = Path(__file__).parent / "fields.toml"


@cache
def descriptions() -> dict[str, dict[str, str]]:
    """Column name -> {"ja": …, "en": …}, for every column of every layer."""
    return tomllib.loads(_FIELDS.read_text(encoding="utf-8"))


def described(column: str) -> str:
    """A column's description as it stands in COMMENT ON and in Parquet metadata; <dimension>_code is described as code."""
    fields = descriptions()
    words = fields["code"] if column.endswith("_code") and column not in fields else fields[column]
    return f"{words['ja']} / {words['en']}"


def _schema(*fields: tuple[str, pa.DataType] | tuple[str, pa.DataType, bool]) -> pa.Schema:
    """Fields are (name, type) and nullable unless a third part says False."""
    return pa.schema(
        pa.field(name, kind, nullable=rest[0] if rest else True, metadata={"comment": described(name)})
        for name, kind, *rest in fields
    )


RAW = _schema(
    ("raw_id", pa.string(), False),
    ("channel", pa.string(), False),
    ("item_id", pa.string(), False),
    ("fetched_at", TIME, False),
    ("source_url", pa.string()),
    ("media_type", pa.string(), False),
    ("payload", pa.binary()),
    ("byte_count", pa.int64(), False),
    ("context", pa.string()),
    ("problem", pa.string()),
    ("detail", pa.string()),
    ("run_id", pa.string(), False),
)

MESSAGE = _schema(
    ("raw_id", pa.string(), False),
    ("submission_id", pa.string()),
    ("namespace", pa.string()),
    ("channel", pa.string(), False),
    ("author_id", pa.string()),
    ("author_name", pa.string()),
    ("versions", TEXTS),
    ("conversation_id", pa.string()),
    ("in_reply_to", pa.string()),
    ("place", pa.int64()),
    ("posted_at", TIME),
    ("revised_at", TIME),
    ("received_at", TIME, False),
    ("zone", pa.string()),
    ("url", pa.string()),
    ("links", TEXTS),
    ("title", pa.string()),
    ("body", pa.string()),
    ("hashtags", TEXTS),
    ("needs_hashtag", pa.bool_()),
    ("accounts", TEXTS),
    ("attribution_wish", pa.string()),
    ("self_codes", pa.string()),
    ("truncated", pa.bool_()),
    ("flags", TEXTS),
    ("set_aside", pa.string()),
    ("detail", pa.string()),
)

SUBMISSION = _schema(
    ("submission_id", pa.string(), False),
    ("submission_ref", pa.string(), False),
    ("namespace", pa.string(), False),
    ("channel", pa.string(), False),
    ("author_id", pa.string()),
    ("author_name", pa.string()),
    ("contributor_ref", pa.string()),
    ("person_ref", pa.string()),
    ("merged_person_ref", pa.string()),
    ("conversation_ref", pa.string()),
    ("posted_at", TIME),
    ("received_at", TIME, False),
    ("zone", pa.string()),
    ("url", pa.string()),
    ("links", TEXTS),
    ("title", pa.string()),
    ("body", pa.string()),
    ("title_masked", pa.string()),
    ("body_masked", pa.string()),
    ("text_hash", pa.string()),
    ("attribution_wish", pa.string()),
    ("self_codes", pa.string()),
    ("truncated", pa.bool_()),
    ("is_after_close", pa.bool_()),
    ("flags", TEXTS),
    ("raw_ids", TEXTS, False),
    ("story_id", pa.string()),
    ("merged_story_id", pa.string()),
    ("is_representative", pa.bool_()),
    *[(f"can_{scope}", pa.bool_(), False) for scope in SCOPES],
)

CODING = _schema(
    ("submission_ref", pa.string(), False),
    ("dimension", pa.string(), False),
    ("code", pa.string()),
    ("coder", pa.string(), False),
    ("probability", pa.float64(), False),
    ("evidence_start", pa.int64()),
    ("evidence_end", pa.int64()),
    ("codebook_version", pa.string(), False),
    ("coder_version", pa.string(), False),
    ("decided_at", TIME),
)


def _plain(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.string()) for name in names]


# What the warehouse's SQL starts from. The tables carry refs and masked text only: nothing here names anybody.
INPUTS = {
    "in_submission": pa.schema([
        SUBMISSION.field(name)
        for name in (
            "submission_ref", "story_id", "merged_story_id", "is_representative", "channel", "contributor_ref", "conversation_ref",
            "person_ref", "merged_person_ref",
            "posted_at", "received_at", "zone", "title_masked", "body_masked", "text_hash", "attribution_wish",
            "truncated", "is_after_close", "flags", "raw_ids", *[f"can_{scope}" for scope in SCOPES],
        )
    ]),
    "in_item": pa.schema([
        *_plain("raw_id", "channel"), ("fetched_at", TIME), *_plain("submission_ref"), ("sequence", pa.int64()),
        ("flags", TEXTS),
    ]),
    "in_same_person": pa.schema([
        *_plain("contributor_ref", "other_contributor_ref"), ("evidence", TEXTS), *_plain("decision"),
    ]),
    "in_set_aside": pa.schema(_plain("stage", "reason", "detail", "raw_id", "channel", "submission_ref")),
    "in_link": pa.schema([
        *_plain("submission_ref", "other_ref", "kind"), ("score", pa.float64()), *_plain("verdict"),
        ("containment", pa.float64()), ("resemblance", pa.float64()),
    ]),
    "in_coding": CODING,
    "in_to_review": pa.schema(_plain("submission_ref", "dimension", "cause")),
    "in_used": pa.schema([*_plain("submission_ref", "used_where"), ("used_at", TIME)]),
    "in_sample": pa.schema([
        *_plain("submission_ref"), ("draw_order", pa.int64()), ("inclusion_probability", pa.float64()),
    ]),
    "in_estimate": pa.schema([
        ("include_late", pa.bool_()), *_plain("breakdown", "level", "code"),
        *[(name, pa.int64()) for name in
          ("frame_count", "sample_count", "decided_count", "estimate", "coding_low", "coding_high")],
    ]),
    "in_dimension": pa.schema([
        *_plain("dimension", "label_ja", "label_en"), ("is_multi", pa.bool_()), ("is_charted", pa.bool_()),
        ("dimension_order", pa.int64()),
    ]),
    "in_code": pa.schema([
        *_plain("dimension", "code", "label_ja", "label_en", "definition", "group_code", "group_ja", "group_en"),
        ("group_order", pa.int64()), ("code_order", pa.int64()),
    ]),
    "in_count_rule": pa.schema(_plain("dimension", "code", "kind")),
    "in_channel": pa.schema(_plain("channel", "label_ja", "label_en")),
    "in_reason": pa.schema(_plain("reason", "outcome", "label_ja", "label_en")),
    "in_run": pa.schema([
        *_plain("run_id", "kind", "channel"), ("started_at", TIME), ("ended_at", TIME), *_plain("status"),
        *[(name, pa.int64()) for name in ("item_count", "new_count", "known_count", "quarantined_count")],
    ]),
    "in_build": pa.schema([
        *_plain("version"), ("built_at", TIME), *_plain("call_title"), ("is_sample", pa.bool_()),
        *_plain("time_zone", "codebook_version", "coder_version", "input_hash"),
        ("last_decision_id", pa.int64()),
    ]),
}  # fmt: skip


def empty(kind: pa.Schema) -> pa.Table:
    """A table without rows."""
    return pa.table({f.name: pa.array([], f.type) for f in kind}, schema=kind)

"""What must be true of raw items, submissions, codings and stories, row by row. Grain is checked in SQL, elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from expectations.rules import BETWEEN, GIVEN, LACKS, MATCHES, NOT_BELOW, ONE_OF, UNIQUE, Rule

if TYPE_CHECKING:
    import pandas as pd

LONGEST_BODY = 2_000_000  # code points
SHORTEST_TELLING = 10  # code points; shorter ones are rarely a story
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # blogs and SNS of Japan begin after it
CLOCK_SKEW = timedelta(days=1)  # senders' clocks and date-only sources run ahead of ours


def raw(channels: Iterable[str]) -> tuple[Rule, ...]:
    """Rules for raw items.

    Columns: raw_id str · channel str · fetched_at datetime64[us, UTC] · has_payload bool · problem str or null ·
    byte_count int (bytes). channels: the closed list.
    """
    return (
        _complete("raw_id_malformed", MATCHES, "raw_id", "", regex=r"^[0-9a-f]{64}\Z"),
        Rule("raw_id_repeated", UNIQUE, {"column": "raw_id"}, "critical"),
        _complete("raw_channel_unknown", ONE_OF, "channel", "", value_set=sorted(channels)),
        Rule("payload_lost", ONE_OF, {"column": "payload_lost", "value_set": [True]}, "critical", _payload_explained),
        _complete("byte_count_negative", BETWEEN, "byte_count", -1, min_value=0),
        Rule("fetched_at_missing", GIVEN, {"column": "fetched_at"}, "critical"),
    )


def submission(channels: Iterable[str]) -> tuple[Rule, ...]:
    """Rules for submissions.

    Columns: submission_id, namespace, channel, author_id, body, zone str · posted_at, received_at datetime64[us, UTC] ·
    truncated bool · body_length int (code points). channels: the closed list.
    """
    return _submission_critical(channels) + _submission_warning()


def _submission_critical(channels: Iterable[str]) -> tuple[Rule, ...]:
    return (
        _complete("submission_id_malformed", MATCHES, "submission_id", "", regex=r"^[a-z_]+:.+"),
        Rule("namespace_missing", GIVEN, {"column": "namespace"}, "critical"),
        _complete("channel_unknown", ONE_OF, "channel", "", value_set=sorted(channels)),
        _complete("body_length_impossible", BETWEEN, "body_length", 0, min_value=1, max_value=LONGEST_BODY),
        Rule("received_at_missing", GIVEN, {"column": "received_at"}, "critical"),
        Rule("posted_at_missing", GIVEN, {"column": "posted_at"}, "critical"),
        Rule("posted_too_early", BETWEEN, {"column": "posted_at", "min_value": EARLIEST}, "critical"),
        Rule(
            "posted_after_received",
            NOT_BELOW,
            _at_least("posted_after_received", "posted_at"),
            "critical",
            lambda frame: frame["received_at"] + CLOCK_SKEW,
        ),
    )


def _submission_warning() -> tuple[Rule, ...]:
    return (
        Rule("author_unknown", GIVEN, {"column": "author_id"}, "warning"),
        Rule("body_very_short", BETWEEN, {"column": "body_length", "min_value": SHORTEST_TELLING}, "warning"),
        Rule("zone_not_told", ONE_OF, {"column": "zone", "value_set": ["explicit"]}, "warning"),
        Rule("body_truncated", ONE_OF, {"column": "truncated", "value_set": [False]}, "warning"),
        Rule("body_without_kana", MATCHES, {"column": "body", "regex": "[ぁ-ゖァ-ヺｦ-ﾝ]"}, "warning"),
        Rule("body_garbled", LACKS, {"column": "body", "regex": "\ufffd"}, "warning"),
    )


def coding(codes: Mapping[str, Collection[str]]) -> tuple[Rule, ...]:
    """Rules for codings.

    Columns: dimension, code str · probability float · evidence_start, evidence_end int or null (code points) ·
    masked_length int (code points of body_masked). codes: dimension -> its codes, from the codebook in force.
    """
    known = sorted(_claim(dimension, code) for dimension, of in codes.items() for code in of)
    return (
        Rule("code_unknown", ONE_OF, {"column": "code_unknown", "value_set": known}, "critical", _claims),
        _complete("probability_impossible", BETWEEN, "probability", -1.0, min_value=0, max_value=1),
        Rule("evidence_half", ONE_OF, {"column": "evidence_half", "value_set": [0, 2]}, "critical", _ends_given),
        Rule("evidence_before_text", BETWEEN, {"column": "evidence_start", "min_value": 0}, "critical"),
        Rule("evidence_reversed", NOT_BELOW, _at_least("evidence_end", "evidence_start"), "critical"),
        Rule("evidence_beyond_text", NOT_BELOW, _at_least("masked_length", "evidence_end"), "critical"),
    )


def story() -> tuple[Rule, ...]:
    """Rules for stories. Columns: story_id str · first_told_at datetime64[us, UTC] · member_count int (submissions)."""
    return (
        _complete("story_id_missing", MATCHES, "story_id", "", regex="."),
        Rule("first_told_at_missing", GIVEN, {"column": "first_told_at"}, "critical"),
        _complete("story_without_members", BETWEEN, "member_count", 0, min_value=1),
    )


def _complete(name: str, expectation: str, column: str, blank: object, **limits: object) -> Rule:
    """A critical rule over a column that must be filled: where it is not, `blank`, which breaks the rule, stands in."""
    return Rule(name, expectation, {"column": name, **limits}, "critical", lambda frame: frame[column].fillna(blank))


def _at_least(larger: str, smaller: str) -> dict[str, object]:
    return {
        "column_A": larger,
        "column_B": smaller,
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    }


def _payload_explained(frame: pd.DataFrame) -> pd.Series:
    return frame["has_payload"].eq(True) | frame["problem"].notna()


def _claim(dimension: str, code: str) -> str:
    return f"{dimension}:{code}"


def _claims(frame: pd.DataFrame) -> pd.Series:
    return frame["dimension"].fillna("") + ":" + frame["code"].fillna("")


def _ends_given(frame: pd.DataFrame) -> pd.Series:
    return frame["evidence_start"].notna().astype(int) + frame["evidence_end"].notna().astype(int)

"""Accept: the Great Expectations suite decides which turns become submissions; critical failures are held back."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from expectations import suites
from expectations.validate import Validation, validate
from tasks.aside import must_conserve, set_aside


def accept(turns: pd.DataFrame, known_channels: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame, Validation]:
    """Turns → (accepted, set aside as `invalid` with the rule's name, the validation itself)."""
    frame = turns.assign(body_length=turns["body"].str.len().fillna(0).astype("int64"))
    validation = validate(frame, suites.submission(known_channels), id_column="submission_id")
    rule = turns["submission_id"].map(validation.set_aside)
    held = turns[rule.notna()]
    aside = set_aside(held, "accept", "invalid", rule[rule.notna()])
    accepted = turns[rule.isna()].reset_index(drop=True)
    must_conserve("accept", _raw_ids(turns), _raw_ids(accepted), list(aside["raw_id"]))
    return accepted, aside, validation


def _raw_ids(frame: pd.DataFrame) -> list[str]:
    return [raw_id for ids in frame["raw_ids"] for raw_id in ids]

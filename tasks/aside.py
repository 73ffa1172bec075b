"""Set aside: what leaves the path leaves it here, with one reason of a closed list, and is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

COLUMNS = ["stage", "reason", "detail", "raw_id", "submission_id", "channel"]

# reason -> the column of the day's account in which it is told (WORDS: 受信 = 採用 + まとめ + 重複 + 対象外 + 保留 + 取り下げ)
OUTCOME = {
    "invalid": "held",
    "unreadable": "held",
    "superseded": "duplicate",
    "repost": "duplicate",
    "exact_copy": "duplicate",
    "deleted": "out_of_scope",
    "auto_mail": "out_of_scope",
    "system_message": "out_of_scope",
    "own_message": "out_of_scope",
    "out_of_scope": "out_of_scope",
    "withdrawn": "withdrawn",
}


class NotConserved(AssertionError):
    """A stage lost or doubled rows: nothing may be published."""


def set_aside(
    rows: pd.DataFrame, stage: str, reason: str | pd.Series, detail: str | pd.Series | None = None
) -> pd.DataFrame:
    """Rows of a message or submission frame as set-aside records, one a raw item."""
    out = rows.assign(stage=stage, reason=reason, detail=detail)
    if "raw_ids" in out:
        out = out.explode("raw_ids").rename(columns={"raw_ids": "raw_id"})
    return out.reindex(columns=COLUMNS)


def together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Set-aside records of several steps as one frame."""
    parts = [p for p in parts if len(p)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def must_conserve(stage: str, came_in: Sequence[str], *went_out: Sequence[str]) -> None:
    """in = out + set aside, by raw_id; NotConserved names the stage and the first ids that differ."""
    left = sorted(raw_id for part in went_out for raw_id in part)
    if sorted(came_in) != left:
        odd = sorted(set(came_in) ^ set(left))[:3] or "a raw item counted twice"
        raise NotConserved(f"{stage}: {len(came_in)} in, {len(left)} out or set aside; look at {odd}")

"""Link: submissions that carry the same telling are one story. So far: exact copies, by comparable text."""

from __future__ import annotations

import pandas as pd

from tasks.aside import must_conserve, set_aside
from tasks.refs import ref
from tasks.text.normalise import match_key

SHORT_KEY = 20  # characters: below this, equal texts of different people are no evidence of one story


def link(submissions: pd.DataFrame, key: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Submissions → (the same with story_id and is_representative, copies set aside as `exact_copy`).

    The representative is the fullest telling, then the earliest; what an editor pasted yields to the message itself;
    story_id comes from the smallest submission_id. A copy without contributor_ref gets the one of its story.
    Independent of row order.
    """
    rows = submissions.sort_values("submission_id", ignore_index=True)
    telling, _ = pd.factorize(pd.Series(_telling(rows), dtype=object))  # numbered from 0 in order of submission_id
    first = rows["submission_id"][~pd.Series(telling).duplicated()]
    story_ids = [ref(key, "story", submission_id) for submission_id in first]
    fullest = (
        rows[["submission_id", "posted_at"]]
        .assign(telling=telling, is_pasted=rows["namespace"] == "pasted", length=-rows["body"].str.len())
        .sort_values(["telling", "is_pasted", "length", "posted_at", "submission_id"])
        .drop_duplicates("telling")
    )
    linked = rows.assign(
        story_id=[story_ids[number] for number in telling],
        is_representative=rows["submission_id"].isin(set(fullest["submission_id"])),
    )
    linked["contributor_ref"] = _tellers(linked)
    copies = linked[~linked["is_representative"]]
    aside = set_aside(copies, "link", "exact_copy")
    must_conserve("link", list(rows["submission_id"]), list(fullest["submission_id"]), list(copies["submission_id"]))
    return linked, aside


def _tellers(linked: pd.DataFrame) -> pd.Series:
    """contributor_ref by row: a copy that tells no sender is no second person."""
    known = linked["contributor_ref"]
    return known.where(known.notna(), linked.groupby("story_id")["contributor_ref"].transform("first"))


def _telling(rows: pd.DataFrame) -> list[str]:
    """A key per row: the comparable text; a short text counts as the same only when the same person sent it."""
    keys = []
    for body, author, own_id in zip(rows["body"], rows["contributor_ref"], rows["submission_id"], strict=True):
        key = match_key(body)
        if len(key) >= SHORT_KEY:
            keys.append(key)
        else:
            keys.append(f"{author if isinstance(author, str) else own_id}\0{key}")
    return keys

"""Protect: refs for identities and masked text, so that nothing after this stage needs to know who somebody is."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from tasks.assign_codes import text_hash
from tasks.refs import refs
from tasks.text.mask import mask


def protect(turns: pd.DataFrame, key: bytes, closes: datetime | None) -> pd.DataFrame:
    """Accepted turns → submissions: refs, masked title and body, text_hash, is_after_close beside what they had."""
    names = [_names(row) for row in zip(turns["author_name"], turns["author_id"], strict=True)]
    titles = [mask(t, n) if isinstance(t, str) else None for t, n in zip(turns["title"], names, strict=True)]
    bodies = [mask(b, n) for b, n in zip(turns["body"], names, strict=True)]
    people = list(zip(turns["namespace"], turns["author_id"], strict=True))
    places = list(zip(turns["namespace"], turns["conversation_id"], strict=True))
    late = turns["posted_at"] >= closes if closes else False
    made = {
        "submission_ref": refs(key, "submission", [(i,) for i in turns["submission_id"]]),
        "contributor_ref": refs(key, "contributor", people),
        "conversation_ref": refs(key, "conversation", places),
        "title_masked": titles,
        "body_masked": bodies,
        "text_hash": [text_hash(t, b) for t, b in zip(titles, bodies, strict=True)],
    }
    texts = {name: pd.array(values, dtype="str") for name, values in made.items()}  # text even where there are no rows
    return turns.assign(**texts, is_after_close=late)


def _names(row: tuple) -> list[str]:
    """What in a text would name its teller: the name as shown, and the account where it is a word of its own."""
    return [part for part in row if isinstance(part, str) and 2 <= len(part) <= 60]

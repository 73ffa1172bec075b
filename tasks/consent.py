"""Consent: what the teller of each submission allows. Settings say what sending to a channel grants; the ledger, what was
said since; of each scope the latest word stands.

count · paraphrase · quote · name · contact · ship (a gift copy) · llm (text sent to a model of somebody else's).
`name` comes from the ledger alone, with the exact form in which the name may be printed: neither a channel nor an answer
like 「実名可」 permits one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from tasks.assign_codes import by_todays_turns
from warehouse.ledger import Entry
from warehouse.scopes import SCOPES

BY_CHANNEL = tuple(scope for scope in SCOPES if scope != "name")  # what a channel's settings may grant
DEFAULT = ("count", "paraphrase")  # of a channel whose settings do not say


def of_todays_turns(entries: Iterable[Entry], messages: pd.DataFrame, submissions: pd.DataFrame) -> list[Entry]:
    """Words on a message that is part of a larger turn by now: what was taken back holds for the whole turn, what was
    granted does not, since nobody granted it for the rest of the text.
    """
    said = list(entries)
    today = by_todays_turns(said, messages, submissions)
    return [now if now.subject == was.subject else taken_back(now) for was, now in zip(said, today, strict=True)]


def taken_back(entry: Entry) -> Entry:
    """An entry without what it grants."""
    return Entry(**{f: getattr(entry, f) for f in Entry.__slots__} | {"payload": {**entry.payload, "grant": []}})


def with_scopes(
    submissions: pd.DataFrame, grants: Mapping[str, Sequence[str]], entries: Iterable[Entry]
) -> pd.DataFrame:
    """Submissions with can_count, can_paraphrase … beside what they had. grants: channel -> scopes of its settings."""
    said = said_of(entries)
    allowed = [
        allowed_of(grants.get(channel, DEFAULT), said.get(submission_id, {}))
        for channel, submission_id in zip(submissions["channel"], submissions["submission_id"], strict=True)
    ]
    columns = {f"can_{scope}": pd.array([scope in may for may in allowed], dtype="bool") for scope in SCOPES}
    return submissions.assign(**columns)


def said_of(entries: Iterable[Entry]) -> dict[str, dict[str, Entry]]:
    """submission_id -> scope -> the latest entry that speaks of it."""
    said: dict[str, dict[str, Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        for scope in (*entry.payload["grant"], *entry.payload["withdraw"]):
            said.setdefault(entry.subject, {})[scope] = entry
    return said


def allowed_of(granted: Iterable[str], said: Mapping[str, Entry]) -> frozenset[str]:
    """The scopes of one submission: those its channel grants, changed by what was said of it."""
    told = {scope: scope in entry.payload["grant"] for scope, entry in said.items()}
    return frozenset(scope for scope in SCOPES if told.get(scope, scope in granted and scope in BY_CHANNEL))


def only(submissions: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Those submissions whose tellers allow it: whoever hands a text on asks here first (`llm` before a model sees it)."""
    return submissions[submissions[f"can_{scope}"]]

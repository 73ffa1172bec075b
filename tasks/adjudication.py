"""What several people said of one question about one text, and whether they agree.

Each speaks by their latest word. Where words differ it stays open until somebody adjudicates (`as: adjudicator`), or they
come to say the same. What an adjudicator said is a word too: who says otherwise after it opens the question again.
Until then the latest word stands in the counts, and the question is told as a disagreement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warehouse.ledger import Entry

ADJUDICATOR, CONTRIBUTOR = "adjudicator", "contributor"  # voices other than a coder's: `as` of a decision


def by_people(entries: Iterable[Entry]) -> list[Entry]:
    """Decisions without those that tellers asked for."""
    return [entry for entry in entries if entry.payload.get("as") != CONTRIBUTOR]


def words(said: Sequence[Entry]) -> dict[str, Entry]:
    """Who -> what they say, of people's decisions on one question about one text, in order of writing."""
    spoken: dict[str, Entry] = {}
    for entry in said:
        if entry.payload.get("as") == ADJUDICATOR:
            spoken = {ADJUDICATOR: entry}
        else:
            spoken[entry.who] = entry
    return spoken


def disagree(said: Sequence[Entry]) -> bool:
    """Whether an adjudicator is wanted."""
    return len({frozenset(entry.payload["codes"]) for entry in words(said).values()}) > 1

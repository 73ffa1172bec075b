"""What the warehouse is told of what was used."""

from __future__ import annotations

from datetime import UTC, datetime

from tasks.used import used
from warehouse.ledger import Entry


def entry(number: int, subject: str, **payload: str) -> Entry:
    return Entry(number, f"2026-03-0{number}T00:00:00.000+00:00", "editor", "used", subject, payload, None)


def test_one_a_telling_and_place_by_the_first_word_and_nothing_of_who_is_not_there():
    said = [entry(n, "x:1", where=where) for n, where in enumerate(("第3章", "帯", "第3章"), 1)]
    said += [entry(4, "withdrawn:ab"), entry(5, "x:2", where="第1章")]
    on = lambda day: datetime(2026, 3, day, tzinfo=UTC)  # noqa: E731
    assert used(said, {"x:1": "s1", "x:3": "s3"}) == [("s1", "第3章", on(1)), ("s1", "帯", on(2))]


def test_a_word_without_a_place_is_a_use_too():
    """As another program may have written it into the ledger; a build does not fail for it."""
    assert used([entry(1, "x:1", page="3")], {"x:1": "s1"}) == [("s1", "", datetime(2026, 3, 1, tzinfo=UTC))]

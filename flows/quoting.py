"""Which tellings may stand in a public edition: named one by one by somebody who read them, and allowed by their tellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dashboards.public import Quote
from flows import handing
from flows.failures import Refused
from flows.settings import Settings
from tasks.consent import said_of
from tasks.whereabouts import submission_id_of
from warehouse import ledger, store
from warehouse.words import Words


def quotes(settings: Settings, con, refs: Sequence[str], words: Words) -> list[tuple[list[str], Quote]]:
    """For each telling asked for: the refs it hangs on, and the quote. Refused if any may not be quoted, now.

    The ledger is asked beside the warehouse: what was taken back since the last build counts at once.
    """
    if not refs:
        return []
    rows = store.ask(con, store.question("public_quotes"), {"refs": list(refs)})
    named = {name for row in rows for name in (row["submission_ref"], row["story_id"])}
    if missing := [ref for ref in refs if ref not in named]:
        raise Refused(words("publish.no_such", ref=missing[0]))
    said = said_of(ledger.read(settings.lake.ledger, "consent"))
    return [_quote(settings, row, said, words) for row in rows]


def _quote(settings: Settings, row: Mapping, said: Mapping, words: Words) -> tuple[list[str], Quote]:
    subject = submission_id_of(settings.lake, settings.key(), row["submission_ref"], row["raw_id"])
    own = said.get(subject, {})
    stands = {scope: scope not in own or scope in own[scope].payload["grant"] for scope in ("count", "quote", "name")}
    problem = next((key for key, is_wrong in _problems(row, stands).items() if is_wrong), None)
    if problem:
        raise Refused(words(f"publish.{problem}", ref=row["submission_ref"]))
    may_name = row["can_name"] and stands["name"] and "name" in own
    name = own["name"].payload.get("name_as") if may_name else None
    refs = [ref for ref in (row["submission_ref"], row["contributor_ref"]) if ref]
    return refs, Quote(row["title_masked"], row["body_masked"], name)


def _problems(row: Mapping, stands: Mapping[str, bool]) -> dict[str, bool]:
    return {
        "no_consent": not (row["can_quote"] and stands["quote"] and stands["count"]),
        "flagged": row["is_flagged"],
        "uncounted": not row["is_counted"],
    }


def hand_out(
    settings: Settings, directory: Path, name: str, quoted: Sequence[tuple[list[str], Quote]], who: str
) -> None:
    """Into the ledger, so that a withdrawal names the edition that holds the person's words."""
    refs = sorted({ref for refs, _ in quoted for ref in refs})
    if refs:
        handing.handed_out(settings.lake, directory / f"index.html ({name})", refs, who)

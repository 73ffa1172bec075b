"""One story as a version of the warehouse tells it, for whoever is to decide: its texts, what was said of them, what stands.

Five plain look-ups by key; one query that joins them takes three times as long on a hundred thousand stories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from warehouse import store


@dataclass(frozen=True, slots=True)
class Told:
    """tellings: rows of review_tellings, the submission asked for first; codings: of all of them; standing: of the story."""

    ref: str
    text_hash: str
    tellings: Sequence[Mapping]
    codings: Sequence[Mapping]
    standing: Sequence[Mapping]
    dimensions: Mapping[str, bool]  # of the version, in order -> several codes?

    @property
    def shown(self) -> list[dict]:
        """A row for each dimension: dimension, is_multi, is_decided (by a person), codes that stand, sorted."""
        heard = {row["submission_ref"] for row in self.tellings if row["is_heard"]}
        by_people = {
            row["dimension"]
            for row in self.codings
            if row["submission_ref"] in heard and row["coder"].startswith("person:")
        }
        return [
            {"dimension": name, "is_multi": multi, "is_decided": name in by_people, "codes": sorted(self._codes(name))}
            for name, multi in self.dimensions.items()
        ]

    def _codes(self, dimension: str) -> Iterator[str]:
        return (row["code"] for row in self.standing if row["dimension"] == dimension)

    @property
    def llm_codes(self) -> list[dict]:
        """What a model that was asked says of the submission: dimension, code, probability."""
        kept = ("dimension", "code", "probability")
        own = (row for row in self.codings if row["submission_ref"] == self.ref and row["coder"] == "llm")
        return [{name: row[name] for name in kept} for row in own]

    def evidence(self, ref: str) -> list[Mapping]:
        """The machine's codings of one telling that have a place in its body, in order of places."""
        found = [
            row
            for row in self.codings
            if row["submission_ref"] == ref and row["coder"] != "llm" and row["evidence_start"] is not None
        ]
        return sorted(found, key=lambda row: (row["evidence_start"], row["evidence_end"]))


def told(con: duckdb.DuckDBPyConnection, ref: str) -> Told | None:
    """The story of a submission, or None if the version has no such submission."""
    found = store.ask(con, store.question("review_find"), {"ref": ref})
    if not found:
        return None
    story = found[0]["story_id"]
    tellings = store.ask(con, store.question("review_tellings"), {"story": story, "ref": ref})
    refs = [row["submission_ref"] for row in tellings]
    return Told(
        ref=ref,
        text_hash=found[0]["text_hash"],
        tellings=tellings,
        codings=store.ask(con, store.question("review_codings"), {"refs": refs}),
        standing=store.ask(con, store.question("review_standing"), {"story": story}),
        dimensions={row["dimension"]: row["is_multi"] for row in store.ask(con, store.question("review_dimensions"))},
    )

"""What tellers allow, put together for the pages: the warehouse as of the build, and every word said since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dashboards.doing import Refusal
from dashboards.edition import Edition
from dashboards.filters import parse
from dashboards.listing import PAGE, paging
from dashboards.rights.doing import Said, Word
from warehouse import counts
from warehouse.counts import NoSuchBreakdown
from warehouse.scopes import HEARD, SCOPES
from warehouse.store import ask, question
from warehouse.words import Words

STATES = ("allowed", "refused", "open")
LONGEST = 2000  # characters of what is written down as evidence


def everybody(edition: Edition, said: Iterable[Said], query: Mapping[str, str]) -> dict:
    """Everything that consent.html needs. NoSuchBreakdown for a filter that there is not."""
    asked, con = parse("/consent", query), edition.asking()
    channels = {row["code"]: row["label"] for row in edition.menus["channel"].rows}
    known = {"channel": channels, "scope": SCOPES, "state": STATES}
    wrong = [f"{name}={value}" for name, value in asked.wanted.items() if value not in known.get(name, ())]
    if wrong:
        raise NoSuchBreakdown(wrong[0])
    wanted = {name: asked.wanted.get(name) for name in known}
    paged = {"limit": PAGE, "offset": PAGE * (asked.page - 1)}
    rows = ask(con, question("consents"), {**_lists(said), **wanted, **paged})
    total = rows[0]["teller_count"] if rows else 0
    told = {"asked": asked, "wanted": wanted, "channels": channels, "scopes": SCOPES, "states": STATES, "tellers": rows}
    return {"build": counts.build_info(con), **told, **paging(asked, total)}


def _lists(said: Iterable[Said]) -> dict[str, list]:
    said = list(said)
    parts = {"refs": "submission_ref", "scopes": "scope", "grants": "is_granted"}
    return {name: [getattr(one, field) for one in said] for name, field in parts.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """What one scope stands at for some of a teller's submissions. said: the word that made it so, or None: the channel's
    terms, or nobody's.
    """

    state: str
    said: Said | None
    submissions: list[dict]


@dataclass(frozen=True)
class Teller:
    """Who sent something. ref: of the contributor, or of the submission where nobody is known to have sent it."""

    ref: str
    submissions: list[dict]
    said: Mapping[tuple[str, str], Said]

    @cached_property
    def by_ref(self) -> dict[str, dict]:
        return {row["submission_ref"]: row for row in self.submissions}

    @cached_property
    def scopes(self) -> dict[str, list[Standing]]:
        return {scope: list(self._standing(scope)) for scope in SCOPES}

    def _standing(self, scope: str) -> Iterable[Standing]:
        """One for all submissions that have it in the same way and by the same words."""
        same: dict[tuple, Standing] = {}
        for row in self.submissions:
            said = self.said.get((row["submission_ref"], scope))
            may = said.is_granted if said else row[f"can_{scope}"]
            state = "allowed" if may else "refused" if said else "open"
            by = (state, said and (said.evidence, said.name_as, said.how, said.message, said.is_granted))
            same.setdefault(by, Standing(state, said, [])).submissions.append(row)
        return same.values()

    @property
    def is_shut(self) -> bool:
        """Who wants no letters, or takes no part, is asked nothing more."""
        return "refused" in {one.state for scope in ("count", "contact") for one in self.scopes[scope]}

    @property
    def to_ask(self) -> list[str]:
        """Scopes that nobody asked for yet."""
        open_ones = [s for s in SCOPES if any(one.state == "open" for one in self.scopes[s])]
        return [] if self.is_shut else open_ones

    @property
    def wishes(self) -> list[str]:
        return sorted({row["attribution_wish"] for row in self.submissions if row["attribution_wish"]})


def teller(edition: Edition, said: Iterable[Said], ref: str) -> Teller | None:
    """Whose ref it is: of a contributor, or of a submission without a sender. None where nobody has it."""
    rows = ask(edition.asking(), question("consent_of"), {"ref": ref})
    if not rows or rows[0]["contributor_ref"] not in (None, ref):
        return None
    own = {row["submission_ref"] for row in rows}
    return Teller(ref, rows, {(one.submission_ref, one.scope): one for one in said if one.submission_ref in own})


def word_of(form: Mapping, found: Teller, words: Words) -> tuple[str, Word]:
    """(ref that it is said for, what is said) of a form. Refusal where something is missing or is not theirs."""
    asked = {scope: form.get(f"scope_{scope}") for scope in SCOPES}
    grant, withdraw = (tuple(s for s, said in asked.items() if said == kind) for kind in ("grant", "withdraw"))
    target, message, how = form.get("target") or found.ref, form.get("message") or None, form.get("how")
    evidence, name_as = (str(form.get(name, "")).strip()[:LONGEST] for name in ("evidence", "name_as"))
    checks = {
        "nothing": bool(grant or withdraw),
        "not_theirs": target in {found.ref, *found.by_ref} and message in {None, *found.by_ref},
        "how_missing": how in HEARD,
        "no_evidence": bool(evidence),
        "no_name": ("name" in grant) == bool(name_as),
    }
    for key, holds in checks.items():
        if not holds:
            raise Refusal(words(f"consents.{key}"))
    return target, Word(grant, withdraw, evidence, how, message, name_as or None)


@dataclass(frozen=True, slots=True)
class Loss:
    """What the counts lose: stories that go, and those that stay without this telling; of how many."""

    lost: list[dict]
    changed: list[dict]
    story_count: int


def lost(edition: Edition, target: str) -> Loss:
    """If what this ref names may not be counted."""
    con = edition.asking()
    refs = [row["submission_ref"] for row in ask(con, question("tellings_of"), {"ref": target})]
    rows = ask(con, question("consent_lost"), {"refs": refs})
    for row in rows:
        row["codes"] = list(_codes(edition, row["story_id"]))
    gone = [row for row in rows if row["is_lost"]]
    return Loss(gone, [row for row in rows if not row["is_lost"]], counts.totals(con)["story_count"])


def _codes(edition: Edition, story_id: str) -> Iterable[str]:
    """Labels of what a story is counted under in the figures."""
    (story,) = counts.stories(edition.asking(), {"story": story_id}, True, edition.words)
    for code in story["codes"]:
        if code["dimension"] in edition.charted and code["code"]:
            yield edition.coded[code["dimension"]][code["code"]]["label"]

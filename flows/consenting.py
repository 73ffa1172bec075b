"""`neta consent`: what a teller allowed or took back, with the evidence for it, into the ledger."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.failures import Refused
from flows.settings import Settings, load
from tasks.refs import ref as made
from tasks.whereabouts import submission_id_of
from warehouse import ledger, store
from warehouse.scopes import SCOPES
from warehouse.words import Words


def consent(
    home: Path,
    name: str,
    grant: Sequence[str],
    withdraw: Sequence[str],
    evidence: str,
    name_as: str | None,
    who: str | None,
    how: str | None = None,
    message: str | None = None,
) -> str:
    """Record it for one submission and the same teller's other tellings of that story, or for all of a teller's (p…).

    how: one of HEARD; message: ref of the submission in which it was said. Returns what to tell. Refused: nothing asked,
    both at once, a name without its exact form.
    """
    settings = load(home)
    words = Words(settings.language)
    told = {"evidence": evidence, "name_as": name_as, "how": how, "message": message}
    done = record(settings, name, grant, withdraw, told, who or getpass.getuser())
    scopes = [f"+{words(f'consent.{s}')}" for s in grant] + [f"-{words(f'consent.{s}')}" for s in withdraw]
    return words("consent.done", n=done, scopes=" ".join(scopes))


def record(
    settings: Settings,
    name: str,
    grant: Sequence[str],
    withdraw: Sequence[str],
    told: Mapping[str, str | None],
    who: str,
) -> int:
    """One entry a submission; returns how many. told: evidence, name_as, how, message, the last three if known."""
    words = Words(settings.language)
    _must_make_sense(grant, withdraw, told.get("name_as"), words)
    found = _find(settings, name, words)
    if told.get("message"):
        _find(settings, told["message"], words)
    payload = {"grant": sorted(grant), "withdraw": sorted(withdraw)}
    payload |= {part: text for part, text in told.items() if text}
    for submission_id in found:
        ledger.append(settings.lake.ledger, who, "consent", submission_id, payload)
    return len(found)


def _must_make_sense(grant: Sequence[str], withdraw: Sequence[str], name_as: str | None, words: Words) -> None:
    if not {*grant, *withdraw} or {*grant} & {*withdraw}:
        raise Refused(words("consent.which", known=" ".join(SCOPES)))
    if ("name" in grant) != bool(name_as):
        raise Refused(words("consent.exact_name"))


def _find(settings: Settings, name: str, words: Words) -> list[str]:
    """Native ids of the submissions that are spoken of."""
    key = settings.key()
    ref = made(key, "submission", name) if ":" in name else name
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = store.ask(con, store.question("tellings_of"), {"ref": ref})
    if not rows:
        raise Refused(words("consent.unknown", name=name))
    return [submission_id_of(settings.lake, key, row["submission_ref"], row["raw_id"]) for row in rows]

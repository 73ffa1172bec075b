"""`neta review note`: what a reviewer wants remembered of a submission. No count hangs on it; a withdrawal takes it away."""

from __future__ import annotations

import getpass
from pathlib import Path

from flows.failures import Refused
from flows.reviewing import find
from flows.settings import load
from warehouse import ledger
from warehouse.words import Words


def note(home: Path, submission: str, text: str, who: str | None) -> str:
    """Write a note on a submission (ref or native id) into the ledger; returns what to tell."""
    settings = load(home)
    words = Words(settings.language)
    if not text.strip():
        raise Refused(words("ledger.no_note"))
    submission_id, ref, _ = find(settings, submission)
    (id_,) = ledger.append_many(settings.lake.ledger, [noted(submission_id, ref, text, who or getpass.getuser())])
    return words("ledger.noted", id=id_, ref=ref)


def noted(submission_id: str, ref: str, text: str, who: str) -> ledger.New:
    """What is to be written of a note."""
    return ledger.New(who, "note", submission_id, {"note": text.strip(), "submission_ref": ref})

"""Verb that says yes: what stands for a story, in every dimension at once, becomes a person's decision."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.reviewing import find, waiting_of
from flows.settings import load
from flows.told import told
from warehouse import codebook, ledger, store
from warehouse.codebook import Codebook
from warehouse.words import Words


def confirm(home: Path, submission: str, who: str | None, why: str | None) -> str:
    """Write what is on show of one submission as decisions, one a dimension; returns what to tell.

    What a person decided before, also since the last build, stays as it is.
    """
    settings = load(home)
    words, book = Words(settings.language), codebook.load(settings.codebook)
    submission_id, ref, seen = find(settings, submission)
    with store.reading(settings.lake, str(settings.zone)) as con:
        shown = told(con, ref).shown
        since = waiting_of(settings, con).decided(ref, seen)
    answers, left = proposed(shown, since, book)
    who, payloads = who or getpass.getuser(), [as_shown(d, codes, seen, ref, book) for d, codes in answers.items()]
    new = [ledger.New(who, "code", submission_id, payload, why) for payload in payloads]
    entries = ledger.append_many(settings.lake.ledger, new)
    done = words("confirm.done", ref=ref, n=len(entries)) if entries else words("confirm.nothing", ref=ref)
    labels = [book.by_name[name].ja if words.language == "ja" else book.by_name[name].en for name in left]
    return done + ("\n" + words("confirm.left", names="、".join(labels), ref=ref, dimension=left[0]) if left else "")


def as_shown(dimension: str, codes: Sequence[str], seen: str, ref: str, book: Codebook) -> dict:
    """As `neta review decide` writes it; as_shown: the person did not choose the codes, but let them stand."""
    about = {"dimension": dimension, "codes": list(codes), "text_hash": seen, "submission_ref": ref}
    return about | {"codebook_version": book.version, "as_shown": True}


def answered(
    shown: Sequence[Mapping],
    since: Mapping[str, Sequence[str]],
    picked: Mapping[str, Sequence[str]],
    book: Codebook,
    is_blind: bool,
) -> tuple[dict[str, list[str]], dict[str, list[str]], list[str]]:
    """What somebody who looked at all dimensions of a story decides: (chosen, confirmed as shown, what is missing).

    shown, since: see proposed(). picked: dimension -> codes, a dimension without any may be left out. Who is blind was
    shown none, so all that they picked is chosen, and a dimension that asks for a code wants one.
    """
    if is_blind:
        chosen = {d.name: list(picked.get(d.name, ())) for d in book.dimensions}
        chosen = _asked_only(chosen, book)
        return {n: codes for n, codes in chosen.items() if codes or book.by_name[n].multi}, {}, _missing(chosen, book)
    stood = {row["dimension"]: row["codes"] for row in shown} | dict(since)
    changed = {name: list(picked.get(name, ())) for name in stood if set(picked.get(name, ())) != set(stood[name])}
    changed = _asked_only({n: codes for n, codes in changed.items() if codes or book.by_name[n].multi}, book)
    confirmed, left = proposed(shown, {**since, **changed}, book)
    return changed, confirmed, left


def _asked_only(picked: dict[str, list[str]], book: Codebook) -> dict[str, list[str]]:
    """Of what is no story nothing else is asked."""
    shut = [n for n, codes in book.count_only.items() if picked.get(n) and not set(picked[n]) & set(codes)]
    return {name: codes for name, codes in picked.items() if not shut or name in shut}


def _missing(picked: Mapping[str, Sequence[str]], book: Codebook) -> list[str]:
    """Dimensions without the code that they ask for; what is counted apart may have none in a dimension with several."""
    apart = any(set(picked.get(name, ())) & set(codes) for name, codes in book.count_apart.items())
    empty = [book.by_name[name] for name, codes in picked.items() if not codes]
    return [d.name for d in empty if d.required and not (apart and d.multi)]


def proposed(
    shown: Sequence[Mapping], since: Mapping[str, Sequence[str]], book: Codebook
) -> tuple[dict[str, list[str]], list[str]]:
    """(dimension -> codes to confirm, dimensions that only a person can answer).

    shown: Told.shown. since: what was decided after the build. Of what is no story nothing else is asked.
    Where the coder let a story pass and put no code to it in a dimension with several, none is what it says.
    """
    codes = {row["dimension"]: row["codes"] for row in shown}
    stood = codes | dict(since)
    shut = any(not set(stood[name]) & set(allowed) for name, allowed in book.count_only.items())
    asked = list(book.count_only if shut else codes)
    decided = {row["dimension"] for row in shown if row["is_decided"]} | set(since)
    passed = all(set(codes[name]) & set(allowed) for name, allowed in book.count_only.items())
    multi = {row["dimension"] for row in shown if row["is_multi"]}
    open_ = [name for name in asked if name not in decided]
    answers = {name: codes[name] for name in open_ if codes[name] or (passed and name in multi)}
    return answers, [name for name in open_ if name not in answers and book.by_name[name].required]

"""Verb for the random sample: `neta review draw`."""

from __future__ import annotations

import getpass
import secrets
from pathlib import Path

from flows.failures import Refused
from flows.settings import load
from tasks import sampling
from warehouse import ledger, store
from warehouse.words import Words


def draw(home: Path, count: int, seed: int | None, who: str | None, why: str | None, double: bool = False) -> str:
    """Draw stories for people to code and write the design into the ledger; returns what to tell.

    seed: if not given, that of the sample in force, so that what was coded stays in the sample. double: for two people
    to code, each alone; by the same seed these are the first of the sample. Refused where there is nothing to draw from.
    """
    settings = load(home)
    words = Words(settings.language)
    with store.reading(settings.lake, str(settings.zone)) as con:
        frame = [row["submission_ref"] for row in store.ask(con, store.question("sample_frame"))]
    if not frame or count < 1:
        raise Refused(words("sample.nothing"))
    before = sampling.in_force(ledger.read(settings.lake.ledger, "sample"))
    if seed is None:
        seed = before["seed"] if before else secrets.randbelow(2**31)
    design = sampling.draw(seed, count, frame)
    kind = "double" if double else "sample"
    entry = ledger.append(settings.lake.ledger, who or getpass.getuser(), kind, str(seed), design, why)
    return words(
        f"sample.{'drawn_double' if double else 'drawn'}",
        id=entry,
        n=design["n"],
        frame_size=design["frame_size"],
        seed=seed,
    )

"""A random sample of stories for people to code, by permanent random numbers.

Each submission has one place in a random order, fixed by seed and ref. A story is drawn if the submission that stands
for it has a place up to the one that the draw named. So a larger draw by the same seed holds the smaller one, stories
that come later are drawn with the same probability, and neither codes nor links move a story in or out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import pyarrow as pa

from warehouse import schema
from warehouse.ledger import Entry


def place(seed: int, ref: str) -> str:
    """Where a submission stands in the random order of a seed: 16 hex digits."""
    return hashlib.sha256(f"{seed}:{ref}".encode()).hexdigest()[:16]


def draw(seed: int, count: int, frame: Sequence[str]) -> dict:
    """The design of a simple random sample of `count` refs: what the ledger keeps. frame: refs, one a story; not empty.

    probability: of each of the drawn to be drawn, and of each story that comes later.
    """
    order = sorted(frame, key=lambda ref: place(seed, ref))[:count]
    design = {"seed": seed, "n": len(order), "frame_size": len(frame), "probability": len(order) / len(frame)}
    return design | {"last_place": place(seed, order[-1]), "drawn": order}


def in_force(decisions: Iterable[Entry]) -> dict | None:
    """The design of the latest draw, or None before the first."""
    return next((e.payload for e in reversed(list(decisions)) if e.kind == "sample"), None)


def sample_table(decisions: Iterable[Entry], refs: Iterable[str]) -> pa.Table:
    """in_sample: of these submissions the drawn ones, in random order. Which of them stand for a story, SQL knows."""
    design, kind = in_force(decisions), schema.INPUTS["in_sample"]
    if design is None:
        return schema.empty(kind)
    placed = sorted((place(design["seed"], ref), ref) for ref in refs)
    drawn = [ref for where, ref in placed if where <= design["last_place"]]
    columns = {"submission_ref": drawn, "draw_order": range(1, len(drawn) + 1)}
    return pa.table(columns | {"inclusion_probability": [design["probability"]] * len(drawn)}, schema=kind)

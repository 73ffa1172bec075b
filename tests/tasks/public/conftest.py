"""Small calls to make public, and their files."""

from __future__ import annotations

from dashboards.public import sheets
from tasks.public.edition import Outcome, axes_of, tables_of
from tasks.public.lattice import Axis, Lattice, Value
from tests.attacker.published import Published, read
from warehouse.words import Words

HEAD = {"name": "e", "date": "2026-05-01", "version": "v", "title": "call", "is_sample": False}


def axis(name: str, codes: dict[str, str | None], is_multi: bool = False) -> Axis:
    groups = dict.fromkeys(group for group in codes.values() if group)
    values = [Value("group", g, g, g) for g in groups] + [Value("code", c, c, c, g) for c, g in codes.items()]
    return Axis(name, name, name, is_multi, tuple(values))


TOPIC = axis("topic", {"apple": "fruit", "pear": "fruit", "oak": "tree"}, is_multi=True)
MOOD = axis("mood", {"good": None, "fair": None})
MONTH = axis("month", {"2026-03": None, "2026-04": None})
SMALL = Lattice((TOPIC, MOOD, MONTH))


def published(lattice: Lattice, outcome: Outcome, k: int) -> Published:
    """What an attacker gets to see: the files."""
    told = {**HEAD, "k": k, "axes": axes_of(lattice), **tables_of(lattice, outcome.shown)}
    return read(sheets(told, Words("ja")))

"""Coders: one function in front, `code(texts, channels)`, and one shape of answer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class Claim:
    """One code put to one text. start, end: code points of the evidence in the text given, or None."""

    dimension: str
    code: str
    probability: float  # 3 places
    start: int | None = None
    end: int | None = None
    coder: str = "rule"  # or model: who has a say in it


@dataclass(slots=True)
class Coded:
    """What a coder says of one text: its best guess, always, and where a person should look.

    claims: the codes it stands by, most probable first within a dimension; none outside the gate if not a story.
    probabilities: dimension -> code -> p, for every code with p >= 0.001.
    to_review: dimensions where the best guess is below the codebook's threshold.
    """

    claims: list[Claim] = field(default_factory=list)
    probabilities: dict[str, dict[str, float]] = field(default_factory=dict)
    to_review: list[str] = field(default_factory=list)

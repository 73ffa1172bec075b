"""Evidence: how alike two texts are, and what that is enough for.

Two people may have lived through the same: across authors only a copy links (containment ≥ 0.85, in a short
text most figures too), anything less is a question. Within one author a retold story links earlier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tasks.linking.comparable import shingles

SHORT = 20  # comparable characters: shorter texts of different people are no evidence of one story
LONG = 120  # comparable characters: nobody tells as much in the words of another, whatever the figures
COPY = 0.85  # containment of a copy
SAME = {  # (one author?, the same figures?) -> containment from which two texts are one story
    (True, True): 0.60,
    (True, False): COPY,
    (False, True): COPY,
    (False, False): None,
}
PERHAPS = {True: 0.25, False: 0.50}  # one author? -> containment from which a person is asked
_FIGURES = re.compile(r"\d+(?!\d*$)")  # not one at the very end: there a copy may be cut off


@dataclass(frozen=True, slots=True)
class Evidence:
    """containment: the share of the shorter one's 3-grams that the longer has; resemblance: Jaccard's index."""

    containment: float
    resemblance: float
    same_figures: bool
    shorter: int  # comparable characters


def compare(one: str, other: str) -> Evidence:
    """Two comparable texts. Symmetric."""
    a, b = shingles(one), shingles(other)
    common = len(a & b)
    return Evidence(
        containment=round(common / min(len(a), len(b)), 3),
        resemblance=round(common / (len(a) + len(b) - common), 3),
        same_figures=_agree(_figures(one), _figures(other)),
        shorter=min(len(one), len(other)),
    )


@lru_cache(maxsize=2048)
def _figures(text: str) -> frozenset[str]:
    return frozenset(_FIGURES.findall(text))


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Most figures of the one that has fewer are in the other: one may have been set right."""
    fewer, more = sorted((one, other), key=len)
    return not fewer or 2 * len(fewer - more) < len(fewer)


def verdict(found: Evidence, one_author: bool) -> str | None:
    """same, perhaps or None, for two texts that are not equal."""
    if found.shorter < SHORT:
        return None
    bar = SAME[one_author, found.same_figures or found.shorter >= LONG]
    if bar is not None and found.containment >= bar:
        return "same"
    return "perhaps" if found.containment >= PERHAPS[one_author] else None

"""Tellings that are equal or alike, as links. What announces an article has an empty text here: it is no evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tasks.linking import candidates
from tasks.linking.comparable import head, tail
from tasks.linking.evidence import SHORT, compare, verdict
from tasks.linking.signatures import signed
from tasks.linking.stories import Link


class Telling(NamedTuple):
    """A submission as it is compared: its comparable text, and who told it (None: not known)."""

    text: str
    author: str | None


Tellings = Mapping[str, Telling]  # by submission_id, in order of the ids


def equal(tellings: Tellings) -> Iterable[Link]:
    """Equal texts: each to the first. Short ones count as equal only when the same person sent them, empty ones never."""
    first: dict[str, str] = {}
    for own_id, (text, author) in tellings.items():
        key = text if len(text) >= SHORT else f"{author or own_id}\0{text}"
        if text and (earlier := first.setdefault(key, own_id)) != own_id:
            yield Link(earlier, own_id, "exact", 1.0, "same", 1.0, 1.0)


def alike(tellings: Tellings, cache: Path | None) -> Iterable[Link]:
    """Texts that are not equal: candidates by key, signature or author, each pair compared. cache: see `signed`."""
    first: dict[Telling, str] = {}
    for own_id, telling in tellings.items():
        if len(telling.text) >= SHORT:
            first.setdefault(telling, own_id)
    told = sorted(first, key=lambda telling: (telling.text, telling.author or ""))
    for a, b in _pairs(told, cache):
        if told[a].text != told[b].text and (found := between(told[a], told[b], first[told[a]], first[told[b]])):
            yield found


def between(one: Telling, other: Telling, one_id: str, other_id: str) -> Link | None:
    """The link between two tellings, if they are alike enough for one."""
    evidence = compare(one.text, other.text)
    said = verdict(evidence, one.author is not None and one.author == other.author)
    if said is None:
        return None
    kind = "prefix" if head(one.text) is not None and head(one.text) == head(other.text) else "edited"
    ends = sorted((one_id, other_id))
    return Link(*ends, kind, evidence.containment, said, evidence.containment, evidence.resemblance)


def _pairs(told: Sequence[Telling], cache: Path | None) -> list[tuple[int, int]]:
    if not told:
        return []
    texts = [text for text, _ in told]
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) - 2
    return candidates.together(
        [
            candidates.near(signed(texts, cache), sizes),
            candidates.sharing([head(text) for text in texts]),
            candidates.sharing([tail(text) for text in texts]),
            candidates.sharing([author for _, author in told], candidates.OF_ONE_AUTHOR),
        ]
    )

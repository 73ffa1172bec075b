"""What is marked in a text: evidence, and what two texts share. Spans are code points; they may overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashboards.plain import plain
from dashboards.review.asked import Span, Telling

SHARED = 8  # code points in a row that two texts must share to be marked


def pieces(text: str | None, spans: Sequence[Span]) -> list[tuple[str, str]]:
    """A text in pieces, each with the labels of all spans over it ("" where there is none); together they are the text."""
    text = text or ""
    inside = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    cuts = sorted({0, len(text), *(edge for span in inside for edge in (span.start, span.end))})
    found = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        labels = dict.fromkeys(span.label for span in inside if span.start <= start and end <= span.end)
        found.append((plain(text[start:end]), "、".join(labels)))
    return found


def shared(one: Telling, other: Telling, label: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The bodies of two tellings in pieces, marked where they share SHARED code points and more."""
    a, b = one.body or "", other.body or ""
    return pieces(a, list(_shared(a, b, label))), pieces(b, list(_shared(b, a, label)))


def _shared(text: str, other: str, label: str) -> Iterator[Span]:
    """Where runs of SHARED code points of `text` stand in `other` too, joined where they touch."""
    known = {other[i : i + SHARED] for i in range(len(other) - SHARED + 1)}
    start = end = 0
    for i in range(len(text) - SHARED + 1):
        if text[i : i + SHARED] in known:
            if i > end:
                if end > start:
                    yield Span(start, end, label)
                start = i
            end = i + SHARED
    if end > start:
        yield Span(start, end, label)

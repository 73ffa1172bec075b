"""Decisions made under an older codebook, read by today's: what was renamed or merged is carried, the rest asked again.

The ledger keeps what was said, in the words of its day; only the reading changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from warehouse.codebook import Change, Codebook
from warehouse.codebook_faults import version_key
from warehouse.ledger import Entry

_CARRIES = ("rename", "merge")  # the others cannot say which code was meant


def read_today(book: Codebook, entry: Entry) -> tuple[Entry, str]:
    """A decision `code` in today's names, and what it was lost by: nothing (it stands), `split`, `remove`, or `gone`
    (a code or a dimension that the codebook does not have and no change explains). Without a version it is the oldest.
    """
    made = since(book, entry.payload.get("codebook_version", ""))
    dimension = dimension_today(made, entry.payload["dimension"])
    codes, lost = carried(made, dimension, entry.payload["codes"])
    lost = lost or _removed(made, dimension) or _not_there(book, dimension, codes)
    return replace(entry, payload=entry.payload | {"dimension": dimension, "codes": codes}), lost


def _removed(changes: Iterable[Change], dimension: str) -> str:
    gone = [c for c in changes if not c.dimension and c.kind == "remove" and dimension in c.before]
    return "remove" if gone else ""


def _not_there(book: Codebook, dimension: str, codes: Sequence[str]) -> str:
    known = book.by_name.get(dimension)
    fits = known and set(codes) <= set(known.by_code) and (known.multi or len(codes) == 1)
    return "" if fits else "gone"


def since(book: Codebook, version: str) -> list[Change]:
    """Changes that came after a version, the oldest first."""
    return [change for change in book.changes if version_key(change.since) > version_key(version)]


def dimension_today(changes: Sequence[Change], name: str) -> str:
    """What a dimension is called after the changes."""
    for change in changes:
        if not change.dimension and change.kind == "rename" and name in change.before:
            name = change.after[0]
    return name


def carried(changes: Iterable[Change], dimension: str, codes: Sequence[str]) -> tuple[list[str], str]:
    """Codes of one dimension through changes in their order, and the kind of the change that lost one, or nothing."""
    for change in changes:
        if change.dimension != dimension or not set(change.before).intersection(codes):
            continue
        if change.kind not in _CARRIES:
            return list(codes), change.kind
        codes = [change.after[0] if code in change.before else code for code in codes]
    return list(dict.fromkeys(codes)), ""


def old_labels(book: Codebook) -> dict[tuple[str, str], str | None]:
    """(dimension, what a form may still say) -> today's code, or None where nobody can know which is meant."""
    return dict(_old_labels(book))


def _old_labels(book: Codebook) -> Iterator[tuple[tuple[str, str], str | None]]:
    for place, change in enumerate(book.changes):
        if not change.dimension or change.dimension not in book.by_name:
            continue
        known = book.by_name[change.dimension].by_code
        for old in change.before:
            codes, lost = carried(book.changes[place:], change.dimension, [old])
            today = codes[0] if not lost and codes[0] in known else None
            for label in filter(None, (old, change.labels.get(old))):
                yield (change.dimension, label), today


def renamed(book: Codebook, dimension: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Codes that were learnt under an older codebook, by the names they bear today; for what is gone, as they were."""
    known = book.by_name[dimension].by_code if dimension in book.by_name else {}
    renames = [change for change in book.changes if change.kind == "rename"]
    return tuple(code if code in known else carried(renames, dimension, [code])[0][0] for code in codes)

"""Files that left the home with something of somebody in them: written down when they are made, told when one withdraws."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from warehouse import ledger
from warehouse.lake import Lake


def handed_out(lake: Lake, file: Path, refs: Iterable[str], who: str) -> int:
    """To be called before the file is written, so that none goes unlisted. refs: of submissions and contributors."""
    return ledger.append(lake.ledger, who, "handed_out", file.name, {"file": str(file), "refs": sorted(refs)})


def those_of(lake: Lake, refs: Iterable[str]) -> list[dict[str, str]]:
    """file and day (UTC) of every file that holds something of one of these."""
    wanted = frozenset(refs)
    entries = ledger.read(lake.ledger, "handed_out")
    return [{"file": e.payload["file"], "at": e.at[:10]} for e in entries if not wanted.isdisjoint(e.payload["refs"])]


def last_word(lake: Lake) -> int:
    """Number of the latest entry by which a teller may have taken something back."""
    kinds = ("consent", "withdrawal")
    return max((e.id for kind in kinds for e in ledger.read(lake.ledger, kind)), default=0)

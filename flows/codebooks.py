"""Verbs for codebooks: check one, see what a change would do, to Excel and back."""

from __future__ import annotations

from pathlib import Path

from flows import show
from flows.settings import Settings, load
from tasks.codebooks.check import check
from tasks.coding.coder import Coder
from tasks.coding.in_force import coder_in_force
from warehouse import codebook, ledger
from warehouse.codebook import Codebook
from warehouse.codebook_faults import Finding
from warehouse.words import Words


def check_and_tell(home: Path, folder: Path | None, as_json: bool) -> int:
    """Every finding, one a line. Exit code: 1 if there are contradictions; warnings fail nothing."""
    settings = load(home)
    words, folder = Words(settings.language), folder or settings.codebook
    decisions = ledger.read(settings.lake.ledger)
    found = check(folder, lambda book: _coder(settings, book, decisions), decisions)
    wrong = [finding for finding in found if not finding.is_warning]
    if as_json:
        show.as_json({"folder": str(folder), "findings": [_plain(finding, words) for finding in found]})
        return 1 if wrong else 0
    for finding in found:
        print(f"{'△' if finding.is_warning else '✗'} {show.one_line(finding.told(words))}")
    print(words("codebook.wrong", n=len(wrong)) if wrong else _fine(codebook.load(folder), words))
    return 1 if wrong else 0


def _plain(finding: Finding, words: Words) -> dict:
    told = finding.told(words)
    return {
        "file": finding.file,
        "place": finding.place,
        "problem": finding.key,
        "warning": finding.is_warning,
        "told": told,
    }


def _fine(book: Codebook, words: Words) -> str:
    codes = sum(len(dimension.codes) for dimension in book.dimensions)
    return words("codebook.fine", version=book.version, dimensions=len(book.dimensions), codes=codes)


def _coder(settings: Settings, book: Codebook, decisions: list[ledger.Entry]) -> Coder:
    return coder_in_force(book, settings.lake.coders, decisions)

"""All that is wrong with a codebook folder, at once: its files, its cues, its examples, its version."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tasks.codebooks.changes import read_today
from tasks.coding.coder import Coder
from tasks.coding.cues import GAP, PhraseBook, expand, fold
from tasks.coding.question import Question
from warehouse import codebook_faults as faults
from warehouse.codebook import Code, Codebook, CodebookError, Dimension, dimension_of, load
from warehouse.codebook_faults import Finding
from warehouse.ledger import Entry


def check(folder: Path, coder: Callable[[Codebook], Coder], decisions: Sequence[Entry] = ()) -> list[Finding]:
    """Findings, contradictions before warnings. coder: makes the one that examples are tried on; decisions: a ledger's."""
    files, found = faults.read(folder)
    refused = {finding.file for finding in (*found, *faults.refusals(files))}
    found += [*faults.refusals(files), *faults.contradictions(files), *faults.warnings(files)]
    whole = {file: data for file, data in files.items() if file not in {*refused, faults.HEAD}}
    file_of = {name: file for file, data in whole.items() for name in faults.dimensions_of({file: data})}
    for name, file in file_of.items():
        found += _of_dimension(file, dimension_of(name, whole[file]))
    if not refused:
        found += _of_book(load(folder), file_of, coder, decisions, found)
    return sorted(found, key=lambda finding: finding.is_warning)


# What compiling [rules] raises: its own word for it, or Python's where a list stands for a number.
_RULES_RAISE = (CodebookError, TypeError, AttributeError, ValueError, KeyError)


def _of_dimension(file: str, dimension: Dimension) -> list[Finding]:
    found: list[Finding] = []
    try:
        found += _of_cues(file, dimension)
        Question(dimension, PhraseBook())
    except _RULES_RAISE as error:
        if not any(finding.key in ("cue_unreadable", "rules") for finding in found):  # else it says the same again
            found.append(Finding(file, "[rules]", "rules", {"what": error}))
    return found


def _of_book(book: Codebook, file_of, coder, decisions: Sequence[Entry], known: list[Finding]) -> Iterator[Finding]:
    """What shows only when dimensions stand together, or when the book is used."""
    yield from _gone_codes(book, file_of)
    if any(finding.key in ("cue_unreadable", "rules") for finding in known):
        return
    try:
        in_force = coder(book)
    except CodebookError as error:
        yield Finding("", "[rules]", "rules", {"what": error})
        return
    yield from _of_examples(book, file_of, in_force)
    yield from _version_kept(book, decisions)
    yield from _unexplained(book, decisions)


def _of_cues(file: str, dimension: Dimension) -> Iterator[Finding]:
    """Cues that cannot be read, speak for two codes alike, or are explained away."""
    words = dimension.rules.get("words", {})
    phrases: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)  # phrase -> code -> strength
    for code in dimension.codes:
        for kind, cue in _cues(code):
            what = _unreadable(cue, words)
            if what:
                yield Finding(file, code.code, "cue_unreadable", {"cue": cue, "what": what})
            else:
                phrases[tuple(fold(piece).text for piece in cue.split(GAP))].setdefault(code.code, kind)
    if not dimension.multi:
        yield from _alike(file, phrases)
    yield from _explained_away(file, phrases, dimension)


def _cues(code: Code) -> Iterator[tuple[str, str]]:
    for kind, cues in code.cues.items():
        for cue in cues:
            yield kind, cue


def _unreadable(cue: str, words) -> str:
    pieces = cue.split(GAP)
    if len(pieces) > 2:
        return f"{GAP} × {len(pieces) - 1}"
    try:
        for piece in pieces:
            PhraseBook().token([piece], words)
    except CodebookError as error:
        return str(error)
    return ""


def _alike(file: str, phrases) -> Iterator[Finding]:
    """A weak cue may well leave two codes open, and one may speak against many; a stronger one should decide."""
    for pieces, codes in phrases.items():
        for kind, count in Counter(codes.values()).items():
            if count > 1 and kind != "against":
                told = " ".join(code for code, strength in codes.items() if strength == kind)
                fill = {"cue": GAP.join(pieces), "strength": kind}
                yield Finding(file, told, "cue_alike", fill, is_warning=kind == "weak")


def _explained_away(file: str, phrases, dimension: Dimension) -> Iterator[Finding]:
    """A cue that is itself a phrase of other_meaning: of two equal spans neither is the longer, so neither is meant."""
    words = dimension.rules.get("words", {})
    try:
        others = {fold(p).text for phrase in dimension.rules.get("other_meaning", []) for p in expand(phrase, words)}
    except CodebookError as error:
        yield Finding(file, "[rules] other_meaning", "rules", {"what": error})
        return
    for pieces, codes in phrases.items():
        if len(pieces) == 1 and pieces[0] in others:
            yield Finding(file, " ".join(codes), "cue_explained", {"cue": pieces[0]})


def _gone_codes(book: Codebook, file_of: Mapping[str, str]) -> Iterator[Finding]:
    """none_when that waits for an answer which nobody can give."""
    for dimension in book.dimensions:
        for other, codes in dimension.rules.get("none_when", {}).items():
            known = book.by_name[other].by_code if other in book.by_name else {}
            for code in [c for c in codes if c not in known]:
                told = {"dimension": other, "code": code}
                yield Finding(file_of[dimension.name], "[rules] none_when", "bad_count", told)


def _of_examples(book: Codebook, file_of: Mapping[str, str], coder: Coder) -> Iterator[Finding]:
    rows = [(d, c, text) for d in book.dimensions for c in d.codes for text in c.examples]
    for (dimension, code, text), coded in zip(rows, coder.code([text for *_, text in rows]), strict=True):
        said = [claim.code for claim in coded.claims if claim.dimension == dimension.name]
        if code.code not in said:
            told = {"text": text[:30], "said": " ".join(said) or "–"}
            yield Finding(file_of[dimension.name], code.code, "example", told, is_warning=True)


def _version_kept(book: Codebook, decisions: Iterable[Entry]) -> Iterator[Finding]:
    """Decisions name the version and, as a hash, what its codes meant: the same version must not mean two things."""
    under = [e.payload for e in decisions if e.kind == "code" and e.payload.get("codebook_version") == book.version]
    other = sum(payload.get("codebook_meaning", book.meaning) != book.meaning for payload in under)
    if other:
        told = {"version": book.version, "n": other}
        yield Finding(faults.HEAD, "version", "version_kept", told, is_warning=True)


def _unexplained(book: Codebook, decisions: Iterable[Entry]) -> Iterator[Finding]:
    """What people decided by names that are gone, with no [[change]] to say what became of them."""
    read = [read_today(book, entry) for entry in decisions if entry.kind == "code"]
    gone: Counter[tuple[str, str]] = Counter()
    for payload in [entry.payload for entry, lost in read if lost == "gone"]:
        known = book.by_name.get(payload["dimension"])
        gone.update((payload["dimension"], c) for c in payload["codes"] if not known or c not in known.by_code)
    for (dimension, code), count in sorted(gone.items()):
        yield Finding("", f"{dimension}={code}", "unexplained", {"n": count}, is_warning=True)

"""Verbs for codebooks: check one, see what a change would do, to Excel and back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from tasks.codebooks import plan
from tasks.codebooks.changes import since
from tasks.codebooks.check import check
from tasks.coding.coder import Coder
from tasks.coding.in_force import coder_in_force
from tasks.estimate import estimated
from tasks.taken_back import decided
from warehouse import codebook, counts, ledger, schema, store
from warehouse.codebook import Codebook
from warehouse.codebook_faults import Finding
from warehouse.lake import write_durably
from warehouse.words import Words


def check_and_tell(home: Path, folder: Path | None, as_json: bool) -> int:
    """Every finding, one a line. Exit code: 1 if there are contradictions; warnings fail nothing."""
    settings = load(home)
    words, folder = Words(settings.language), folder or settings.codebook
    decisions = decided(settings.lake.ledger)
    found = check(folder, lambda book: _coder(settings, book, decisions), decisions)
    wrong = [finding for finding in found if not finding.is_warning]
    if as_json:
        show.as_json({"folder": str(folder), "findings": [_plain(finding, words) for finding in found]})
        return 1 if wrong else 0
    _print(found, words)
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


@dataclass(frozen=True, slots=True)
class Trial:
    """What one codebook makes of the home's texts and decisions."""

    learnt: list[str]
    story_count: int
    counted: Mapping[str, Mapping[str, int]]  # dimension -> code -> stories
    coded: Mapping[str, Mapping[str, list[str]]]  # dimension -> story -> codes


def plan_and_tell(home: Path, folder: Path, as_json: bool) -> int:
    """What the codebook in `folder` would change. Exit code: 1 if it contradicts itself or leaves a code unexplained."""
    settings = load(home)
    words, decisions = Words(settings.language), decided(settings.lake.ledger)
    found = check(folder, lambda book: _coder(settings, book, decisions))
    if wrong := [finding for finding in found if not finding.is_warning]:
        return _refused(wrong, words, as_json)
    old, new = codebook.load(settings.codebook), codebook.load(folder)
    told = _planned(settings, old, new, decisions)
    missing = list(plan.unexplained(old, new))
    if as_json:
        show.as_json(told | {"findings": [_plain(finding, words) for finding in missing]})
    else:
        _print_plan(told, old, new, words)
        _print(missing, words)
        print(words("codebook.plan_how", folder=folder, home=settings.codebook))
    return 1 if any(not finding.is_warning for finding in missing) else 0


def _refused(found: list[Finding], words: Words, as_json: bool) -> int:
    if as_json:
        show.as_json({"findings": [_plain(finding, words) for finding in found]})
    else:
        _print(found, words)
    return 1


def _print(found: list[Finding], words: Words) -> None:
    for finding in found:
        print(f"{'△' if finding.is_warning else '✗'} {show.one_line(finding.told(words))}")


def _planned(settings: Settings, old: Codebook, new: Codebook, decisions: list[ledger.Entry]) -> dict:
    with store.reading(settings.lake, str(settings.zone)) as con:
        submissions = _submissions(con)
        ticks = [tuple(row.values()) for row in store.ask(con, store.question("plan_ticks"))]
    said = plan.by_ref(decisions)
    now, then = (_trial(settings, book, submissions, decisions, said, ticks) for book in (old, new))
    hashes = dict(zip(*submissions.select(["submission_ref", "text_hash"]).to_pydict().values(), strict=True))
    rows = plan.moved(now.counted, then.counted)
    return {
        "from": old.version,
        "to": new.version,
        "submissions": len(submissions),
        "stories": {"now": now.story_count, "then": then.story_count},
        "moved": [dict(zip(("dimension", "code", "now", "then"), row, strict=True)) for row in rows],
        "recoded": plan.recoded(now.coded, then.coded, since(new, old.version)),
        "decisions": dict.fromkeys(("kept", "carried", "review", "rest"), 0) | plan.fates(old, new, said, hashes),
        "without_model": [name for name in now.learnt if name in new.by_name and name not in then.learnt],
    }


def _submissions(con) -> pa.Table:
    table = con.sql(store.question("plan_submissions")).to_arrow_table()
    return table.select(schema.INPUTS["in_submission"].names).cast(schema.INPUTS["in_submission"])


def _trial(settings: Settings, book: Codebook, submissions, decisions, said, ticks) -> Trial:
    """A warehouse of its own, outside the home and without texts, asked and thrown away."""
    coder, names = _coder(settings, book, decisions), [dimension.name for dimension in book.dimensions]
    words, zone = Words(settings.language), str(settings.zone)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.duckdb"
        store.build(path, plan.inputs(book, coder, submissions, said, ticks), names, zone, estimated)
        con = store.open_locked(path, zone)
        try:
            tables = {name: counts.breakdown(con, name, words).rows for name in names}
            codes = {name: store.ask(con, store.question("plan_codes_DIMENSION", DIMENSION=name)) for name in names}
            story_count = counts.totals(con)["story_count"]
        finally:
            con.close()
    counted = {
        name: {r["code"]: r["story_count"] for r in rows if r["level"] == "code"} for name, rows in tables.items()
    }
    coded = {name: {row["story_id"]: row["codes"] for row in rows} for name, rows in codes.items()}
    return Trial(coder.learnt, story_count, counted, coded)


def _print_plan(told: dict, old: Codebook, new: Codebook, words: Words) -> None:
    print(words("codebook.plan", before=told["from"], after=told["to"], n=told["submissions"]))
    by_dimension = [
        words("codebook.plan_story", dimension=_label(new, old, name, words), n=count)
        for name, count in told["recoded"].items()
        if count
    ]
    stories = "、".join(by_dimension) or words("codebook.plan_none")
    print("  " + words("codebook.plan_stories", stories=stories, **told["stories"]))
    for row in told["moved"]:
        label = _label(new, old, row["dimension"], words, row["code"])
        shown = {name: "–" if row[name] is None else row[name] for name in ("now", "then")}
        dimension = _label(new, old, row["dimension"], words)
        print("  " + words("codebook.plan_moved", **row | shown | {"dimension": dimension}, label=label))
    print("  " + words("codebook.plan_fates", **told["decisions"]))
    for name in told["without_model"]:
        print("  " + words("codebook.plan_unlearnt", dimension=_label(new, old, name, words)))


def _label(new: Codebook, old: Codebook, dimension: str, words: Words, code: str | None = None) -> str:
    """In words of the new codebook, or of the old one for what is gone."""
    for book in (new, old):
        known = book.by_name.get(dimension)
        if known and (code is None or code in known.by_code):
            return getattr(known.by_code[code] if code else known, words.language)
    return code or dimension


def export_and_tell(home: Path, out: Path) -> str:
    """The home's codebook as a workbook; what to tell. Refused if it cannot be."""
    from tasks.codebooks import excel

    settings = load(home)
    words = Words(settings.language)
    codebook.load(settings.codebook)  # one that is broken is mended first
    try:
        sheets = write_durably(out, lambda made: excel.to_excel(settings.codebook, made))
    except excel.NotExcel as error:
        raise Refused(words(f"excel.{error.key}", **error.fill)) from None
    return words("excel.exported", file=out, n=sheets)


def import_and_tell(home: Path, file: Path, out: Path) -> int:
    """The home's codebook with what the workbook says, as a folder of its own, and checked. Exit code as `check`."""
    from tasks.codebooks import excel

    settings = load(home)
    words = Words(settings.language)
    if out.exists():
        raise Refused(words("excel.there", folder=out))
    try:
        changed = excel.from_excel(file, settings.codebook, out)
    except excel.NotExcel as error:
        raise Refused(words(f"excel.{error.key}", **error.fill)) from None
    print(words("excel.imported", folder=out, files=" ".join(changed) or words("codebook.plan_none")))
    code = check_and_tell(home, out, as_json=False)
    print(words("excel.how", folder=out))
    return code

"""Verbs for what people decide: see the next submission, decide a code, read the ledger."""

from __future__ import annotations

import getpass
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from dashboards.plain import plain
from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from tasks import adjudication
from warehouse import codebook, ledger, store
from warehouse.words import Words


def show_next(home: Path, as_json: bool) -> None:
    """The next submission to decide: those drawn at random first, then where a decision tells most."""
    settings = load(home)
    words = Words(settings.language)
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = store.ask(con, store.question("review_next"))
    decisions, book = _decisions(settings), codebook.load(settings.codebook)
    waiting = _open(rows, decisions, book)
    if as_json:
        show.as_json({"waiting": len(waiting), "next": waiting[0] if waiting else None})
    elif not waiting:
        print(words("review.none"))
    else:
        _print(waiting[0], len(waiting), words)
        _print_disagreements(waiting[0], decisions, words)


def _open(rows: list[dict], decisions: list[ledger.Entry], book: codebook.Codebook) -> list[dict]:
    """Rows of review_next without the questions that were decided, about the text on show, since the build."""
    decided = _decided(decisions)
    for row in rows:
        said = decided.get((row["submission_ref"], row["text_hash"]), {})
        row["dimensions"] = [] if _uncounted(said, book) else [d for d in row["dimensions"] if d not in said]
    return [row for row in rows if row["dimensions"]]


def _by_question(decisions: list[ledger.Entry]) -> dict[tuple[str, str, str], list[ledger.Entry]]:
    """(submission_ref, dimension, text_hash) -> what was decided of it, in order of writing."""
    said = defaultdict(list)
    for entry in decisions:
        said[tuple(entry.payload[name] for name in ("submission_ref", "dimension", "text_hash"))].append(entry)
    return said


def open_disagreements(decisions: list[ledger.Entry]) -> dict[tuple[str, str, str], list[ledger.Entry]]:
    """Those of _by_question() that want an adjudicator."""
    said = _by_question(adjudication.by_people(decisions))
    return {what: entries for what, entries in said.items() if adjudication.disagree(entries)}


def _print_disagreements(row: dict, decisions: list[ledger.Entry], words: Words) -> None:
    """Who said what of the questions that want an adjudicator."""
    for (ref, dimension, seen), said in open_disagreements(decisions).items():
        if (ref, seen) == (row["submission_ref"], row["text_hash"]):
            told = [f"{who}={','.join(e.payload['codes']) or '–'}" for who, e in adjudication.words(said).items()]
            print(words("review.disagreement", dimension=dimension, told=plain(" / ".join(told)), ref=ref))


def _decided(decisions: list[ledger.Entry]) -> dict[tuple[str, str], dict[str, list[str]]]:
    """(ref, text hash) -> dimension -> codes, where the latest word is a person's and no other person's differs.

    A teller's correction asks for a person.
    """
    decided: dict = defaultdict(dict)
    for (ref, dimension, seen), said in _by_question(decisions).items():
        last = said[-1].payload
        if last.get("as") != adjudication.CONTRIBUTOR and not adjudication.disagree(adjudication.by_people(said)):
            decided[ref, seen][dimension] = last["codes"]
    return decided


def _uncounted(said: dict[str, list[str]], book: codebook.Codebook) -> bool:
    """Whether a person has said that it is not to be counted: nothing more is asked of it."""
    shut = any(name in said and not set(said[name]) & set(codes) for name, codes in book.count_only.items())
    return shut or any(set(said.get(name, ())) & set(codes) for name, codes in book.count_apart.items())


def decided_since(settings: Settings, ref: str, seen: str) -> dict[str, list[str]]:
    """dimension -> codes that people decided of a submission by the text on show, built in yet or not."""
    return _decided(_decisions(settings)).get((ref, seen), {})


def _print(row: dict, waiting: int, words: Words) -> None:
    print(words("review.waiting", n=waiting))
    if row["is_drawn"]:
        print(words("sample.is_drawn"))
    print(f"\n{row['submission_ref']}  {words('channel.' + row['channel'])}  {row['local_date']}")
    print(plain("\n".join(filter(None, [row["title_masked"], row["body_masked"]]))))
    print()
    for code in row["codes"]:
        mark = "?" if code["dimension"] in row["dimensions"] else " "
        print(f" {mark} {code['dimension']}={code['code'] or '–'}  {code['probability']:.2f}")
    for code in row["llm_codes"]:
        what = f"{code['dimension']}={code['code'] or '–'}  {code['probability']:.2f}"
        print(f"   {words('llm.says', what=what)}")
    print(words("review.how", ref=row["submission_ref"], dimension=row["dimensions"][0]))
    print(words("confirm.how", ref=row["submission_ref"]))


def decide(
    home: Path, submission: str, decision: str, who: str | None, why: str | None, voice: str | None = None
) -> str:
    """Write one decision on one dimension of one submission (ref or native id) into the ledger; returns what to tell.

    voice: `contributor` where the teller asked for it: heard before the machine, after the editors; `adjudicator` where
    it settles what people disagree about.

    It names the text that was on show, so that it never speaks for a text that changed since.
    """
    settings = load(home)
    book = codebook.load(settings.codebook)
    dimension, codes = _parsed(decision, book)
    submission_id, ref, seen = find(settings, submission)
    payload = {"dimension": dimension, "codes": codes, "text_hash": seen, "submission_ref": ref}
    payload |= {"codebook_version": book.version, "codebook_meaning": book.meaning} | ({"as": voice} if voice else {})
    entry = ledger.append(settings.lake.ledger, who or getpass.getuser(), "code", submission_id, payload, why)
    return Words(settings.language)("review.decided", id=entry, ref=ref, what=f"{dimension}={','.join(codes) or '–'}")


def _parsed(decision: str, book: codebook.Codebook) -> tuple[str, list[str]]:
    name, equals, value = decision.partition("=")
    dimension = book.by_name.get(name) or next((d for d in book.dimensions if d.key == name), None)
    if not equals or dimension is None:
        known = " ".join(d.name for d in book.dimensions)
        raise Refused(f"「{decision}」: 観点=分類 の形で書いてください。観点: {known}")
    codes = list(dict.fromkeys(c.strip() for c in value.split(",") if c.strip()))
    unknown = [c for c in codes if c not in dimension.by_code]
    if unknown:
        raise Refused(f"「{unknown[0]}」は{dimension.ja}の分類にありません。使えるもの: {' '.join(dimension.by_code)}")
    if not dimension.multi and len(codes) != 1:
        raise Refused(f"{dimension.ja}は1つだけ選んでください")
    return dimension.name, codes


def find(settings: Settings, name: str) -> tuple[str, str, str]:
    """(submission_id, ref, text hash) of a submission named by its ref or by its native id."""
    from tasks.refs import ref as made
    from tasks.whereabouts import submission_id_of

    ref = made(settings.key(), "submission", name) if ":" in name else name
    with store.reading(settings.lake, str(settings.zone)) as con:
        found = store.ask(con, store.question("review_find"), {"ref": ref})
    if not found:
        raise Refused(
            f"{name}: この応募は集計済みのデータにありません。neta review next か neta explain で確かめてください"
        )
    native = name if ":" in name else submission_id_of(settings.lake, settings.key(), ref, found[0]["raw_id"])
    return native, ref, found[0]["text_hash"]


def _decisions(settings: Settings) -> list[ledger.Entry]:
    """Those that today's codebook still understands, in its words."""
    from tasks.codebooks.changes import read_today

    book = codebook.load(settings.codebook)
    read = [read_today(book, entry) for entry in ledger.read(settings.lake.ledger, "code")]
    return [entry for entry, lost in read if not lost]


def show_ledger(home: Path, kind: str | None, as_json: bool) -> None:
    """Every decision, in order."""
    settings = load(home)
    entries = [asdict(e) for e in ledger.read(settings.lake.ledger, kind)]
    if as_json:
        show.as_json(entries)
        return
    for e in entries:
        what = " ".join(f"{k}={v}" for k, v in e["payload"].items() if k in ("dimension", "codes", "other", "note"))
        print(f"{e['id']}  {e['at']}  {e['who']}  {e['kind']}  {e['subject']}  {what}  {e['why'] or ''}".rstrip())

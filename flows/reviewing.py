"""Verbs for what people decide: see the next submission, decide a code, read the ledger."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from dashboards.plain import plain
from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from flows.told import told
from flows.waiting import Row, Task, Waiting, disputed
from tasks import adjudication
from warehouse import codebook, ledger, store
from warehouse.words import Words


def show_next(home: Path, as_json: bool) -> None:
    """The next submission to decide: those drawn at random first, then where a decision tells most."""
    settings = load(home)
    words = Words(settings.language)
    with store.reading(settings.lake, str(settings.zone)) as con:
        waiting = waiting_of(settings, con)
        task = next(waiting.open(), None)
        row = _row(con, task) if task else None
    if as_json:
        show.as_json({"waiting": waiting.open_count(), "next": row})
    elif not row:
        print(words("review.none"))
    else:
        _print(row, waiting.open_count(), words)
        _print_disagreements(row, waiting, words)


def waiting_of(settings: Settings, con) -> Waiting:
    """The queue of the version that a connection reads, with everything that the ledger says."""

    def look_up(refs: Sequence[str]) -> list[tuple[str, str]]:
        cursor = con.cursor()  # it may be asked later, by another thread
        return cursor.execute(store.question("review_named"), {"refs": list(refs)}).fetchall()

    waiting = Waiting(_rows(con), codebook.load(settings.codebook), look_up)
    waiting.hear(ledger.read(settings.lake.ledger))
    return waiting


def _rows(con) -> dict[str, Row]:
    """Equal lists of dimensions are one tuple: a hundred thousand rows hold few different ones."""
    cursor, found, known = con.execute(store.question("review_next")), {}, {}
    while some := cursor.fetchmany(5_000):
        for ref, seen, dimensions, is_drawn, _ in some:
            asked = tuple(dimensions)
            found[ref] = Row(ref, seen, known.setdefault(asked, asked), is_drawn)
    return found


def _row(con, task: Task) -> dict:
    """A task with the text and the codes that stand."""
    story = told(con, task.ref)
    kept = ("submission_ref", "channel", "local_date", "text_hash", "title_masked", "body_masked")
    codes = [{name: row[name] for name in ("dimension", "code", "probability")} for row in story.standing]
    found = {name: story.tellings[0][name] for name in kept} | {"codes": codes, "llm_codes": story.llm_codes}
    return found | {"dimensions": list(task.dimensions), "is_drawn": task.why == "drawn"}


def _print_disagreements(row: dict, waiting: Waiting, words: Words) -> None:
    """Who said what of the questions that want an adjudicator."""
    ref = row["submission_ref"]
    for dimension, said in disputed(waiting.said(ref, row["text_hash"])).items():
        spoken = [f"{who}={','.join(e.payload['codes']) or '–'}" for who, e in adjudication.words(said).items()]
        print(words("review.disagreement", dimension=dimension, told=plain(" / ".join(spoken)), ref=ref))


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
    payload = chosen(dimension, codes, seen, ref, book) | ({"as": voice} if voice else {})
    entry = ledger.append(settings.lake.ledger, who or getpass.getuser(), "code", submission_id, payload, why)
    return Words(settings.language)("review.decided", id=entry, ref=ref, what=f"{dimension}={','.join(codes) or '–'}")


def chosen(dimension: str, codes: Sequence[str], seen: str, ref: str, book: codebook.Codebook) -> dict:
    """What a decision says that a person chose; seen: the hash of the text on show."""
    about = {"dimension": dimension, "codes": list(codes), "text_hash": seen, "submission_ref": ref}
    return about | {"codebook_version": book.version, "codebook_meaning": book.meaning}


def _parsed(decision: str, book: codebook.Codebook) -> tuple[str, list[str]]:
    name, equals, value = decision.partition("=")
    dimension = book.by_name.get(name) or next((d for d in book.dimensions if d.key == name), None)
    if not equals or dimension is None:
        known = " ".join(d.name for d in book.dimensions)
        raise Refused(f"「{decision}」: 観点=分類 の形で書いてください。観点: {known}")
    return dimension.name, checked(dimension, [c.strip() for c in value.split(",") if c.strip()])


def checked(dimension: codebook.Dimension, codes: Sequence[str]) -> list[str]:
    """Codes of one dimension, each once. Refused if they cannot be decided."""
    codes = list(dict.fromkeys(codes))
    unknown = [c for c in codes if c not in dimension.by_code]
    if unknown:
        raise Refused(f"「{unknown[0]}」は{dimension.ja}の分類にありません。使えるもの: {' '.join(dimension.by_code)}")
    if not dimension.multi and len(codes) != 1:
        raise Refused(f"{dimension.ja}は1つだけ選んでください")
    return codes


def find(settings: Settings, name: str) -> tuple[str, str, str]:
    """(submission_id, ref, text hash) of a submission named by its ref or by its native id."""
    with store.reading(settings.lake, str(settings.zone)) as con:
        return find_in(con, settings, name)


def find_in(con, settings: Settings, name: str) -> tuple[str, str, str]:
    """As find, in a version that is open."""
    from tasks.refs import ref as made

    ref = made(settings.key(), "submission", name) if ":" in name else name
    found = store.ask(con, store.question("review_find"), {"ref": ref})
    if not found:
        raise Refused(
            f"{name}: この応募は集計済みのデータにありません。neta review next か neta explain で確かめてください"
        )
    native = name if ":" in name else native_of(con, settings, ref)
    return native, ref, found[0]["text_hash"]


def native_of(con, settings: Settings, ref: str) -> str:
    """The submission_id behind a ref that this version has."""
    from tasks.whereabouts import submission_id_of

    (item,) = store.ask(con, store.question("review_item"), {"ref": ref})
    return submission_id_of(settings.lake, settings.key(), ref, item["raw_id"])


def show_ledger(home: Path, kind: str | None, as_json: bool) -> None:
    """Every decision, in order."""
    settings = load(home)
    entries = [asdict(e) for e in ledger.read(settings.lake.ledger, kind)]
    if as_json:
        show.as_json(entries)
        return
    for e in entries:
        what = " ".join(
            f"{k}={v}" for k, v in e["payload"].items() if k in ("dimension", "codes", "other", "note", "where")
        )
        print(f"{e['id']}  {e['at']}  {e['who']}  {e['kind']}  {e['subject']}  {what}  {e['why'] or ''}".rstrip())

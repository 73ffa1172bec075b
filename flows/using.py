"""`neta used`: which tellings stand in the book already, and where. The quote finder leaves them out from the next build on."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from tasks import tombstones
from tasks.refs import ref as made
from tasks.taken_back import UNDO, decided
from tasks.whereabouts import submission_id_of
from warehouse import ledger, store
from warehouse.lake import Lake
from warehouse.ledger import Entry, New
from warehouse.words import Words

USED = "used"
LONGEST = 80  # characters of a place in the book: chapter, page


def use(home: Path, names: Sequence[str], where: str | None, who: str | None, is_undone: bool = False) -> str:
    """Record it, or take it back, for tellings by their refs or native ids, or for stories (h…). Returns what to tell."""
    settings, who = load(home), who or getpass.getuser()
    words = Words(settings.language)
    if is_undone:
        return words("used.undone", n=take_back(settings, names, where, who))
    return words("used.done", n=record(settings, names, where or "", who), where=(where or "").strip())


def record(settings: Settings, names: Sequence[str], where: str, who: str) -> int:
    """One entry a telling; of a story, for the one that stands for it. Returns how many. Refused: no place, an unknown name."""
    words, refs = Words(settings.language), _refs(settings, names)
    where, rows = _place(where, words), _tellings(settings, refs)
    known = {row[column] for row in rows for column in ("submission_ref", "story_id")}
    if unknown := [name for ref, name in refs.items() if ref not in known]:
        raise Refused(words("used.unknown", name=unknown[0]))
    meant = [(row["submission_ref"], row["raw_id"]) for row in rows if row["is_meant"]]
    ids = [submission_id_of(settings.lake, settings.key(), *one) for one in meant]
    return len(ledger.append_many(settings.lake.ledger, [New(who, USED, id_, {"where": where}) for id_ in ids]))


def _place(where: str, words: Words) -> str:
    told = " ".join(where.split())
    if not 0 < len(told) <= LONGEST:
        raise Refused(words("used.where", longest=LONGEST))
    return told


def _tellings(settings: Settings, refs: Iterable[str]) -> list[dict]:
    """Rows of tellings_named.sql."""
    with store.reading(settings.lake, str(settings.zone)) as con:
        return store.ask(con, store.question("tellings_named"), {"refs": list(refs)})


def _refs(settings: Settings, names: Sequence[str]) -> dict[str, str]:
    """ref -> the name by which it was asked for."""
    return {made(settings.key(), "submission", name) if ":" in name else name: name for name in names}


def take_back(settings: Settings, names: Sequence[str], where: str | None, who: str) -> int:
    """Undo what stands of these, at one place or at all; returns how many entries. Refused if nothing stands."""
    words, refs = Words(settings.language), set(_refs(settings, names))
    refs |= {row["submission_ref"] for row in _tellings(settings, refs)}
    wanted = _place(where, words) if where else None
    gone: dict[tuple[str, str], list[int]] = {}
    for ref, entry in standing(settings):
        if ref in refs and wanted in (None, entry.payload.get("where")):
            gone.setdefault((ref, entry.subject), []).append(entry.id)
    if not gone:
        raise Refused(words("used.nothing", name=" ".join(names)))
    payloads = [(subject, {"entries": ids, "submission_ref": ref}) for (ref, subject), ids in gone.items()]
    ledger.append_many(settings.lake.ledger, [New(who, UNDO, *told) for told in payloads])
    return sum(map(len, gone.values()))


def standing(settings: Settings) -> list[tuple[str | None, Entry]]:
    """What was used and not taken back, in order, with the ref of each; None: it was withdrawn since."""
    entries, key = decided(settings.lake.ledger, USED), settings.key()
    return [(None if e.subject.startswith("withdrawn:") else made(key, "submission", e.subject), e) for e in entries]


def of_marks(lake: Lake, key: bytes, marks: Collection[str]) -> dict[str, str]:
    """Entry id -> where, of what was used of those whom these tombstones will cover."""
    entries = decided(lake.ledger, USED)
    theirs = (e for e in entries if tombstones.mark(key, "submission", e.subject) in marks)
    return {str(e.id): e.payload.get("where", "") for e in theirs}


def show_used(home: Path, as_json: bool) -> None:
    """What stands, a line each."""
    settings = load(home)
    words = Words(settings.language)
    rows = [_row(settings, ref, entry) for ref, entry in standing(settings)]
    if as_json:
        show.as_json(rows)
        return
    for row in rows:
        print(_line(row, words))
    if not rows:
        print(words("used.none"))


def _row(settings: Settings, ref: str | None, entry: Entry) -> dict:
    at = datetime.fromisoformat(entry.at).astimezone(settings.zone)
    told = {"entry": entry.id, "submission_ref": ref, "where": entry.payload.get("where")}
    return told | {"date": f"{at:%Y-%m-%d}", "who": entry.who}


def _line(row: Mapping, words: Words) -> str:
    ref = row["submission_ref"] or words("used.withdrawn")
    return f"{row['date']}  {ref}  {show.one_line(row['where'] or '–')}  {row['who']}"

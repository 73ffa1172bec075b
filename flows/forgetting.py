"""`neta forget`: take a person, or one submission, out of everything a home holds, and prove it by reading what is left.

Order: what must be known to finish is written down; ledger; tombstones; raw; what was made of it; rebuild; proof. Broken
off anywhere, the same command finishes it.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

from flows import handing, runlog, show
from flows import pending as pendings
from flows.build import build
from flows.failures import Refused
from flows.pending import Pending
from flows.settings import Settings, load
from tasks import erase, person, stored, tombstones
from tasks.inbox import land_inbox
from tasks.stored import Reading
from tasks.traces import Found, Traces, search
from warehouse import cells, ledger, store
from warehouse import tombstones as stones_files
from warehouse.lake import Lake, locked
from warehouse.words import Words

VERIFIED = ("channel", "operator")  # by the channel that it came through, or by the operator's word


def forget(
    home: Path,
    name: str,
    only: bool,
    verified_by: str,
    who: str | None,
    why: str | None,
    yes: bool,
    as_json: bool,
    move_to: Path | None = None,
) -> int:
    """Forget the person behind a name, or one submission; tell what was done and what is out of reach. Exit code.

    move_to: a folder outside the home for files of the inbox that hold the person; without it they are removed.
    """
    settings = load(home)
    words = Words(settings.language)
    with locked(settings.lake):
        _must_be_outside(settings, move_to, words)
        pending = _begun(settings, name, only, why, move_to, words)
        if pending is None:
            print(words("forget.gone", name=name))
            return 0
        if not (yes or _confirmed(pending, words)):
            print(words("forget.left"))
            return 1
        pendings.write(settings.lake, pending)
        carry_out(settings, pending, {"verified_by": verified_by}, who or getpass.getuser(), why)
    build(settings, empty_cache=True)
    with locked(settings.lake):
        found, reading = prove(settings, pending)
        _tell(settings, pending, found, reading, words, as_json)  # before `finish`: broken off here, it is told again
        if not found:
            pendings.finish(settings.lake, pending)
    return 1 if found else 0


def _begun(settings: Settings, name: str, only: bool, why: str | None, move_to, words: Words) -> Pending | None:
    """The withdrawal as it is to be carried out: a new one, one that was broken off, or both together. None: done before."""
    lake, key = settings.lake, settings.key()
    broken_off = [p for p in pendings.every(lake) if _goes_by(p, key, name)]
    try:
        who = person.find(lake, key, name, only, settings.call, settings.me, settings.gap_minutes, own_texts(settings))
    except person.NoSuchPerson:
        if broken_off:
            return broken_off[0]
        if tombstones.read(lake).has_id(name):
            return None
        raise Refused(words("forget.unknown", name=name)) from None
    except person.IsOwner:
        raise Refused(words("forget.owner", name=name)) from None
    if why and any(who.traces.found_in(why)):
        raise Refused(words("forget.why_names"))
    new = pendings.of(who, erase.holding(_waiting(settings), who.traces), move_to)
    same = [p for p in broken_off if p.subject == new.subject]
    return pendings.together(same[0], new) if same else new


def _must_be_outside(settings: Settings, folder: Path | None, words: Words) -> None:
    if folder and (
        folder.exists() and not folder.is_dir() or folder.resolve().is_relative_to(settings.lake.home.resolve())
    ):
        raise Refused(words("forget.not_outside", folder=folder))


def _goes_by(pending: Pending, key: bytes, name: str) -> bool:
    space, _, rest = name.partition(":")
    marks = {tombstones.mark(key, "submission", name), tombstones.mark(key, "author", space, rest)}
    return name in pending.names or not marks.isdisjoint(pending.names)


def own_texts(settings: Settings) -> str:
    """What the home itself says, the call above all: people quote it, and it is nobody's trace."""
    files = [settings.lake.settings_file, *stored.files(settings.codebook)]
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


def _waiting(settings: Settings) -> list[Path]:
    """Every file in the home's inboxes, and in those that the settings put elsewhere."""
    inboxes = {settings.inbox(channel) for channel in settings.channels} | {settings.lake.inbox}
    return sorted({file for inbox in inboxes if inbox.is_dir() for file in stored.files(inbox)})


def _confirmed(pending: Pending, words: Words) -> bool:
    import click

    print(words(f"forget.asks_{pending.told['scope']}", **{k: pending.told[k] for k in ("submissions", "items")}))
    for file in pending.waiting:
        print(_fate_of(file, pending, words))
    return click.confirm(words("forget.sure"), default=False)


def _fate_of(file: str, pending: Pending, words: Words) -> str:
    if pending.move_to:
        return words("forget.moves", file=file, folder=pending.move_to)
    return words("forget.waits_zip" if file.lower().endswith(".zip") else "forget.waits", file=file)


def carry_out(settings: Settings, pending: Pending, payload: dict, who: str, why: str | None) -> None:
    """Everything up to the rebuild, under the home's lock; each step may be done again."""
    lake = settings.lake
    if not any(entry.payload.get("id") == pending.id for entry in ledger.read(lake.ledger, "withdrawal")):
        told = {**pending.told, **payload, "id": pending.id}
        ledger.append(lake.ledger, who, "withdrawal", pending.subject, told, why)
    stones_files.add(lake, pending.marks)
    kept = _land_waiting(settings, pending)
    erase_withdrawn(settings, pending.traces)
    _put_away(lake, pending, [f for f in _own_waiting(settings, pending) if f not in kept], who)


def _put_away(lake: Lake, pending: Pending, files: Sequence[Path], who: str) -> None:
    """Remove the inbox's files that hold the person, or move them to where the owner wants to keep them."""
    if not pending.move_to:
        erase.remove_waiting(files)
        return
    for file in files:
        to = erase.free_place(Path(pending.move_to) / file.name)
        handing.handed_out(lake, to, pending.names, who)
        erase.move(file, to)


def erase_withdrawn(settings: Settings, wanted: Traces) -> None:
    """What tombstones cover leaves ledger and raw, and what was made of it goes: also after a restore."""
    lake, stones = settings.lake, tombstones.read(settings.lake)
    erase.redact_ledger(lake, stones)
    erase.rewrite_raw(lake, stones)
    erase.remove_derived(lake)
    erase.clean_state(lake, wanted)


def _own_waiting(settings: Settings, pending: Pending) -> list[Path]:
    """Files that wait within the home; what lies elsewhere is the owner's to remove."""
    return [f for f in map(Path, pending.waiting) if f.is_relative_to(settings.lake.home) and f.exists()]


def _land_waiting(settings: Settings, pending: Pending) -> set[Path]:
    """Land what the files hold of other people, before they go. Returns those that could not be read whole: they stay."""
    now, files = runlog.now(), _own_waiting(settings, pending)
    kept: set[Path] = set()
    for channel in settings.channels:
        inbox = settings.inbox(channel)
        if any(file.is_relative_to(inbox) for file in files):
            run_id = runlog.new_run_id(now)
            landing = land_inbox(settings.lake, channel, inbox, settings.options(channel), now, run_id)
            kept |= landing.unfinished
    return kept


def prove(settings: Settings, pending: Pending) -> tuple[list[Found], Reading]:
    """Read everything that the home stores, and search it for every trace."""
    home, reading = settings.lake.home, Reading()
    files = list(stored.files(home, but=[settings.lake.forgetting, home / ".lock"]))
    for file in files:
        if cells.is_sqlite(file):
            cells.vacuum(file)
    return [*search(files, pending.traces, reading), *_in_database(settings.lake, pending.traces)], reading


def _in_database(lake: Lake, wanted: Traces) -> list[Found]:
    """What stands in a ledger that lies in no file of the home."""
    told = "\n".join(ledger.lines(lake.ledger)) if lake.ledger_url else ""
    return [Found(lake.home / "PostgreSQL", "ledger", kind) for kind in wanted.found_in(told)]


def _still_told_in(settings: Settings, pending: Pending) -> list[dict]:
    """Submissions of others that hold what was withdrawn, as the new warehouse shows them: submission_ref, channel, date."""
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = store.ask(con, store.question("texts"), {"refs": None})
    texts = ["\n".join(filter(None, [row.pop("title_masked"), row.pop("body_masked")])) for row in rows]
    return [row for row, text in zip(rows, texts, strict=True) if any(pending.traces.found_in(text))]


def _tell(
    settings: Settings, pending: Pending, found: Sequence[Found], reading: Reading, words: Words, as_json
) -> None:
    home = settings.lake.home
    places = [{"file": str(f.path.relative_to(home)), "where": f.where, "kind": f.kind} for f in found]
    beyond = _out_of_reach(settings, pending, words)
    others = _still_told_in(settings, pending) if found else []
    if as_json:
        read = {"files": dict(reading.files), "parts": dict(reading.parts), "unread": reading.unread}
        searched = {"traces": pending.traces.count, "too_short": pending.traces.short}
        told = {"withdrawal": pending.told, "searched": searched, "read": read, "found": places}
        show.as_json({**told, "still_told_in": others, "out_of_reach": beyond})
        return
    print(words("forget.done", **{k: pending.told[k] for k in ("submissions", "items")}))
    print(words("forget.searched", n=pending.traces.count))
    if pending.traces.short:
        print(words("forget.short", n=pending.traces.short))
    read = {**dict.fromkeys(("parquet", "duckdb", "sqlite", "other"), 0), **reading.files}
    parts = {**dict.fromkeys(("cells", "members", "mails"), 0), **reading.parts}
    print(words("forget.read", **read, **parts))
    for name in reading.unread:
        print(words("forget.unread", name=show.one_line(name)))
    for place in places:
        print("✗ " + words("forget.found", **{**place, "kind": words(f"forget.kind_{place['kind']}")}))
    for row in others:
        print("  " + words("forget.told_in", **{**row, "channel": words(f"channel.{row['channel']}")}))
    print(words("forget.not_clean", file=pending.file(settings.lake)) if found else words("forget.clean"))
    print(words("forget.beyond"))
    for line in beyond:
        print(f"  - {line}")


def _out_of_reach(settings: Settings, pending: Pending, words: Words) -> list[str]:
    """Copies that neta cannot remove, by what is known of them."""
    lines = [words("forget.source", channel=words(f"channel.{c}")) for c in pending.told["channels"]]
    lines += [words("forget.file", file=file) for file in pending.waiting if Path(file).exists()]
    entries = ledger.read(settings.lake.ledger)
    lines += [words("forget.backup", file=e.payload["file"], at=e.at[:10]) for e in entries if e.kind == "backup"]
    lines += [words("forget.handed_out", **out) for out in handing.those_of(settings.lake, pending.names)]
    stones = tombstones.read(settings.lake)
    names = {f"withdrawn:{mark}" for mark in pending.marks if mark in stones.marks}
    lines += [words("forget.used", id=e.id, at=e.at[:10]) for e in entries if e.kind == "used" and e.subject in names]
    return [*lines, words("forget.elsewhere")]

"""`neta forget`: take a person, or one submission, out of everything a home holds, and prove it by reading what is left.

Order: what must be known to finish is written down; ledger; tombstones; raw; what was made of it; rebuild; proof. Broken
off anywhere, the same command finishes it.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

from flows import handing, runlog, using, withdrawal_told
from flows import pending as pendings
from flows.build import build
from flows.failures import Refused
from flows.pending import Pending
from flows.settings import Settings, load
from tasks import erase, person, stored, tombstones
from tasks.inbox import land_inbox
from tasks.stored import Reading
from tasks.traces import Found, Traces, search
from warehouse import cells, ledger
from warehouse import tombstones as stones_files
from warehouse.lake import Lake, locked
from warehouse.words import Words


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
    is_kept: bool = False,
) -> int:
    """Forget the person behind a name, or one submission; tell what was done and what is out of reach. Exit code.

    move_to: a folder outside the home for files of the inbox that hold the person; without it they are removed; is_kept:
    what is told outlives the withdrawal, so nothing of the person may stand in it.
    """
    settings = load(home)
    words = Words(settings.language)
    with locked(settings.lake):
        _must_be_outside(settings, move_to, words)
        pending = begun(settings, name, only, why, move_to, words)
        if pending is None:
            print(words("forget.gone_before") if is_kept else words("forget.gone", name=name))
            return 0
        if not (yes or _confirmed(pending, words)):
            print(words("forget.left"))
            return 1
        pendings.write(settings.lake, pending)
        carry_out(settings, pending, {"verified_by": verified_by}, who or getpass.getuser(), why)
    build(settings, empty_cache=True)
    with locked(settings.lake):
        found, reading = prove(settings, pending)
        told = withdrawal_told.afterwards(settings, pending, found, reading)
        withdrawal_told.tell(
            told, words, as_json, pending.traces if is_kept else None
        )  # before `finish`: broken off here, it is told again
        if not found:
            pendings.finish(settings.lake, pending)
    return 1 if found else 0


def foretell(home: Path, name: str, only: bool, why: str | None, as_json: bool) -> None:
    """Tell what a withdrawal would take and what it would leave; nothing is changed. Refused as by `forget`."""
    settings = load(home)
    words = Words(settings.language)
    pending = begun(settings, name, only, why, None, words)
    withdrawal_told.foretell(settings, pending, words, as_json)


def begun(settings: Settings, name: str, only: bool, why: str | None, move_to, words: Words) -> Pending | None:
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
    waiting = erase.holding(_waiting(settings), who.traces)
    new = pendings.of(who, waiting, move_to, using.of_marks(lake, key, who.marks))
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
    """Every file in the home's inboxes, in those that the settings put elsewhere, and what a page took in."""
    inboxes = {settings.inbox(channel) for channel in settings.channels}
    inboxes |= {settings.lake.inbox, settings.lake.state / "uploads"}
    return sorted({file for inbox in inboxes if inbox.is_dir() for file in stored.files(inbox)})


def _confirmed(pending: Pending, words: Words) -> bool:
    import click

    print(words(f"forget.asks_{pending.told['scope']}", **{k: pending.told[k] for k in ("submissions", "items")}))
    for file in pending.waiting:
        print(withdrawal_told.fate_of(file, pending, words))
    return click.confirm(words("forget.sure"), default=False)


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

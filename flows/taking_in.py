"""`neta take-in ID`: land what a page took in. Says no name of a file, a chat or a person: a page keeps what it prints."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows import show, uploads
from flows.failures import Refused
from flows.holding import held_now, on_show
from flows.ingest import ingest, summary
from flows.retrying import let_go
from flows.settings import Settings, load
from flows.verbs import QUARANTINE, with_channel
from warehouse.lake import Lake
from warehouse.words import Words

COUNTS = ("sources", "items", "new", "known", "withdrawn", "outside", "quarantined")


def take_in(home: Path, upload: str) -> int:
    """Land an upload and remove its files; if landing fails they stay, to be tried again. Exit code as of `neta ingest`."""
    settings = load(home)
    words, told = Words(settings.language), uploads.read(settings.lake, upload)
    if told is None or not told["channel"]:
        raise Refused(words("take_in.gone"))
    place = uploads.folder(settings.lake, upload)
    os.utime(place)  # it is not forgotten, however long it waited
    settings, files = with_channel(settings, told["channel"], told["conversations"] or ()), uploads.files(place)
    account = _account(summary(ingest(settings, told["channel"], files)))
    account["mended"] = _let_go(settings, told, files)
    _finish(settings.lake, upload, told, account)
    _tell(account, told["channel"], words)
    return QUARANTINE if account["quarantined"] else 0


def _let_go(settings: Settings, told: Mapping, files: Sequence[Path]) -> int | None:
    """How many held items of the source that this upload is to mend leave the quarantine; None if it is to mend none."""
    if not told.get("mends"):
        return None
    with on_show(settings) as con:
        group = [one for one in held_now(settings, con) if one.source == told["mends"] and not one.is_mended]
    is_same = group and group[0].row.channel == told["channel"]
    return let_go(settings, group, files, told["who"], is_named=True) if is_same else 0


def _account(done: Mapping) -> dict:
    """What of a landing may be kept: numbers, and what could not be read by its kind."""
    problems = Counter(problem for _, problem, _ in done["notices"])
    return {name: done[name] for name in COUNTS} | {"problems": dict(problems)}


def _finish(lake: Lake, upload: str, told: Mapping, account: Mapping) -> None:
    """The files go first: what was not ticked must not outlive its landing."""
    uploads.empty(lake, upload)
    uploads.write(lake, upload, {**told, "conversations": None, "files": [], "account": account})


def _tell(account: Mapping, channel: str, words: Words) -> None:
    out = show.console()
    for problem, count in account["problems"].items():
        out.print(f"△ {words('problem.' + problem)} ({count})", style="yellow", markup=False)
    out.print(words("ingest.done", channel=words(f"channel.{channel}"), **account))

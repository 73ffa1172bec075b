"""`neta retry`: read mended sources again, land what they hold, and let go what they stand for; then build anew.

A held item is mended by a source that is readable, no longer holds that very item, and still holds what lay beside it.
Nothing is removed: raw keeps the item, the ledger says who mended it, and the next build tells it as superseded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows import show
from flows.build import build
from flows.failures import Refused
from flows.holding import Held, held_now, let_go_before, on_show
from flows.ingest import ingest
from flows.settings import Settings, load
from tasks import channels, conform, held
from tasks.land import barred
from tasks.mended import KIND
from warehouse import ledger
from warehouse.lake import Lake
from warehouse.words import Words

SHORT = 8  # characters of a raw_id that may stand for it


@dataclass
class Retried:
    """What a retry did. new: items that landed; mended: held items that were let go; left: held still."""

    tried: int = 0
    new: int = 0
    mended: int = 0
    left: int = 0


def retry_and_tell(home: Path, refs: Sequence[str], files: Sequence[Path], who: str, as_json: bool) -> int:
    """Retry what is named (sources q…, raw_ids), or all that is held. files: mended ones; else those of the inbox.

    Exit code.
    """
    settings = load(home)
    chosen = [one for one in _named(_held(settings), refs, settings) if not one.is_mended]
    done = retry(settings, chosen, files, who)
    _build_anew(settings)
    done.left = len(_held(settings))
    _tell(settings, "retry.done", vars(done), as_json)
    return 0


def put_back(home: Path, refs: Sequence[str], who: str, as_json: bool) -> int:
    """Hold again what was let go. Exit code."""
    settings = load(home)
    if not refs:
        raise Refused(Words(settings.language)("retry.undo_what"))
    chosen = _named(let_go_before(settings), refs, settings)
    for one in chosen:
        _say(settings.lake, who, one.row.raw_id, {"is_mended": False})
    _build_anew(settings)
    _tell(settings, "retry.put_back", {"tried": len(chosen)}, as_json)
    return 0


def _held(settings: Settings) -> list[Held]:
    with on_show(settings) as con:
        return held_now(settings, con)


def _build_anew(settings: Settings) -> None:
    """Whatever could not be read is read again: a busy machine may have cut it short, newer code may know it."""
    conform.forget_unreadable(settings.lake)
    build(settings, anew=True)


def _tell(settings: Settings, key: str, told: Mapping, as_json: bool) -> None:
    if as_json:
        show.as_json(told)
    else:
        show.console().print(Words(settings.language)(key, **told), markup=False)


def retry(settings: Settings, chosen: Sequence[Held], files: Sequence[Path], who: str) -> Retried:
    """Land mended sources of what is held, and let go what they stand for. Refused if a named file is none."""
    done = Retried(len(chosen))
    for path in files:
        if barred(path):
            raise Refused(f"{path}: {Words(settings.language)('problem.' + barred(path))}")
    for (channel, _), group in _by_source(chosen).items():
        paths = files or _waiting(settings, channel, group[0].row.file)
        if paths:
            landing = ingest(settings, channel, paths)
            done.new += landing.new
            done.mended += let_go(settings, group, paths, who, is_named=bool(files))
    return done


def let_go(settings: Settings, group: Sequence[Held], paths: Sequence[Path], who: str, is_named: bool) -> int:
    """Write down which held items of one channel these files mend; how many. is_named: a person says that they do, so
    that they need not hold all else that the old source held.
    """
    channel = group[0].row.channel
    reading = held.read(channel, paths, settings.options(channel))
    beside = {} if is_named else {one.row.raw_id: held.siblings(settings.lake, one.row) for one in group}
    freed = [one for one in group if held.is_mended(one.row, reading, beside.get(one.row.raw_id, ()))]
    for one in freed:
        told = {"is_mended": True, "problem": one.detail, "items": len(reading.raw_ids)}
        _say(settings.lake, who, one.row.raw_id, told)
    return len(freed)


def _say(lake: Lake, who: str, raw_id: str, told: Mapping) -> None:
    ledger.append(lake.ledger, who, KIND, raw_id, dict(told))


def _by_source(chosen: Sequence[Held]) -> dict[tuple[str, str], list[Held]]:
    groups: dict[tuple[str, str], list[Held]] = {}
    for one in chosen:
        groups.setdefault((one.row.channel, one.source), []).append(one)
    return groups


def _waiting(settings: Settings, channel: str, name: str) -> list[Path]:
    """The file of that name in the channel's inbox."""
    inbox = settings.inbox(channel)
    found = channels.module(channel).fetch([inbox]) if name and inbox.exists() else ()
    return [path for path in found if path.name == name and not barred(path)][:1]


def _named(every: Sequence[Held], refs: Collection[str], settings: Settings) -> list[Held]:
    """Those that are named, or all if none is. Refused for a name that there is not."""
    if unknown := [ref for ref in refs if not any(_is_named(one, ref) for one in every)]:
        raise Refused(Words(settings.language)("retry.unknown", ref=unknown[0]))
    return [one for one in every if not refs or any(_is_named(one, ref) for ref in refs)]


def _is_named(one: Held, ref: str) -> bool:
    return one.source == ref or (len(ref) >= SHORT and one.row.raw_id.startswith(ref))

"""The inbox: files that wait for a channel, and which of them were cut before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType

from tasks import channels
from tasks.channels import LIVE
from tasks.conform import code_version
from tasks.land import Landing, barred, file_digest, land
from warehouse.lake import Lake, write_bytes

TOLD = 20  # files that nobody reads, each by its name; of more only how many


def land_inbox(lake: Lake, channel: str, inbox: Path, options: Mapping, now: datetime, run_id: str) -> Landing:
    """As `land`, for the files that wait in a channel's inbox; a file that was cut before is not cut again.

    A file whose reader was killed is cut again next time. Files that the channel does not read are told once.
    """
    cursor_file = lake.state / "cursors" / f"{channel}.json"
    seen = set(json.loads(cursor_file.read_bytes())) if cursor_file.exists() else set()
    module = channels.module(channel)
    found = list(module.fetch([inbox])) if inbox.exists() else []
    closed = [path for path in found if barred(path)]
    files = _marked(module, [path for path in found if path not in closed], options)
    fresh = {mark: path for mark, path in files.items() if mark not in seen}
    landing = land(lake, channel, fresh.values(), options, now, run_id)
    landing.skipped = len(files) - len(fresh)
    landing.notices += [(path.name, barred(path), "") for path in closed]
    odd = _odd_ones(inbox, [*files.values(), *closed])
    news = [path for mark, path in odd.items() if mark not in seen]
    landing.notices += _told_once(news)
    done = {mark for mark, path in fresh.items() if path not in landing.unfinished}
    if done or news:
        write_bytes(json.dumps(sorted(seen.union(done, odd))).encode(), cursor_file)
    return landing


def _odd_ones(inbox: Path, taken: Iterable[Path]) -> dict[str, Path]:
    """Files that lie in an inbox and that no run will read, by their marks; those inside folders go by the folder."""
    tops = {path.relative_to(inbox).parts[0] for path in taken}
    lying = sorted(inbox.iterdir()) if inbox.exists() else []
    odd = [p for p in lying if p.name not in tops and p.name != LIVE and not p.name.startswith(".")]
    return {f"not_taken:{path.name}": path for path in odd}


def _told_once(news: Sequence[Path]) -> list[tuple[str, str, str]]:
    """Notices on files that nobody reads: the first by name, of the rest only how many."""
    told = [(path.name, "nothing_here" if path.is_dir() else "not_taken", "") for path in news[:TOLD]]
    more = news[TOLD:]
    return [*told, (more[0].name, "not_taken", f"+{len(more) - 1}")] if more else told


def _marked(module: ModuleType, files: Sequence[Path], options: Mapping) -> dict[str, Path]:
    """The files of an inbox by their marks; a part is news again when another part of its export arrives."""
    marks = {path: file_mark(path, options) for path in files}
    if not hasattr(module, "together"):
        return {mark: path for path, mark in marks.items()}
    groups = {path: sorted({marks[part] for part in module.together(path, files)} | {marks[path]}) for path in files}
    return {hashlib.sha256("".join([marks[path], *group]).encode()).hexdigest(): path for path, group in groups.items()}


def file_mark(path: Path, options: Mapping) -> str:
    """What tells that a file needs no second look: its bytes, its kind, and the options and code it was cut with."""
    told = json.dumps([file_digest(path), path.suffix, options, code_version()], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()

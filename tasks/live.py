"""Live fetching: what a channel's `pull` is given, and the promise around it.

`pull(well) -> cursor` asks a source for what is new since well.cursor and keeps the answers' bytes, unread, in the inbox
(fsync). It returns the cursor of what it asked for in full. The cursor is written only after what was kept is landed; a
pull that breaks half-way keeps its bytes, and the next one asks again from the old cursor: nothing lost, nothing doubled.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType

from tasks.channels import LIVE
from tasks.http import Client, Unreachable
from warehouse.lake import Lake, write_bytes


class NoSecret(Exception):
    """A secret that the settings name is not in the environment: `name`."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


@dataclass
class Well:
    """Everything a `pull` may use.

    options: the channel's settings with the call's hashtags; cursor: what the last whole pull returned, {} at first;
    since, until: a span to fetch instead (backfill), UTC, or None; now: UTC; http: the one client.
    """

    inbox: Path
    options: Mapping
    cursor: Mapping
    now: datetime
    http: Client
    since: datetime | None = None
    until: datetime | None = None
    notices: list[tuple[str, str]] = field(default_factory=list)  # (key of words.toml [problem], detail)
    kept: list[Path] = field(default_factory=list)

    def keep(self, data: bytes, suffix: str) -> Path:
        """Store one answer's bytes durably in the inbox, unread. suffix: ".json", ".xml", ".eml" …"""
        name = f"{len(self.kept):06d}-{hashlib.sha256(data).hexdigest()[:24]}{suffix}"
        path = self.inbox / LIVE / name
        write_bytes(data, path)
        self.kept.append(path)
        return path

    def empty(self, but: Collection[str] = ()) -> None:
        """Remove what was kept, once it is landed: raw holds it. but: names of files that could not be read in full."""
        for path in self.kept:
            if path.name not in but:
                path.unlink(missing_ok=True)

    def tell(self, problem: str, detail: str = "") -> None:
        """Something the operator should know, though the pull goes on: a gap, a feed that is gone."""
        self.notices.append((problem, detail))

    def secret(self, option: str) -> str:
        """A secret by the name of the environment variable that options[option] holds. NoSecret if it is not set."""
        name = self.options.get(option, "")
        value = os.environ.get(name, "")
        if not value:
            raise NoSecret(name or option)
        return value


def draw(module: ModuleType, well: Well) -> Mapping | None:
    """Run a module's `pull`: its new cursor, or None if the source could not be asked in full, which is told."""
    try:
        return module.pull(well)
    except Unreachable as error:
        well.tell(error.problem, error.detail)
    except NoSecret as error:
        well.tell("no_secret", error.name)
    return None


def read_cursor(lake: Lake, channel: str) -> dict:
    """The cursor of the last whole pull, {} before the first."""
    path = _cursor_file(lake, channel)
    return json.loads(path.read_bytes()) if path.exists() else {}


def write_cursor(lake: Lake, channel: str, cursor: Mapping) -> None:
    """Remember a cursor, durably; call it after everything kept is landed."""
    write_bytes(json.dumps(cursor, sort_keys=True).encode(), _cursor_file(lake, channel))


def _cursor_file(lake: Lake, channel: str) -> Path:
    return lake.state / "pulled" / f"{channel}.json"

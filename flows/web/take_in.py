"""Taking in, for the pages: files go to <home>/state/uploads, `neta take-in` lands them, `neta ingest --list` lists chats."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from dashboards.doing import Jobs
from dashboards.take_in.asked import Listed, Pasted, Refusal, Upload
from flows import runlog, uploads
from flows.settings import Settings
from warehouse.lake import Lake
from warehouse.words import keys

MOST = 1 << 30  # bytes of one upload
SPARE = 500 << 20  # bytes of disk that stay free; landing needs as much again as came in
FILES = 20  # of one upload: Facebook cuts an export into parts
LIST_SECONDS = 900
RECENT = 8


class Receiving:
    """One upload on its way in (dashboards/take_in/asked.py)."""

    def __init__(self, lake: Lake, who: str, most: int):
        now = runlog.now()
        self.id = uploads.new_id(now)
        self._lake, self._most, self._size, self._count = lake, most, 0, 0
        self._told = {"who": who, "at": now.isoformat(), "channel": None, "conversations": None}
        self._place = uploads.folder(lake, self.id)
        self._file: BinaryIO | None = None
        self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._place.mkdir(mode=0o700)

    def open(self, name: str) -> None:
        self._count += 1
        if self._count > FILES:
            raise Refusal("take_in.too_many", 413, n=FILES)
        folder = self._place / f"{self.id}-{self._count:02}"  # a loose file of Messenger is told apart by its folder
        folder.mkdir(mode=0o700)
        self._file = uploads.private(folder / uploads.safe_name(name))

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._most:
            raise Refusal("take_in.too_large", 413, most=told_size(self._most))
        self._file.write(data)

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None

    def end(self, **more: object) -> None:
        if not self._count:
            raise Refusal("take_in.no_file", 400)
        files = [[file.name, file.stat().st_size] for file in uploads.files(self._place)]
        uploads.write(self._lake, self.id, self._told | {"files": files} | more)

    def undo(self) -> None:
        if self._file:
            self._file.close()
        uploads.remove(self._lake, self.id)


class Uploads:
    """Uploads of one home (dashboards/take_in/asked.py)."""

    def __init__(self, settings: Settings, jobs: Jobs, most: int = MOST):
        self._settings, self._lake, self._jobs, self.most = settings, settings.lake, jobs, most
        self._lists: dict[str, Listed] = {}  # in memory only: titles of chats that nobody ticked are written nowhere
        self._reading = threading.Lock()

    def channels(self) -> tuple[Sequence[str], Sequence[str]]:
        from tasks import channels

        named = [channel for channel in self._settings.channels if channel in channels.names()]
        return named, [channel for channel in channels.names() if channel not in named]

    def tellable(self) -> Sequence[str]:
        return ["pasted", *sorted(keys("channel") - {"pasted"})]

    def begin(self, who: str, expected: int | None) -> Receiving:
        self._sweep()
        if expected is not None and expected > self.most + (1 << 20):
            raise Refusal("take_in.too_large", 413, most=told_size(self.most))
        free = shutil.disk_usage(self._lake.home).free
        if free < 2 * (self.most if expected is None else expected) + SPARE:
            raise Refusal("take_in.no_room", 507, free=told_size(free))
        return Receiving(self._lake, who, self.most)

    def get(self, upload: str) -> Upload | None:
        told = uploads.read(self._lake, upload)
        return told and self._upload(upload, told)

    def waiting(self) -> Sequence[Upload]:
        self._sweep()
        return [self._upload(each, told) for each, told in uploads.every(self._lake) if not told.get("account")]

    def choose(self, upload: str, channel: str, mends: str | None = None) -> None:
        self._lists.pop(upload, None)
        self._remember(upload, channel=channel, conversations=None, **({"mends": mends} if mends else {}))

    def listed(self, upload: str) -> Listed:
        with self._reading:
            if upload not in self._lists:
                self._lists[upload] = Listed(False)
                threading.Thread(target=self._read, args=(upload,), daemon=True).start()
            return self._lists[upload]

    def land(self, upload: str, who: str, conversations: Sequence[str] | None) -> str:
        self._remember(upload, conversations=None if conversations is None else list(conversations))
        self._lists.pop(upload, None)
        return self._jobs.start(who, "take-in", upload)

    def paste(self, who: str, pasted: Pasted) -> str:
        table = io.StringIO()
        rows = csv.writer(table)
        rows.writerow(("channel", "name", "date", "text"))
        rows.writerow((pasted.channel, pasted.name, pasted.date, pasted.text))
        receiving = Receiving(self._lake, who, self.most)
        receiving.open("pasted.csv")
        receiving.write(table.getvalue().encode("utf-8", "replace"))
        receiving.close()
        receiving.end(channel="pasted")
        self.land(receiving.id, who, None)
        return receiving.id

    def cancel(self, upload: str) -> None:
        self._lists.pop(upload, None)
        uploads.remove(self._lake, upload)

    def recent(self) -> Sequence[Mapping]:
        ingests = [run for run in runlog.runs(self._lake) if run["kind"] == "ingest" and run.get("item_count")]
        return [{**run, "at": datetime.fromisoformat(run["started_at"])} for run in ingests[: -RECENT - 1 : -1]]

    def _upload(self, upload: str, told: Mapping) -> Upload:
        from tasks import channels, kinds

        place = uploads.folder(self._lake, upload)
        first = uploads.files(place)[:1]
        likely = [channel for file in first for channel in kinds.likely(file, self._settings.channels)]
        channel = told["channel"]
        lists = channel is not None and hasattr(channels.module(channel), "list_conversations")
        return Upload(
            upload,
            told["who"],
            datetime.fromisoformat(told["at"]),
            [tuple(file) for file in told["files"]],
            likely,
            channel,
            lists,
            told.get("account"),
        )

    def _remember(self, upload: str, **told: object) -> None:
        uploads.write(self._lake, upload, (uploads.read(self._lake, upload) or {}) | told)

    def _read(self, upload: str) -> None:
        """Ask `neta ingest --list`, whose answer is heard and not written; what goes wrong is told in its words."""
        try:
            self._lists[upload] = self._ask(upload)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self._lists[upload] = Listed(True, problem=f"{type(error).__name__}")

    def _ask(self, upload: str) -> Listed:
        channel = uploads.read(self._lake, upload)["channel"]
        files = [str(file) for file in uploads.files(uploads.folder(self._lake, upload))]
        command = [sys.executable, "-m", "flows.cli", "--home", str(self._lake.home)]
        asked = [*command, "ingest", "--list", "--json", "--", channel, *files]
        done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIST_SECONDS)
        rows, problem = json.loads(done.stdout or b"[]"), done.stderr.decode("utf-8", "replace").strip()
        return Listed(True, self._ticked(channel, rows), problem[-500:])

    def _ticked(self, channel: str, rows: list[dict]) -> list[dict]:
        """Those that belong to the call come first and ticked; where nothing tells which do, none is."""
        options = self._settings.options(channel)
        tells = any(options.get(name) for name in ("conversations", "hashtags", "opens"))
        told = [{**row, "chosen": row["chosen"] and tells} for row in rows]
        return sorted(told, key=lambda row: (not row["chosen"], row["last"] or "", row["title"]))

    def _sweep(self) -> None:
        uploads.sweep(self._lake, runlog.now().timestamp())


def told_size(size: int) -> str:
    """1.2 GB, 340 MB, 12 KB."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{-(-size // 1024)} KB"

"""Commands that a page starts: `neta …` as a child of its own, its output in <home>/state/jobs, told while it runs."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from dashboards.doing import Job

LINES = 200  # told of a job's output: the last ones
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


class ChildJobs:
    """Jobs of one home."""

    def __init__(self, home: Path):
        self._home, self._folder = home, home / "state" / "jobs"
        self._children: dict[str, subprocess.Popen] = {}

    def start(self, who: str, *words: str) -> str:
        """Start `neta WORDS…`; the child lives on if the pages stop, and waits for the home's lock as any command does."""
        self._folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        job = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        told = {"verb": " ".join(words), "who": who, "started_at": now.isoformat(timespec="seconds")}
        self._file(job, "json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        command = [sys.executable, "-m", "flows.cli", "--home", str(self._home), *words]
        with self._file(job, "log").open("wb") as log:
            env = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "100"}
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)
        self._children[job] = child
        threading.Thread(target=self._end, args=(job, child), daemon=True).start()
        return job

    def get(self, job: str) -> Job | None:
        """A job by its id; one whose pages were stopped before it ended has no code and tells so by its verb's own log."""
        if not _ID.fullmatch(job) or not self._file(job, "json").exists():
            return None
        told = json.loads(self._file(job, "json").read_text(encoding="utf-8"))
        with self._file(job, "log").open(encoding="utf-8", errors="replace") as log:
            lines = tuple(line.rstrip("\n").rpartition("\r")[2] for line in deque(log, LINES))
        return Job(job, told["verb"], told["who"], datetime.fromisoformat(told["started_at"]), told.get("code"), lines)

    def running(self) -> Job | None:
        """The newest of this process that has not ended."""
        alive = [job for job, child in self._children.items() if child.poll() is None]
        return self.get(alive[-1]) if alive else None

    def _end(self, job: str, child: subprocess.Popen) -> None:
        code = child.wait()
        file = self._file(job, "json")
        made = file.with_suffix(".tmp")
        made.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"code": code}), encoding="utf-8")
        made.replace(file)

    def _file(self, job: str, kind: str) -> Path:
        return self._folder / f"{job}.{kind}"

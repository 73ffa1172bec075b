"""Commands that a page starts: `neta …` as a child of its own, its output in <home>/state/jobs, told while it runs.

A child holds a lock on its own log for as long as it lives, so whoever looks knows whether it does, also after the pages
that started it are gone.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from dashboards.doing import Job
from flows import runlog

LINES = 200  # told of a job's output: the last ones
KEPT = 200  # jobs that are remembered
_ID = re.compile(r"\d{8}T\d{6,12}-[0-9a-f]{8}")  # to the microsecond: jobs of one second keep their order
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])"
)  # ECMA-48: colours, titles


class ChildJobs:
    """Jobs of one home."""

    def __init__(self, home: Path):
        self._home, self._folder = home, home / "state" / "jobs"
        self._starting = threading.Lock()
        self._ours: set[str] = set()  # of this process, until their code is written down

    def start(self, who: str, *words: str) -> str:
        """Start `neta WORDS…` and return its id; of a command that runs already the id of that one.

        The child lives on if the pages stop, and waits for the home's lock as any command does.
        """
        with self._starting:
            same = next((job for job in self.alive() if job.verb == " ".join(words)), None)
            return same.id if same else self._start(who, words, " ".join(words), "")

    def start_unnamed(self, who: str, *words: str, told: str) -> str:
        """As `start`, but only the verb is remembered, not of whom; told: handed to it where nobody can list it."""
        with self._starting:
            return self._start(who, words, words[0], told)

    def get(self, job: str) -> Job | None:
        """A job by its id, also of pages that were stopped since."""
        if not _ID.fullmatch(job) or not self._file(job, "json").exists():
            return None
        lives = job in self._ours or self._is_held(job)  # looked at first: what ends in between has its code by then
        told = json.loads(self._file(job, "json").read_text(encoding="utf-8"))
        code, at = told.get("code"), datetime.fromisoformat(told["started_at"])
        return Job(job, told["verb"], told["who"], at, code, self._lines(job), is_lost=not lives and code is None)

    def last(self, verb: str) -> Job | None:
        """The newest that ran these words."""
        return next((job for job in self._newest_first() if job.verb == verb), None)

    def recent(self, count: int) -> list[Job]:
        """The newest jobs, newest first."""
        return [job for job, _ in zip(self._newest_first(), range(count), strict=False)]

    def alive(self) -> list[Job]:
        """Those that run, newest first, whoever started them."""
        return [job for job in self._newest_first() if job.is_running]

    def running(self) -> Job | None:
        """The newest that runs, if any does."""
        return next(iter(self.alive()), None)

    def _start(self, who: str, words: tuple[str, ...], verb: str, told: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget_old()
        now = runlog.now()
        job = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        self._tell(job, {"verb": verb, "who": who, "started_at": now.isoformat(timespec="seconds")})
        command = [sys.executable, "-m", "flows.cli", "--home", str(self._home), *words]
        with self._file(job, "log").open("ab") as log, _as_file(told) as given:
            fcntl.flock(log, fcntl.LOCK_EX)  # the child inherits it, and it ends with the last who does
            env = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "100", "NO_COLOR": "1"}
            self._ours.add(job)
            child = subprocess.Popen(command, stdin=given, stdout=log, stderr=log, env=env)
        threading.Thread(target=self._end, args=(job, child), daemon=True).start()
        return job

    def _end(self, job: str, child: subprocess.Popen) -> None:
        code = child.wait()
        with suppress(FileNotFoundError):  # a withdrawal removes jobs that name the person
            self._tell(job, json.loads(self._file(job, "json").read_text(encoding="utf-8")) | {"code": code})
        self._ours.discard(job)

    def _tell(self, job: str, told: Mapping) -> None:
        file = self._file(job, "json")
        made = file.with_suffix(".new")
        made.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        made.replace(file)

    def _is_held(self, job: str) -> bool:
        """Whether the child that writes this log lives."""
        with self._file(job, "log").open("ab") as log:
            try:
                fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def _lines(self, job: str) -> tuple[str, ...]:
        with self._file(job, "log").open(encoding="utf-8", errors="replace", newline="\n") as log:
            return tuple(_readable(line) for line in deque(log, LINES))

    def _newest_first(self) -> Iterator[Job]:
        ids = sorted((file.stem for file in self._folder.glob("*.json")), reverse=True)
        return (job for each in ids if (job := self.get(each)))

    def _forget_old(self) -> None:
        for file in sorted(self._folder.glob("*.json"), reverse=True)[KEPT:]:
            for kind in ("log", "json"):
                self._file(file.stem, kind).unlink(missing_ok=True)

    def _file(self, job: str, kind: str) -> Path:
        return self._folder / f"{job}.{kind}"


@contextmanager
def _as_file(text: str) -> Iterator[IO[bytes]]:
    """A file without a name: whoever starts a child need not wait until it reads."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        yield file


def _readable(line: str) -> str:
    """A line as a terminal would have left it: without colours, and of a line that was written over the last state."""
    return _ESCAPES.sub("", line.rstrip("\r\n")).rpartition("\r")[2]

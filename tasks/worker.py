"""Workers: processes of their own that parse what strangers sent. See tasks/confined.py for what confines them.

A worker that dies takes one request with it: the caller learns why, and the next request gets a new one. Idle workers
are kept until this process ends, because starting one takes 0.3 s.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from tasks.channels import Unreadable
from tasks.conversations import Conversation, as_conversation

RECORDS = 1_000  # limits begin anew with every so many
BATCH_BYTES = 8_000_000  # or with so many bytes of payload
CPU_SECONDS = 10.0  # for one batch, and one more for every
CPU_BYTES = 5_000_000  # bytes of its source: a large archive is listed before its first record comes
GRACE = 5  # seconds between TooSlow, which Python code hears, and the kernel's end
WALL = 3  # a worker may wait as well as compute: so many times the processor's limit between two answers
MEMORY = 1 << 30  # bytes of address space beyond what a worker starts with

TABLE, END = b"T", b"E"  # kinds of frame
HEAD = struct.Struct("<cQ")  # kind, length

USED: dict[int, tuple[float, int]] = {}  # process -> seconds of processor, peak of memory in bytes: for who measures

_SIGNS = {signal.SIGXCPU: "too_slow", signal.SIGKILL: "too_slow", signal.SIGABRT: "too_large"}


def cut(channel: str, path: Path, options: Mapping, ending: dict) -> Iterator[pa.Table]:
    """The items of one file, as tables of tasks.items.CUT, in order.

    ending: gets {"outside": n}, or the problem and detail that broke it off, and is_passing if another time may go
    better; what came before stands.
    """
    with _borrowed() as worker:
        try:
            ending.update((yield from worker.ask("cut", _patience(path, options), channel, path, dict(options))))
        except Unreadable as error:
            ending.update(problem=error.problem, detail=error.detail, is_passing=isinstance(error, Killed))


def conform(rows: pa.Table) -> pa.Table:
    """At most RECORDS rows of RAW → as many of MESSAGE. Unreadable if one of them was too much for the worker."""
    with _borrowed() as worker:
        return pa.concat_tables(worker.ask("conform", CPU_SECONDS, as_bytes(rows)))


def conversations(channel: str, path: Path, options: Mapping) -> list[Conversation]:
    """The conversations of an export. Unreadable if it cannot be read."""
    with _borrowed() as worker:
        answer = worker.ask("conversations", _patience(path, options), channel, path, dict(options))
        try:
            while True:
                next(answer)
        except StopIteration as ended:
            return [as_conversation(plain) for plain in ended.value["conversations"]]


def as_bytes(table: pa.Table) -> pa.Buffer:
    """A table as an Arrow stream; of a slice only its rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def as_table(data: bytes | pa.Buffer) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()


def _patience(path: Path, options: Mapping) -> float:
    """Seconds for one batch of a file; those it lies beside are read too: conversations are chosen over all of them."""
    read = {file for file in (path, *options.get("beside", ())) if file.exists()}
    return CPU_SECONDS + sum(file.stat().st_size for file in read) / CPU_BYTES


class Killed(Unreadable):
    """A worker was ended from outside: by who is short of memory, by hand. It says nothing of what was read."""


class Worker:
    """One confined process."""

    def __init__(self) -> None:
        self.is_free = True
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tasks.confined"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a parser's last words may hold what somebody wrote; its signal tells enough
            env=_environment(),
        )

    def ask(self, verb: str, seconds: float, *arguments) -> Iterator[pa.Table]:
        """Tables as they come; returns the JSON at the end. seconds: of processor, for each. Unreadable: as told, or if
        the worker dies.
        """
        self.is_free = False
        try:
            pickle.dump((verb, seconds, arguments), self._process.stdin, protocol=5)
            self._process.stdin.flush()
            while True:
                kind, data = self._frame(WALL * (seconds + GRACE))
                if kind == END:
                    break
                yield as_table(data)
        except (BrokenPipeError, EOFError):
            raise self._cause() from None
        self.is_free, ending = True, json.loads(data)
        USED[self._process.pid] = (ending.pop("cpu"), ending.pop("peak"))
        if "problem" in ending:
            raise Unreadable(ending["problem"], ending["detail"])
        return ending

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):  # what it never heard is still to be written
            self._process.stdin.close()
        self._process.stdout.close()

    def _frame(self, seconds: float) -> tuple[bytes, bytes]:
        watch = threading.Timer(seconds, self._process.kill)
        watch.start()
        try:
            kind, size = HEAD.unpack(self._read(HEAD.size))
            return kind, self._read(size)
        finally:
            watch.cancel()

    def _read(self, size: int) -> bytes:
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _cause(self) -> Unreadable:
        code = self._process.wait()
        kind = Killed if code == -signal.SIGKILL else Unreadable
        return kind(_SIGNS.get(-code, "crashed"), f"worker ended: {signal.Signals(-code).name if code < 0 else code}")


_idle: list[Worker] = []


@contextmanager
def _borrowed() -> Iterator[Worker]:
    """A worker for one request; one whose answer was not heard to its end is stopped."""
    worker = _idle.pop() if _idle else Worker()
    try:
        yield worker
    finally:
        if worker.is_free:
            _idle.append(worker)
        else:
            worker.stop()


@atexit.register
def stop_all() -> None:
    """End the idle workers; new ones start when they are needed."""
    while _idle:
        _idle.pop().stop()


def _environment() -> dict[str, str]:
    """No secrets: what a parser needs is where the code lies and how text is read."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "ARROW_DEFAULT_MEMORY_POOL": "system"}

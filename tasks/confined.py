"""The confined side of tasks/worker.py: reads what strangers sent, with bounded memory and time, and reaches nowhere.

Started as `python -P -m tasks.confined`. Requests come pickled on standard input, from the process that started it, and
only from there; answers go back as frames (kind, length, bytes) of Arrow tables and one JSON at the end. Memory and
processor limits are the kernel's (setrlimit); what a library swallows as an exception still ends the process.

A request that outlives its patience is broken off twice: first by TooSlow, in Python, so that the record is known and the
rest goes on; then, if nobody heard, by the kernel.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from tasks import channels
from tasks.channels import Item, Unreadable
from tasks.conform import conform_table
from tasks.conversations import Conversation, as_plain
from tasks.items import table_of
from tasks.memory import few_searches
from tasks.worker import BATCH_BYTES, END, GRACE, HEAD, MEMORY, RECORDS, TABLE, as_bytes, as_table


class TooSlow(BaseException):
    """Not an Exception: parsers swallow those."""


def main() -> None:
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not garble an answer
    _confine()
    with few_searches():
        while (request := _next(requests)) is not None:
            verb, seconds, arguments = request
            for frame in VERBS[verb](seconds, *arguments):
                _send(answers, frame if isinstance(frame, pa.Table) else frame | _used())


def _used() -> dict[str, float]:
    """Seconds of processor and the peak of memory, in bytes, of this process so far.

    Linux: VmHWM, because ru_maxrss counts whoever started the process.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    if sys.platform == "linux":
        peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
    else:
        peak = used.ru_maxrss  # bytes on macOS
    return {"cpu": used.ru_utime + used.ru_stime, "peak": peak}


def _next(requests: BinaryIO) -> tuple | None:
    try:
        return pickle.load(requests)
    except EOFError:
        return None


def cut(seconds: float, channel: str, path: Path, options: Mapping) -> Iterator[pa.Table | dict]:
    """Items of one file as tables of CUT, then {"outside": n} or {"problem": …, "detail": …}."""
    module = channels.module(channel)
    items = module.cut(path, options)
    while True:
        batch: list[Item] = []
        problem = _told(seconds, _take, items, batch)
        if not batch:
            break
        yield table_of(channel, batch)
        if problem:
            break
    outside: list[int] = []
    if not problem and hasattr(module, "outside"):
        problem = _told(seconds, lambda: outside.append(module.outside(path, options)))
    yield problem or {"outside": sum(outside)}


def conform(seconds: float, rows: pa.Buffer) -> Iterator[pa.Table | dict]:
    """RAW rows → as many MESSAGE rows, then {}; or none, if one of them took too long."""
    made: list[pa.Table] = []
    problem = _told(seconds, lambda: made.append(conform_table(as_table(rows))))
    yield from made
    yield problem or {}


def conversations(seconds: float, channel: str, path: Path, options: Mapping) -> Iterator[dict]:
    """{"conversations": …} of an export, each as tasks.conversations.as_plain has it; nothing of what they say."""
    found: list[Conversation] = []
    problem = _told(seconds, lambda: found.extend(channels.module(channel).list_conversations(path, options)))
    yield problem or {"conversations": [as_plain(each) for each in found]}


VERBS: Mapping[str, Callable[..., Iterator[pa.Table | dict]]] = {
    "cut": cut,
    "conform": conform,
    "conversations": conversations,
}


def _take(items: Iterator[Item], batch: list[Item]) -> None:
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.payload or b"")
        if len(batch) >= RECORDS or size >= BATCH_BYTES:
            return


def _told(seconds: float, work: Callable, *arguments) -> dict | None:
    """Do it; None, or what went wrong as problem and detail."""
    try:
        with patience(seconds):
            work(*arguments)
    except Unreadable as error:
        return {"problem": error.problem, "detail": error.detail}
    except TooSlow:
        return {"problem": "too_slow", "detail": f"{seconds:.0f} s"}
    except MemoryError:
        return {"problem": "too_large", "detail": "memory"}
    except Exception as error:  # a parser's own fault on hostile bytes
        return {"problem": "crashed", "detail": f"{type(error).__name__}: {error}"[:200]}
    return None


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """TooSlow after so many seconds of processor time; the kernel ends the process GRACE later."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds + GRACE) + 1, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_slow(*_) -> None:
    raise TooSlow


def _confine() -> None:
    signal.signal(signal.SIGPROF, _too_slow)
    sys.addaudithook(_refuse)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":  # elsewhere address space says little of memory
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, hard))


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _refuse(event: str, _arguments: tuple) -> None:
    if event in _REFUSED:
        raise PermissionError(f"{event} while reading what strangers sent")


_REFUSED = frozenset(
    (
        "socket.connect socket.bind socket.getaddrinfo socket.sendto subprocess.Popen os.system os.exec"
        " os.posix_spawn os.fork"
    ).split()
)


def _send(answers: BinaryIO, frame: pa.Table | dict) -> None:
    kind, data = (END, json.dumps(frame).encode()) if isinstance(frame, dict) else (TABLE, as_bytes(frame))
    answers.write(HEAD.pack(kind, memoryview(data).nbytes))
    answers.write(data)
    answers.flush()


if __name__ == "__main__":
    main()

"""What a process used, stage by stage: seconds of CPU (user + system, all threads) and on the clock; peak memory."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import ModuleType

from tasks import worker


class Meter:
    """A clock that is always in one stage. `enter` a name and what follows is counted there."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = defaultdict(float)
        self.wall: dict[str, float] = defaultdict(float)
        self._stage: str | None = None
        self._since = (0.0, 0.0)

    def enter(self, stage: str | None) -> str | None:
        """Go over to `stage` (None: stop counting); returns the stage that was left."""
        now, left = (cpu_seconds(), time.perf_counter()), self._stage
        if left is not None:
            self.cpu[left] += now[0] - self._since[0]
            self.wall[left] += now[1] - self._since[1]
        self._stage, self._since = stage, now
        return left

    def watch(self, module: ModuleType, function: str, stage: str) -> Callable[[], None]:
        """Count whatever `module.function` does under `stage`, wherever it is called from. Returns how to stop it."""
        plain = getattr(module, function)

        @wraps(plain)
        def watched(*args, **kwargs):
            left = self.enter(stage)
            try:
                return plain(*args, **kwargs)
            finally:
                self.enter(left)

        setattr(module, function, watched)
        return lambda: setattr(module, function, plain)


def cpu_seconds() -> float:
    """Of this process and its workers."""
    return time.process_time() + sum(cpu for cpu, _ in worker.USED.values())


def peak_megabytes() -> float:
    """The most memory that this process and its workers each held, added up."""
    return _own_megabytes() + sum(peak for _, peak in worker.USED.values()) / 2**20


def _own_megabytes() -> float:
    """Linux: VmHWM of proc(5), in KiB; getrusage(2) there still knows what the process was before it became this
    program, and so counts the memory of whoever started it. Elsewhere getrusage, which macOS tells in bytes.
    """
    status = Path("/proc/self/status")
    if status.exists() and (told := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(told[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)

"""What the pages may ask for but do not do themselves: flows/web hands it in, because dashboards import no tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dashboards.take_in.asked import TakeIn


@dataclass(frozen=True, slots=True)
class Job:
    """A `neta …` command that a page started. code: its exit code, None while it runs; lines: what it printed."""

    id: str
    verb: str
    who: str
    started_at: datetime
    code: int | None
    lines: tuple[str, ...]
    is_lost: bool = False  # it ended while no page was there to see how

    @property
    def is_running(self) -> bool:
        return self.code is None and not self.is_lost

    @property
    def is_done(self) -> bool:
        """Ended well; 3: with new quarantine."""
        return self.code in (0, 3)


class Jobs(Protocol):
    """Commands as children of the pages' process, one at a time each: a home has one lock."""

    def start(self, who: str, *words: str) -> str:
        """Start `neta WORDS…` on this home; returns the job's id: of one that runs already, if these words do."""

    def get(self, job: str) -> Job | None:
        """A job of this or an earlier process."""

    def running(self) -> Job | None:
        """The newest that runs, if any."""

    def last(self, verb: str) -> Job | None:
        """The newest that ran these words."""

    def recent(self, count: int) -> Sequence[Job]:
        """The newest, newest first."""


@dataclass(frozen=True)
class Doing:
    """Everything a page may ask for; a field that is None leaves its pages out."""

    jobs: Jobs | None = None
    take_in: TakeIn | None = None

"""What the pages may ask for but do not do themselves: flows/web hands it in, because dashboards import no tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dashboards.review.asked import Reviewing


@dataclass(frozen=True, slots=True)
class Job:
    """A `neta …` command that a page started. code: its exit code, None while it runs; lines: what it printed."""

    id: str
    verb: str
    who: str
    started_at: datetime
    code: int | None
    lines: tuple[str, ...]


class Jobs(Protocol):
    """Commands as children of the pages' process, one at a time each: a home has one lock."""

    def start(self, who: str, *words: str) -> str:
        """Start `neta WORDS…` on this home; returns the job's id."""

    def get(self, job: str) -> Job | None:
        """A job of this or an earlier process."""

    def running(self) -> Job | None:
        """The one that runs, if any."""


@dataclass(frozen=True)
class Doing:
    """Everything a page may ask for; a field that is None leaves its pages out."""

    jobs: Jobs | None = None
    review: Reviewing | None = None

"""What the pages may ask for but do not do themselves: flows/web hands it in, because dashboards import no tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

    from dashboards.review.asked import Reviewing

from dashboards.rights.doing import Consents, People, Rights
from dashboards.take_in.asked import TakeIn


class Refusal(Exception):
    """What a page asked for and cannot be had as asked; the text says why and what to do instead."""


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


@dataclass(frozen=True, slots=True)
class Original:
    """A raw item. Times are in the zone of the call.

    understood: what it was read as, (key of words.toml [original], text), empty if it could not be; body: its text so read;
    fields: headers of a mail, columns of a row; source: the item itself as text; missing: characters left out of both.
    """

    raw_id: str
    channel: str
    fetched_at: datetime
    media_type: str
    byte_count: int
    problem: str | None
    understood: tuple[tuple[str, str], ...]
    body: str
    fields: tuple[tuple[str, str], ...]
    source: str
    missing: int


class Jobs(Protocol):
    """Commands as children of the pages' process, one at a time each: a home has one lock."""

    def start(self, who: str, *words: str) -> str:
        """Start `neta WORDS…` on this home; returns the job's id: of one that runs already, if these words do."""

    def start_unnamed(self, who: str, *words: str, told: str) -> str:
        """As `start`, but only the verb is remembered, not of whom; told: handed to it where nobody can list it."""

    def get(self, job: str) -> Job | None:
        """A job of this or an earlier process."""

    def running(self) -> Job | None:
        """The newest that runs, if any."""

    def last(self, verb: str) -> Job | None:
        """The newest that ran these words."""

    def recent(self, count: int) -> Sequence[Job]:
        """The newest, newest first."""


class Originals(Protocol):
    """The one way from a page to an original text."""

    def read(self, raw_id: str) -> Original | None:
        """A raw item, cut where it is long, or None."""


class Today(Protocol):
    """How things stand now. con: on the edition on show, None before the first build."""

    def standing(self, con: Connection | None) -> Mapping:
        """built, runs, unbuilt, backlog, freshness, drift: as `neta status --json` tells them."""

    def recent(self) -> Sequence[Mapping]:
        """The last runs, newest first: kind, channel, at, status, and their counts."""

    def notices(self) -> Sequence[str]:
        """What is late, unfinished or lies where nobody looks; one line each."""

    def is_at_work(self) -> bool:
        """Whether any neta holds the home's lock, of these pages or not."""


class Used(Protocol):
    """What stands in the book already. story: its ref (h…). Refusal where it cannot be written."""

    def record(self, who: str, story: str, where: str) -> None:
        """Write that it is used, and where."""

    def take_back(self, who: str, story: str) -> None:
        """Undo all that says so of any of its tellings."""


class Quarantine(Protocol):
    """What is held back. con: on the edition on show, None before the first build."""

    def held(self, con: Connection | None) -> Sequence[HeldSource]: ...

    def let_go(self) -> Sequence[HeldSource]:
        """What left because a better source was given."""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """reason: unreadable or invalid; detail: a key of words.toml [problem] or [rule], if it is known; where: in the file."""

    raw_id: str
    reason: str
    detail: str
    where: str
    fetched_at: datetime
    is_built: bool
    is_mended: bool


@dataclass(frozen=True, slots=True)
class HeldSource:
    """Held items of one file; file: "" where none is known, then it is one item."""

    ref: str
    channel: str
    file: str
    items: Sequence[HeldItem]


@dataclass(frozen=True)
class Doing:
    """Everything a page may ask for; a field that is None leaves its pages out."""

    jobs: Jobs | None = None
    originals: Originals | None = None
    consents: Consents | None = None
    people: People | None = None
    rights: Rights | None = None
    take_in: TakeIn | None = None
    review: Reviewing | None = None
    today: Today | None = None
    quarantine: Quarantine | None = None
    used: Used | None = None

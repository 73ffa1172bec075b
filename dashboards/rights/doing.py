"""What the pages on people ask for: filled in by flows/web, which knows the key and the ledger's rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb

from dashboards.about import Chapter


@dataclass(frozen=True, slots=True)
class Said:
    """The latest word on one scope of one submission. at: UTC; how, message (a submission's ref): None if not told."""

    submission_ref: str
    scope: str
    is_granted: bool
    at: datetime
    who: str
    evidence: str
    name_as: str | None
    how: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """What a teller allowed and took back, and how that is known. evidence: in words; how: one of HEARD."""

    grant: tuple[str, ...]
    withdraw: tuple[str, ...]
    evidence: str
    how: str
    message: str | None = None
    name_as: str | None = None


class Consents(Protocol):
    """The ledger's words on scopes, by refs."""

    def said(self, con: duckdb.DuckDBPyConnection) -> list[Said]:
        """Every word that stands, also those written since the build. con: to the edition on show."""

    def record(self, who: str, ref: str, word: Word) -> int:
        """Write it for all of a teller's submissions (p…), or for one and their other tellings of its story (s…).

        Returns for how many. Refusal where it makes no sense.
        """


@dataclass(frozen=True, slots=True)
class Accounts:
    """Two contributor refs that are, may be or are not one person's. decision: open, same, other, apart (cannot be)."""

    one: str
    other: str
    evidence: tuple[str, ...]
    decision: str

    @property
    def ends(self) -> tuple[str, str]:
        return self.one, self.other


class People(Protocol):
    """Which accounts are one person's."""

    def standing(self, con: duckdb.DuckDBPyConnection) -> tuple[list[Accounts], list[list[str]]]:
        """(every pair, the open ones first, the strongest evidence on top; persons with several accounts)."""

    def decide(self, who: str, is_same: bool, one: str, other: str, why: str | None) -> int:
        """Write it; returns how many pairs decided to be one person's cannot be joined. Refusal for unknown accounts."""


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held of a person, in words. refs: of their submissions and, last, of themselves."""

    title: str
    head: str
    chapters: tuple[Chapter, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a withdrawal would do. scope: person or submission, None if it went before; refs: what goes; waiting: files of
    the inbox that go with it; remains: in words; told_in: other submissions with the same words (submission_ref, channel, local_date).
    """

    scope: str | None
    submission_count: int = 0
    item_count: int = 0
    is_broken_off: bool = False
    refs: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    told_in: tuple[dict, ...] = ()
    remains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A withdrawal that was broken off or whose proof found something. ref: by which it can be asked for again."""

    ref: str
    submission_count: int


class Rights(Protocol):
    """What a person may ask of us."""

    def about(self, who: str, ref: str) -> Held:
        """All that is held of them; that it was shown is written into the ledger. Refusal where nobody has the ref."""

    def hand_out(self, who: str, held: Held) -> tuple[str, str]:
        """(file name, HTML) to be given to them; that it leaves the home is written into the ledger first."""

    def foretell(self, ref: str, why: str) -> Foretold:
        """What a withdrawal would do (p…: of the person, s…: of one submission). Refusal where it cannot be done so."""

    def forget(self, who: str, ref: str, verified_by: str, why: str) -> str:
        """Start the withdrawal; returns the id of the job, which remembers nothing of whom."""

    def unfinished(self) -> list[Unfinished]:
        """Withdrawals that must be finished."""

"""What the pages on people ask for: filled in by flows/web, which knows the key and the ledger's rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb


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

"""What the review pages ask for, and the shapes in which it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dashboards.edition import Edition


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence in a body: code points [start, end) and what it speaks for, in words."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One submission of a story, masked."""

    ref: str
    channel: str
    date: str
    title: str | None
    body: str | None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A code that may be given. said: how sure of it the machine is, 0–1, None if it does not say it."""

    code: str
    label: str
    definition: str
    is_on: bool
    said: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A dimension of one story. is_open: waits for a person; by: person, contributor, machine or nobody ("")."""

    name: str
    label: str
    multi: bool
    required: bool
    is_open: bool
    by: str
    choices: tuple[Choice, ...]
    llm: tuple[str, ...] = ()  # labels of what a model that was asked says


@dataclass(frozen=True, slots=True)
class Sheet:
    """A story to be decided. head: the last entry of the ledger that it knows; why: drawn, double, second, again or ""."""

    ref: str
    text_hash: str
    head: int
    why: str
    is_waiting: bool  # False: nothing is asked of this viewer any more
    tellings: tuple[Telling, ...]
    questions: tuple[Question, ...]
    notes: tuple[tuple[str, str, str], ...]  # who, day, words

    @property
    def is_blind(self) -> bool:
        return self.why != ""


@dataclass(frozen=True, slots=True)
class Progress:
    """For one viewer. seconds: what the rest will take; disputes, pairs: what waits on the other pages."""

    left: int
    seconds: float
    disputes: int
    can_undo: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. seen, head: of the sheet that was on show; codes: dimension -> codes; wants_second: もう一人に見てもらう."""

    ref: str
    seen: str
    head: int
    codes: Mapping[str, Sequence[str]]
    wants_second: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """problem: "" if it was written, else `changed`, `meanwhile` (by `who`), `gone`, `refused` (no such code) or `missing`
    (dimensions `names`)."""

    problem: str = ""
    who: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dimension that people decided differently. said: (who, labels of their codes, their codes)."""

    question: Question
    said: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A story with its disputes; left: how many stories have some."""

    ref: str
    text_hash: str
    head: int
    tellings: tuple[Telling, ...]
    disputes: tuple[Dispute, ...]
    left: int


@dataclass(frozen=True, slots=True)
class TwoTexts:
    """A pair of submissions that may be one story. evidence: in words."""

    one: Telling
    other: Telling
    evidence: str
    left: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """rows: (label, is a dimension, units, agreed, kappa, alpha) as text; can_look_again: how many of one's own may be drawn."""

    people: tuple[str, ...]
    rows: tuple[tuple[str, bool, str, str, str, str], ...]
    own: tuple[tuple[str, bool, str, str, str, str], ...]
    disputes: int
    can_look_again: int


class Reviewing(Protocol):
    """Decisions on the version on show. who: who is at the page."""

    def next(self, edition: Edition, who: str) -> str | None:
        """ref of the next best story that nobody else is at, claimed for them; None if nothing is left for them."""

    def sheet(self, edition: Edition, who: str, ref: str, language: str) -> Sheet | None:
        """A story; None if the version has no such submission."""

    def progress(self, edition: Edition, who: str) -> Progress:
        """How far they are."""

    def decide(self, edition: Edition, who: str, answer: Answer, as_adjudicator: bool = False) -> Outcome:
        """Write it into the ledger, whole or not at all."""

    def skip(self, edition: Edition, who: str, ref: str) -> None:
        """Later: after everything else, as long as the pages run."""

    def note(self, edition: Edition, who: str, ref: str, words: str) -> Outcome:
        """Something to remember of a story."""

    def undo(self, edition: Edition, who: str) -> tuple[str, str] | None:
        """Take back what they did last: (its kind, ref), or None if there is nothing."""

    def disputed(self, edition: Edition, ref: str | None, language: str) -> Disputed | None:
        """The story named, or the first, that people decided differently."""

    def pair(self, edition: Edition, who: str) -> TwoTexts | None:
        """The next pair that may be one story."""

    def say_of_pair(self, edition: Edition, who: str, verdict: str, one: str, other: str) -> Outcome:
        """same or apart; skip: later."""

    def agreement(self, edition: Edition, who: str, language: str) -> Agreement:
        """How far people agree."""

    def look_again(self, edition: Edition, who: str) -> int:
        """Draw stories of one's own for a second look; how many."""

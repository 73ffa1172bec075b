"""What waits for a person: the queue of one published version, kept narrow, with what the ledger says since.

It is read once a version and then told of each new entry (`hear`), so that the next story costs neither a build's query
nor the whole ledger. The text of a story is not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median

from flows.standing import PACE, PAUSE
from tasks import adjudication
from tasks.codebooks.changes import read_today
from tasks.taken_back import UNDO
from warehouse.codebook import Codebook
from warehouse.ledger import Entry

CODERS = 2  # of a story that was drawn for double coding, or for which a second coder was asked
_REMEMBERED = 30  # stories by which somebody's pace is told
ACTS = ("code", "second", "same", "apart")  # kinds that a reviewer may take back


@dataclass(frozen=True, slots=True)
class Row:
    """A submission with open questions, as of the build."""

    ref: str
    text_hash: str
    dimensions: tuple[str, ...]
    is_drawn: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody is asked: of a submission, these dimensions. why: '', drawn, double, second, again; is_blind: without
    what the machine and others say."""

    ref: str
    text_hash: str
    dimensions: tuple[str, ...]
    why: str = ""

    @property
    def is_blind(self) -> bool:
        return self.why != ""


@dataclass(frozen=True, slots=True)
class Act:
    """What one person did at once: entries about one submission."""

    at: str
    ref: str
    kind: str
    entries: list[int]
    subject: str


def decided(said: Iterable[Entry]) -> dict[str, list[str]]:
    """dimension -> codes, of decisions on one text, where the latest word is a person's and no other person's differs.

    A teller's correction asks for a person.
    """
    found = {}
    for dimension, words in _by_dimension(said).items():
        last = words[-1].payload
        if last.get("as") != adjudication.CONTRIBUTOR and not adjudication.disagree(adjudication.by_people(words)):
            found[dimension] = last["codes"]
    return found


def disputed(said: Iterable[Entry]) -> dict[str, list[Entry]]:
    """dimension -> what people said, of decisions on one text, where an adjudicator is wanted."""
    words = _by_dimension(adjudication.by_people(said))
    return {dimension: entries for dimension, entries in words.items() if adjudication.disagree(entries)}


def disputed_last(said: Sequence[Entry]) -> dict[str, list[Entry]]:
    """As disputed, of decisions on one submission: those on the text that was spoken of last."""
    return disputed(e for e in said if e.payload["text_hash"] == said[-1].payload["text_hash"])


def _by_dimension(said: Iterable[Entry]) -> dict[str, list[Entry]]:
    found = defaultdict(list)
    for entry in said:
        found[entry.payload["dimension"]].append(entry)
    return found


def is_uncounted(said: dict[str, list[str]], book: Codebook) -> bool:
    """Whether a person has said that it is not to be counted: nothing more is asked of it."""
    shut = any(name in said and not set(said[name]) & set(codes) for name, codes in book.count_only.items())
    return shut or any(set(said.get(name, ())) & set(codes) for name, codes in book.count_apart.items())


@dataclass
class Waiting:
    """rows: in the order in which they are to be served. look_up: refs -> (ref, text hash) of those that there are now."""

    rows: dict[str, Row]
    book: Codebook
    look_up: Callable[[Sequence[str]], Iterable[tuple[str, str]]]
    head: int = 0  # the last entry of the ledger that was heard
    _open: dict[str, tuple[str, ...]] = field(init=False)
    _said: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))  # submission_ref -> `code`s
    _twice: dict[str, tuple[str, int]] = field(default_factory=dict)  # submission_ref -> (why, by which entry)
    again: dict[str, tuple[int, list[str]]] = field(default_factory=dict)  # who -> (by which entry, submission_refs)
    _seen: dict[str, str | None] = field(default_factory=dict)  # submission_ref of these two -> text hash of today
    _acts: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))  # who -> what can be taken back
    pairs: dict[frozenset[str], int] = field(default_factory=dict)  # decided pairs of submission_refs -> by which entry
    notes: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    disputes: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)  # submission_ref -> as `disputed` tells

    def __post_init__(self) -> None:
        self._open = {ref: row.dimensions for ref, row in self.rows.items()}

    def hear(self, entries: Iterable[Entry]) -> None:
        """Entries of the ledger after `head`, in order."""
        touched = set()
        for entry in entries:
            self.head = entry.id
            touched.add(self._heard(entry))
        for ref in touched - {None}:
            self._settle(ref)
        if new := [ref for ref, seen in self._seen.items() if seen is None]:
            self._seen |= dict.fromkeys(new, "") | dict(self.look_up(new))  # "": not there any more

    def _heard(self, entry: Entry) -> str | None:
        """The submission that it may have opened or closed."""
        told = {
            "code": self._code, UNDO: self._undo, "second": self._second, "double": self._double, "again": self._look_again,
            "same": self._pair, "apart": self._pair, "note": self._note,
        }.get(entry.kind)  # fmt: skip
        if entry.kind in ACTS:
            self._remember(entry)
        return told(entry) if told else None

    def _code(self, entry: Entry) -> str:
        today, lost = read_today(self.book, entry)
        if not lost:
            self._said[entry.payload["submission_ref"]].append(today)
        return entry.payload["submission_ref"]

    def _undo(self, entry: Entry) -> str | None:
        gone, ref = set(entry.payload["entries"]), entry.payload["submission_ref"]
        self._said[ref] = [said for said in self._said[ref] if said.id not in gone]
        self._acts[entry.who] = [act for act in self._acts[entry.who] if gone.isdisjoint(act.entries)]
        self.pairs = {pair: number for pair, number in self.pairs.items() if number not in gone}
        self._twice = {name: told for name, told in self._twice.items() if told[1] not in gone}
        return ref

    def _second(self, entry: Entry) -> str:
        ref = entry.payload["submission_ref"]
        self._want(entry, [ref], "second")
        return ref

    def _double(self, entry: Entry) -> None:
        self._want(entry, entry.payload["drawn"], "double")

    def _want(self, entry: Entry, refs: Iterable[str], why: str) -> None:
        for ref in refs:
            self._twice.setdefault(ref, (why, entry.id))
            self._seen.setdefault(ref)

    def _look_again(self, entry: Entry) -> None:
        self.again[entry.who] = (entry.id, entry.payload["drawn"])
        for ref in entry.payload["drawn"]:
            self._seen.setdefault(ref)

    def _pair(self, entry: Entry) -> None:
        self.pairs[frozenset((entry.payload["submission_ref"], entry.payload["other_ref"]))] = entry.id

    def _note(self, entry: Entry) -> None:
        if "note" in entry.payload:  # else it was erased
            self.notes[entry.payload["submission_ref"]].append(entry)

    def _remember(self, entry: Entry) -> None:
        acts, ref = self._acts[entry.who], entry.payload.get("submission_ref", entry.subject)
        if acts and (acts[-1].at, acts[-1].ref) == (entry.at, ref):
            acts[-1].entries.append(entry.id)
        else:
            acts.append(Act(entry.at, ref, entry.kind, [entry.id], entry.subject))

    def _settle(self, ref: str) -> None:
        """What is still open of a submission after what was said of the text on show."""
        self.disputes.pop(ref, None)
        if wanted := disputed_last(self._said[ref]):
            self.disputes[ref] = wanted
        if row := self.rows.get(ref):
            said = self.decided(ref, row.text_hash)
            left = () if is_uncounted(said, self.book) else tuple(d for d in row.dimensions if d not in said)
            self._open.pop(ref, None)
            if left:
                self._open[ref] = left

    def said(self, ref: str, seen: str) -> list[Entry]:
        """Decisions on a submission by the text named, in order."""
        return [entry for entry in self._said.get(ref, ()) if entry.payload["text_hash"] == seen]

    def decided(self, ref: str, seen: str) -> dict[str, list[str]]:
        """dimension -> codes that people decided of a submission by the text named, built in yet or not."""
        return decided(self.said(ref, seen))

    def codes(self) -> list[Entry]:
        """Every `code` that stands, as today's codebook reads it, in order of writing."""
        return sorted((entry for said in self._said.values() for entry in said), key=lambda entry: entry.id)

    def open(self) -> Iterator[Task]:
        """Open questions whoever asks, in the order of the queue; disagreements too."""
        return (self._task(ref) for ref in self.rows if ref in self._open)

    def open_count(self) -> int:
        return len(self._open)

    def tasks(self, who: str) -> Iterator[Task]:
        """What may be asked of somebody, the first first: second codings, their own second look, then the queue."""
        own = self._of_their_own(who)
        yield from own.values()
        for task in self.open():
            if task.ref not in own and task.ref not in self._twice and (left := self._undisputed(task)):
                yield Task(task.ref, task.text_hash, left, task.why)

    def task(self, ref: str, who: str) -> Task | None:
        """What may be asked of somebody about one submission."""
        own = self._of_their_own(who).get(ref)
        return own or (self._task(ref) if ref in self._open and ref not in self._twice else None)

    def task_count(self, who: str) -> int:
        """How many stories `tasks` gives."""
        own = self._of_their_own(who)
        elsewhere = {ref for ref in (*own, *self._twice) if ref in self._open}
        elsewhere |= {ref for ref in self.disputes if ref in self._open and not self._undisputed(self._task(ref))}
        return len(own) + len(self._open) - len(elsewhere)

    def _of_their_own(self, who: str) -> dict[str, Task]:
        """submission_ref -> what is asked of this one beside the queue."""
        twice = {ref: task for ref in self._twice if (task := self._of_two(ref, who))}
        return twice | {task.ref: task for task in self.own_again(who) if task.ref not in twice}

    def _task(self, ref: str) -> Task:
        row = self.rows[ref]
        return Task(ref, row.text_hash, self._open[ref], "drawn" if row.is_drawn else "")

    def _undisputed(self, task: Task) -> tuple[str, ...]:
        wanted = disputed(self.said(task.ref, task.text_hash))
        return tuple(name for name in task.dimensions if name not in wanted)

    def _of_two(self, ref: str, who: str) -> Task | None:
        """A story for two coders, as long as this one has not coded it and two others have not."""
        coders, seen = self._coders(ref), self._seen[ref]
        wanted = seen and who not in coders and len(coders) < CODERS
        return Task(ref, seen, self._every(), self._twice[ref][0]) if wanted else None

    def _coders(self, ref: str) -> set[str]:
        return {e.who for e in self.said(ref, self._seen[ref]) if e.payload.get("as") is None}

    def is_for_two(self, ref: str) -> bool:
        """Whether two people are to code it."""
        return ref in self._twice

    def places_left(self, ref: str) -> int:
        """How many people may code it at the same time."""
        return CODERS - len(self._coders(ref)) if ref in self._twice else 1

    def own_again(self, who: str) -> Iterator[Task]:
        """What is left of somebody's second look at stories of their own."""
        after, drawn = self.again.get(who, (0, []))
        for ref in drawn:
            seen = self._seen[ref]
            if seen and not any(e.who == who and e.id > after for e in self.said(ref, seen)):
                yield Task(ref, seen, self._every(), "again")

    def _every(self) -> tuple[str, ...]:
        return tuple(dimension.name for dimension in self.book.dimensions)

    def last_act(self, who: str) -> Act | None:
        """What somebody did last and has not taken back."""
        acts = self._acts.get(who)
        return acts[-1] if acts else None

    def pace(self, who: str) -> float:
        """Seconds that somebody needs for a story, by their last ones; the usual ones if too few are known."""
        times = [datetime.fromisoformat(act.at) for act in self._acts.get(who, ())[-_REMEMBERED:]]
        gaps = [gap for a, b in pairwise(times) if 0 < (gap := (b - a).total_seconds()) < PAUSE]
        return median(gaps) if len(gaps) >= 5 else PACE

"""What the review pages ask for: the queue, the leases, and decisions by the same functions as the verbs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from threading import RLock
from time import monotonic

from dashboards.edition import Edition
from dashboards.review.asked import Agreement, Answer, Disputed, Outcome, Progress, Sheet, TwoTexts
from flows.confirming import answered, as_shown
from flows.failures import Refused
from flows.noting import noted
from flows.reviewing import checked, chosen, native_of, waiting_of
from flows.reviewing_links import said
from flows.settings import Settings
from flows.told import Told, told
from flows.waiting import Act, Task, Waiting
from flows.web import review_compared as compared
from flows.web import review_sheet as sheets
from tasks.adjudication import ADJUDICATOR
from tasks.taken_back import UNDO
from warehouse import leases, ledger
from warehouse.codebook import Codebook
from warehouse.ledger import Entry, New

MOMENT = 0.2  # seconds: a page asks several things at once
REMEMBERED = 32  # stories: who reviews goes back to one of the last, if at all
ERASED = "erased"  # kind: entries were changed, so whoever keeps some reads all again


class Reviewer:
    """Of one home; one for all viewers, whose requests run side by side."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._lock = RLock()
        self._of: tuple = ()  # what _waiting was made of
        self._waiting: Waiting | None = None
        self._heard_at = 0.0  # of the clock that only goes forward
        self._shown: dict[tuple, Told | None] = {}  # (version, ref) -> story, the last ones
        self._later: dict[str, dict[str, None]] = defaultdict(dict)  # who -> refs that they skipped, in order

    def now(self, edition: Edition, may_be_old: bool = False) -> Waiting:
        """The queue of this version with everything that the ledger says by now, or said a moment ago: whoever decides
        is held against what the page knew (Answer.head), not against the time.
        """
        with self._lock:
            if may_be_old and self._of[:1] == (edition.path,) and monotonic() - self._heard_at < MOMENT:
                return self._waiting
            self._heard_at = monotonic()
            made_of = (edition.path, _stamp(self._settings))
            if made_of != self._of:
                self._waiting, self._of = waiting_of(self._settings, edition.asking()), made_of
            entries = ledger.read(self._settings.lake.ledger, after=self._waiting.head)
            if any(entry.kind == ERASED for entry in entries):
                self._waiting = waiting_of(self._settings, edition.asking())
            else:
                self._waiting.hear(entries)
            return self._waiting

    def next(self, edition: Edition, who: str) -> str | None:
        with self._lock:
            waiting, later = self.now(edition), self._later[who]
            first = (task.ref for task in waiting.tasks(who) if task.ref not in later)
            then = (ref for ref in list(later) if waiting.task(ref, who))
            return next((ref for refs in (first, then) for ref in refs if self._claim(who, ref, waiting)), None)

    def _claim(self, who: str, ref: str, waiting: Waiting) -> bool:
        """A story for two may be with two people at once."""
        places = _places(ref, waiting)[: waiting.places_left(ref)]
        return any(leases.claim(self._settings.lake.ledger, who, place) for place in places)

    def _release(self, who: str, ref: str, waiting: Waiting) -> None:
        for place in _places(ref, waiting):
            leases.release(self._settings.lake.ledger, who, place)

    def sheet(self, edition: Edition, who: str, ref: str, language: str) -> Sheet | None:
        waiting, story = self.now(edition, may_be_old=True), self._told(edition, ref)
        return sheets.sheet(waiting, waiting.task(ref, who), story, language) if story else None

    def _told(self, edition: Edition, ref: str) -> Told | None:
        """Whoever confirms was shown it a moment ago."""
        with self._lock:
            if (edition.path, ref) not in self._shown:
                self._shown[edition.path, ref] = told(edition.asking(), ref)
                while len(self._shown) > REMEMBERED:
                    self._shown.pop(next(iter(self._shown)))
            return self._shown[edition.path, ref]

    def progress(self, edition: Edition, who: str) -> Progress:
        waiting = self.now(edition, may_be_old=True)
        left = waiting.task_count(who)
        return Progress(left, left * waiting.pace(who), len(waiting.disputes), waiting.last_act(who) is not None)

    def decide(self, edition: Edition, who: str, answer: Answer, as_adjudicator: bool = False) -> Outcome:
        with self._lock:
            waiting, story = self.now(edition), self._told(edition, answer.ref)
            if story is None:
                return Outcome("gone")
            if story.text_hash != answer.seen:
                return Outcome("changed")
            ref, seen, subject = story.ref, story.text_hash, native_of(edition.asking(), self._settings, answer.ref)
            task = waiting.task(ref, who)
            if other := _meanwhile(waiting, task, who, answer, as_adjudicator):
                return Outcome("meanwhile", other)
            picked = _picked(waiting.book, answer)
            if picked is None:
                return Outcome("refused")
            if as_adjudicator:
                return self._write(who, subject, ref, seen, waiting, picked, {}, False, ADJUDICATOR)
            is_blind = bool(task and task.is_blind)
            chosen, confirmed, missing = answered(
                story.shown, waiting.decided(ref, seen), picked, waiting.book, is_blind
            )
            if missing:
                return Outcome("missing", names=tuple(missing))
            return self._write(who, subject, ref, seen, waiting, chosen, confirmed, answer.wants_second)

    def _write(
        self,
        who: str,
        subject: str,
        ref: str,
        seen: str,
        waiting: Waiting,
        picked: Mapping[str, Sequence[str]],
        confirmed: Mapping[str, Sequence[str]],
        wants_second: bool,
        voice: str | None = None,
    ) -> Outcome:
        book, spoken = waiting.book, {"as": voice} if voice else {}
        payloads = [chosen(name, codes, seen, ref, book) | spoken for name, codes in picked.items()]
        payloads += [as_shown(name, codes, seen, ref, book) for name, codes in confirmed.items()]
        new = [New(who, "code", subject, payload) for payload in payloads]
        if wants_second:
            new.append(New(who, "second", subject, {"submission_ref": ref, "text_hash": seen}))
        self._append(new)
        self._release(who, ref, waiting)
        self._later[who].pop(ref, None)
        return Outcome()

    def _append(self, new: list[New]) -> None:
        """Whatever is asked next has to hear it."""
        ledger.append_many(self._settings.lake.ledger, new)
        self._heard_at = 0.0

    def skip(self, edition: Edition, who: str, ref: str) -> None:
        with self._lock:
            self._later[who].pop(ref, None)
            self._later[who][ref] = None
        self._release(who, ref, self.now(edition, may_be_old=True))

    def note(self, edition: Edition, who: str, ref: str, words: str) -> Outcome:
        if self._told(edition, ref) is None:
            return Outcome("gone")
        subject = native_of(edition.asking(), self._settings, ref)
        self._append([noted(subject, ref, words, who)])
        return Outcome()

    def undo(self, edition: Edition, who: str) -> tuple[str, str] | None:
        with self._lock:
            act: Act | None = self.now(edition).last_act(who)
            if act is None:
                return None
            payload = {"entries": act.entries, "submission_ref": act.ref}
            self._append([New(who, UNDO, act.subject, payload)])
            return act.kind, act.ref

    def disputed(self, edition: Edition, ref: str | None, language: str) -> Disputed | None:
        return compared.disputed(edition, self.now(edition), ref, language)

    def pair(self, edition: Edition, who: str) -> TwoTexts | None:
        with self._lock:
            waiting, later = self.now(edition), self._later[who]
            rows = list(compared.open_pairs(edition, waiting))
            for row in sorted(rows, key=lambda row: _named(row) in later):  # the sort keeps the order of each half
                if leases.claim(self._settings.lake.ledger, who, _named(row)):
                    return compared.two_texts(edition, row, len(rows), edition.words)
            return None

    def say_of_pair(self, edition: Edition, who: str, verdict: str, one: str, other: str) -> Outcome:
        with self._lock:
            name, waiting = f"{one}|{other}", self.now(edition)
            if all(_named(row) != name for row in compared.pairs(edition)):
                return Outcome("gone")
            if verdict == "skip":
                self._later[who].pop(name, None)
                self._later[who][name] = None
            elif by := waiting.pairs.get(frozenset((one, other))):
                return Outcome("meanwhile", str(by))
            else:
                new = said(edition.asking(), self._settings, verdict, one, other, who)
                self._append([new])
            leases.release(self._settings.lake.ledger, who, name)
            return Outcome()

    def agreement(self, edition: Edition, who: str, language: str) -> Agreement:
        waiting = self.now(edition)
        name = ("agreement", who, waiting.head, language)
        if name not in edition.kept:  # a thousand resamplings
            edition.kept[name] = compared.agreed(waiting, who, language)
        return replace(edition.kept[name], can_look_again=compared.again_count(waiting, who))

    def look_again(self, edition: Edition, who: str) -> int:
        with self._lock:
            drawn = compared.second_look(self.now(edition), who)
            if drawn:
                self._append([New(who, "again", who, drawn)])
            return len(drawn["drawn"]) if drawn else 0


def _places(ref: str, waiting: Waiting) -> list[str]:
    """The leases of a story."""
    return [ref, f"{ref}#2"] if waiting.is_for_two(ref) else [ref]


def _named(row: Mapping) -> str:
    """A pair, as leases and skips name it."""
    return f"{row['submission_ref']}|{row['other_ref']}"


def _stamp(settings: Settings) -> tuple:
    """Changes with the codebook's files: an editor may change them while the pages are open."""
    files = sorted(settings.codebook.glob("*.toml"))
    return tuple((file.name, (told := file.stat()).st_mtime_ns, told.st_size) for file in files)


def _picked(book: Codebook, answer: Answer) -> dict[str, list[str]] | None:
    """dimension -> codes as they may be decided; None if the codebook knows them not."""
    try:
        return {name: checked(book.by_name[name], codes) for name, codes in answer.codes.items() if codes}
    except (KeyError, Refused):
        return None


def _meanwhile(waiting: Waiting, task: Task | None, who: str, answer: Answer, as_adjudicator: bool) -> str:
    """Who decided the same after the sheet was shown, or nobody. Of a second coding only one's own word tells."""
    is_own = bool(task and task.is_blind and task.why != "drawn") and not as_adjudicator
    later: Iterable[Entry] = (e for e in waiting.said(answer.ref, answer.seen) if e.id > answer.head)
    return next((e.who for e in later if e.who == who or not is_own), "")

"""`neta coder ask`: put the stories that their tellers allow to a model, and keep its replies in the ledger.

Without [llm] in neta.toml nothing is ever sent. What was asked is asked no more: a reply is known by the hash of the text,
the codebook as the model was told it, and the model.
"""

from __future__ import annotations

import getpass
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from flows import handing, show
from flows.build import build
from flows.failures import Refused
from flows.settings import Llm, Settings, load
from tasks import kept_replies
from tasks.coding.llm import CODER, Question, Unusable
from tasks.http import Client, RateLimited, Unreachable
from tasks.whereabouts import submission_id_of
from warehouse import codebook, ledger, store
from warehouse.lake import locked
from warehouse.words import Words

ANSWER_SECONDS = 120.0  # a model on one's own machine thinks long
REPLY_BYTES = 2**20
IN_A_ROW = 3  # texts without an answer: then it is not the text
# What may be the fault of one text. Everything else would be the same for the next one.
_OF_ONE_TEXT = {
    "no_connection", "server_error", "answer_too_slow", "answer_too_large", "answer_encoded", "request_refused",
}  # fmt: skip


@dataclass
class Told:
    """What a run did. waiting: texts to ask about; sent: requests; characters: of text, once for each request; stopped:
    why before the end.
    """

    waiting: int
    waiting_characters: int
    sent: int = 0
    characters: int = 0
    kept: int = 0
    asked: int = 0
    unreached: int = 0  # texts that brought no answer at all; they come again
    useless: Counter = field(default_factory=Counter)
    stopped: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Asking:
    """One run: whom, by which questions, and the last word on consent that its texts were chosen by."""

    settings: Settings
    llm: Llm
    question: Question
    client: Client
    headers: dict[str, str] = field(repr=False)
    words: Words
    last_word: int

    def all(self, texts: Sequence[dict], told: Told, step: Callable[[], None]) -> None:
        """Ask about one text after the other until none, the budget or the patience is left."""
        in_a_row = 0
        for row in texts:
            size = _size(row)
            if told.characters + size > self.llm.characters:
                told.stopped = self.words("llm.budget")
                continue  # a shorter one may still fit
            in_a_row = 0 if self._one(row, size, told) else in_a_row + 1
            step()
            if told.failed:
                return
            if self.client.is_spent:
                told.stopped = "" if told.asked == told.waiting else self.words("llm.budget")
                return
            if in_a_row == IN_A_ROW:
                told.stopped, told.failed = self.words("llm.in_a_row", n=IN_A_ROW), True
                return

    def _one(self, row: dict, size: int, told: Told) -> bool:
        """Whether a usable reply came. Under the home's lock, so that no withdrawal comes between."""
        lake = self.settings.lake
        with locked(lake):
            if handing.last_word(lake) != self.last_word:
                told.stopped, told.failed = self.words("llm.changed"), True
                return False
            subject = submission_id_of(lake, self.settings.key(), row["submission_ref"], row["raw_id"])
            where = Path(self.words("llm.outside", host=self.llm.host, model=self.llm.model.replace("/", "_")))
            handing.handed_out(lake, where, [row["submission_ref"]], getpass.getuser())
            before = self.client.sent
            try:
                outcome = self._reply(row)
            except Unreachable as error:
                self._unreachable(error, told)
                return False
            finally:
                told.sent = self.client.sent
                told.characters += size * (told.sent - before)
            self._keep(subject, row, outcome)
        told.asked += 1
        told.kept += "answers" in outcome
        told.useless.update([self.words(f"llm.{outcome['problem']}")] if "problem" in outcome else [])
        return "answers" in outcome

    def _reply(self, row: dict) -> dict:
        """{answers} or {problem}; Unreachable if none came."""
        asked = self.question.request(self.llm.model, row["title_masked"], row["body_masked"])
        if self.llm.temperature is not None:
            asked["temperature"] = self.llm.temperature
        answer = self.client.post(f"{self.llm.url.rstrip('/')}/chat/completions", asked, self.headers)
        if answer.status != 200:
            problem = "not_allowed" if answer.status in (401, 403) else "request_refused"
            raise Unreachable(problem, f"{self.llm.host}: {answer.status}")
        try:
            return {"answers": self.question.answers(answer.content, row["body_masked"])}
        except Unusable as error:
            return {"problem": error.problem}

    def _unreachable(self, error: Unreachable, told: Told) -> None:
        what = f"{self.words(f'problem.{error.problem}')}({error.detail})"
        if error.problem in _OF_ONE_TEXT and not isinstance(error, RateLimited):
            told.useless[what] += 1
            told.unreached += 1
        else:
            told.stopped, told.failed = what, error.problem != "requests_spent"

    def _keep(self, subject: str, row: dict, outcome: dict) -> None:
        """No word of the text: codes and places only."""
        known_by = {"text_hash": row["text_hash"], "codebook": self.question.digest, "model": self.llm.model}
        payload = {**known_by, "codebook_version": self.question.book.version, **outcome}
        ledger.append(self.settings.lake.ledger, getpass.getuser(), CODER, subject, payload)


def ask_and_tell(
    home: Path, most: int | None, dry_run: bool, as_json: bool, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Ask, within the budget; exit code 1 if some text could not be asked about. Refused where no model is set up or its key is missing."""
    settings = load(home)
    words = Words(settings.language)
    llm = _set_up(settings, words)
    headers = {} if dry_run else _headers(llm, words)
    last_word = handing.last_word(settings.lake)
    build(settings)  # so that what was taken back until now is known; nothing to do if all is built in
    question = Question(codebook.load(settings.codebook))
    texts = _texts(settings, question)
    told = Told(len(texts), sum(map(_size, texts)))
    most = llm.most if most is None else min(most, llm.most)
    if not as_json:
        _tell_plan(llm, told, most, words)
    if not dry_run and texts and most:
        limits = {"deadline": ANSWER_SECONDS, "body_bytes": REPLY_BYTES, "requests": most, "sleep": sleep}
        with Client(trusted=frozenset(llm.trusted_hosts), **limits) as client:
            asking = Asking(settings, llm, question, client, headers, words, last_word)
            _with_progress(asking, texts, told, most, as_json)
    _tell(told, llm, dry_run, as_json, words)
    return 1 if told.failed or told.unreached else 0


def _set_up(settings: Settings, words: Words) -> Llm:
    if settings.llm is None:
        raise Refused(words("llm.off"))
    return settings.llm


def _headers(llm: Llm, words: Words) -> dict[str, str]:
    if not llm.key_env:
        return {}
    if not os.environ.get(llm.key_env):
        raise Refused(words("llm.no_key", name=llm.key_env))
    return {"Authorization": f"Bearer {os.environ[llm.key_env]}"}


def _texts(settings: Settings, question: Question) -> list[dict]:
    """What may be asked about and was not yet, each text once."""
    done = kept_replies.asked(ledger.read(settings.lake.ledger, CODER), question.digest, settings.llm.model)
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = store.ask(con, store.question("llm_texts"))
    return list({row["text_hash"]: row for row in rows if row["text_hash"] not in done}.values())


def _size(row: dict) -> int:
    return len(row["title_masked"] or "") + len(row["body_masked"])


def _with_progress(asking: Asking, texts: Sequence[dict], told: Told, most: int, as_json: bool) -> None:
    out = show.console()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=out, transient=True, disable=as_json or not out.is_terminal) as bar:
        task = bar.add_task(asking.words("llm.asking", host=asking.llm.host), total=min(len(texts), most))
        asking.all(texts, told, lambda: bar.advance(task))


def _tell_plan(llm: Llm, told: Told, most: int, words: Words) -> None:
    amount = {"n": told.waiting, "characters": f"{told.waiting_characters:,}"}
    print(words("llm.plan", host=llm.host, model=llm.model, most=most, budget=f"{llm.characters:,}", **amount))


def _tell(told: Told, llm: Llm, dry_run: bool, as_json: bool, words: Words) -> None:
    left = told.waiting - told.asked
    if as_json:
        names = ("waiting", "waiting_characters", "sent", "characters", "kept", "stopped")
        counts = {name: getattr(told, name) for name in names}
        show.as_json({"host": llm.host, "model": llm.model, **counts, "useless": dict(told.useless), "left": left})
        return
    if dry_run or not told.waiting:
        print(words("llm.dry" if dry_run else "llm.nothing"))
        return
    print(words("llm.done", sent=told.sent, characters=f"{told.characters:,}", kept=told.kept, left=left))
    for what, n in told.useless.items():
        print(words("llm.useless", n=n, what=what))
    if told.stopped:
        print(words("llm.stopped", what=told.stopped))
    if told.kept:
        print(words("llm.how"))

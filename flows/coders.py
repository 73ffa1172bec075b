"""Verbs for coders: train one, list those there are, put one in force, see how well it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from tasks.coding import examples, in_force
from tasks.coding.model import Model
from tasks.coding.training import Example, TooFew, train
from warehouse import codebook, ledger, store
from warehouse.codebook import Codebook
from warehouse.lake import locked
from warehouse.words import Words


def train_and_tell(home: Path, as_json: bool) -> None:
    """Learn from the texts that come with neta and from what people decided here; the coder in force stays."""
    settings = load(home)
    words, out, book = Words(settings.language), show.console(), codebook.load(settings.codebook)
    known = examples.shipped(book) if book.has_model else []
    here = decided_here(settings)
    with locked(settings.lake), out.status(words("coder.learning", n=len(known) + len(here))):
        model = _trained([*known, *here], book, words)
        model.save(settings.lake.coders / model.name)
    told = {"name": model.name, "examples": len(known), "decided_here": len(here), "learnt": list(model.heads)}
    if as_json:
        show.as_json(told)
    else:
        learnt = " ".join(book.by_name[name].ja for name in model.heads)
        print(words("coder.trained", name=model.name, shipped=len(known), here=len(here), learnt=learnt))
        print(words("coder.how", name=model.name))


def _trained(known: Sequence[Example], book: Codebook, words: Words) -> Model:
    try:
        return train(known, book)
    except TooFew as error:
        raise Refused(words("coder.too_few", n=str(error))) from None


def decided_here(settings: Settings, after: datetime | None = None) -> list[Example]:
    """What people decided (after a time), as it stands in the published warehouse; nothing where none was published."""
    try:
        with store.reading(settings.lake, str(settings.zone)) as con:
            return list(examples.decided(store.ask(con, store.question("decided_texts")), after))
    except store.NotBuilt:
        return []


def put_in_force(home: Path, name: str, who: str, why: str | None) -> str:
    """A ledger decision; the next build codes everything with it. Refused if there is no such coder."""
    settings = load(home)
    words = Words(settings.language)
    if name not in _names(settings):
        raise Refused(words("coder.no_such", name=name, known=" ".join(_names(settings))))
    entry = ledger.append(settings.lake.ledger, who, "coder", name, {"name": name}, why)
    return words("coder.in_force", id=entry, name=name)


def list_coders(home: Path, as_json: bool) -> None:
    """The coders there are, and which one codes."""
    settings = load(home)
    words, book = Words(settings.language), codebook.load(settings.codebook)
    now = in_force.coder_in_force(book, settings.lake.coders, ledger.read(settings.lake.ledger, "coder")).version
    rows = [{"name": name, "in_force": _codes(name, now)} for name in _names(settings)]
    if as_json:
        show.as_json(rows)
        return
    for row in rows:
        print(
            f"{'*' if row['in_force'] else ' '} {row['name']}  {words('coder.is_in_force') if row['in_force'] else ''}".rstrip()
        )


def _codes(name: str, version: str) -> bool:
    return version.startswith(f"{name}+" if name != in_force.RULES else "rules-")


def _names(settings: Settings) -> list[str]:
    home = settings.lake.coders
    trained = sorted(folder.parent.name for folder in home.glob("*/model.json")) if home.exists() else []
    return [in_force.RULES, in_force.built_in_name(), *trained]

"""Which coder codes: what was decided last, else the model that came with the codebook, else the rules alone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tasks.coding.coder import Coder
from tasks.coding.model import Model
from warehouse.codebook import Codebook
from warehouse.ledger import Entry

BUILT_IN = Path(__file__).parent / "built_in"
RULES = "rules"


class NoSuchCoder(LookupError):
    """The coder that was put in force is not there."""


def coder_in_force(book: Codebook, coders: Path | None = None, decisions: Iterable[Entry] = ()) -> Coder:
    """coders: the home's folder of trained ones; decisions: ledger entries, those of kind `coder` count. NoSuchCoder."""
    chosen = [entry.payload["name"] for entry in decisions if entry.kind == "coder"]
    name = chosen[-1] if chosen else None
    return Coder(book, _model(book, coders, name))


def _model(book: Codebook, coders: Path | None, name: str | None) -> Model | None:
    if name == RULES or (name is None and not book.has_model):
        return None
    folder = folder_of(coders, name) if name else BUILT_IN
    if not (folder / "model.json").exists():
        raise NoSuchCoder(f"{folder}")
    return _built_in() if folder == BUILT_IN else Model.load(folder)


@cache
def _built_in() -> Model:
    return Model.load(BUILT_IN)


def folder_of(coders: Path | None, name: str) -> Path:
    """Where the artefact of this name lies; the built-in one goes by its own name too."""
    if coders is None or name == built_in_name():
        return BUILT_IN
    return coders / name


def built_in_name() -> str:
    """The name of the model that comes with neta."""
    return _built_in().name

"""The codebook as data: dimensions and their codes, read from a folder of TOML files.

codebook.toml holds version, title and [count] (what is counted, what is counted apart); every other *.toml is one
dimension. Nothing else in neta knows the name of a dimension or of a code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from warehouse import codebook_faults as faults
from warehouse.words import Words

BUILT_IN = Path(__file__).parent / "codebook"


class CodebookError(ValueError):
    """A codebook that contradicts itself: file, place, what to do."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code. cues: text that speaks for it, by strength; read by the rules coder only. borders: what it is not."""

    code: str
    ja: str
    en: str
    definition: str = ""
    borders: str = ""
    examples: tuple[str, ...] = ()
    group: str | None = None
    since: str | None = None
    cues: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of codes with version `since`. dimension: whose codes; empty where dimensions themselves changed.

    kind: rename, merge, split, add, remove. labels: what codes that are gone were called, for what forms still say.
    """

    kind: str
    dimension: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    since: str
    why: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dimension:
    """One question put to every story. `key` is its name in the output of `neta code`."""

    name: str
    key: str
    ja: str
    en: str
    order: int
    multi: bool
    required: bool
    scored: bool  # False: by rules and people, told but never measured
    charted: bool  # True: counts are printed by it and the page draws it
    unknown: str | None  # the code that says "not told"; never poured into another
    codes: tuple[Code, ...]
    groups: tuple[Group, ...]
    asked: tuple[str, ...]  # titles of the questions by which a form asks for it, beside its own names
    rules: Mapping  # what else the rules coder wants to know: thresholds, blockers, negations

    @cached_property
    def by_code(self) -> dict[str, Code]:
        return {c.code: c for c in self.codes}


@dataclass(frozen=True, eq=False)  # one object for one content: what is made of it can be kept by it
class Codebook:
    version: str
    title: str
    count_only: Mapping[str, list[str]]  # dimension -> codes a counted story has
    count_apart: Mapping[str, list[str]]  # dimension -> codes kept and counted apart
    dimensions: tuple[Dimension, ...]
    has_model: bool  # True: the model that comes with neta was trained for this codebook
    digest: str  # sha256 over the files: names the codebook in caches and codings
    changes: tuple[Change, ...] = ()  # the oldest first

    @cached_property
    def by_name(self) -> dict[str, Dimension]:
        return {d.name: d for d in self.dimensions}

    @property
    def charted(self) -> list[Dimension]:
        return [d for d in self.dimensions if d.charted]

    @cached_property
    def meaning(self) -> str:
        """12 hex digits that change with what codes mean to people, and not with cues and rules."""
        told = [
            (d.name, d.multi, [(c.code, c.ja, c.definition, c.borders, c.group) for c in d.codes])
            for d in self.dimensions
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:12]


def load(folder: Path) -> Codebook:
    """Read a codebook folder; CodebookError names file, place and what to do."""
    book, found = _read(faults.contents(folder))
    if book is None:
        raise CodebookError(_told(folder, found))
    return book


@lru_cache(maxsize=4)
def _read(contents: faults.Contents) -> tuple[Codebook | None, Sequence[faults.Finding]]:
    """The book, or what refuses it. Kept: every page and every build asks again, and TOML is slow to read."""
    files, found = faults.parsed(contents)
    found += faults.refusals(files)
    return (None, found) if found else (_made(files, contents), found)


def _made(files: Mapping[str, dict], contents: faults.Contents) -> Codebook:
    head = files[faults.HEAD]
    dimensions = [dimension_of(name, data) for name, data in faults.dimensions_of(files).items()]
    count = head.get("count", {})
    return Codebook(
        version=head["version"],
        title=head.get("title", ""),
        count_only=count.get("only", {}),
        count_apart=count.get("apart", {}),
        dimensions=tuple(sorted(dimensions, key=lambda d: (d.order, d.name))),
        has_model=head.get("model") == "built-in",
        digest=_digest(contents),
        changes=_changes(files),
    )


def _told(folder: Path, found: Sequence[faults.Finding]) -> str:
    words = Words()
    more = words("codebook.more", n=len(found) - 1) if len(found) > 1 else ""
    return f"{folder}/{found[0].told(words)}{more}"


def _digest(contents: faults.Contents) -> str:
    digest = hashlib.sha256()
    for name, text in contents:
        digest.update(name.encode() + b"\0" + text + b"\0")
    return digest.hexdigest()


def dimension_of(name: str, data: dict) -> Dimension:
    """One dimension from the data of its file, which must hold no refusal of codebook_faults."""
    return Dimension(
        name=name,
        key=data.get("key", name),
        ja=data["ja"],
        en=data.get("en", name),
        order=data.get("order", 99),
        multi=data.get("multi", False),
        required=data.get("required", False),
        scored=data.get("scored", True),
        charted=data.get("charted", False),
        unknown=data.get("unknown"),
        codes=tuple(_code(c) for c in data.get("code", [])),
        groups=tuple(Group(g["code"], g["ja"], g.get("en", g["ja"])) for g in data.get("group", [])),
        asked=tuple(data.get("asked", ())),
        rules=data.get("rules", {}),
    )


def _code(data: dict) -> Code:
    return Code(
        code=data["code"],
        ja=data["ja"],
        en=data.get("en", data["code"]),
        definition=data.get("definition", ""),
        borders=data.get("borders", ""),
        examples=tuple(data.get("examples", ())),
        group=data.get("group"),
        since=data.get("since"),
        cues=data.get("cues", {}),
    )


def _changes(files: Mapping[str, dict]) -> tuple[Change, ...]:
    """In a dimension's file they speak of its codes, in codebook.toml of `dimension`, or of dimensions."""
    own = {id(data): name for name, data in faults.dimensions_of(files).items()}
    read = [
        Change(
            kind=change.get("kind", ""),
            dimension=change.get("dimension", own.get(id(data), "")),
            before=tuple(faults.listed(change.get("from"))),
            after=tuple(faults.listed(change.get("to"))),
            since=change.get("since", ""),
            why=change.get("why", ""),
            labels=change.get("labels", {}),
        )
        for data in files.values()
        for change in faults.parts_of(data, "change")
    ]
    return tuple(sorted(read, key=lambda change: faults.version_key(change.since)))

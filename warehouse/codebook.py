"""The codebook as data: dimensions and their codes, read from a folder of TOML files.

codebook.toml holds version, title and [count] (what is counted, what is counted apart); every other *.toml is one
dimension. Nothing else in neta knows the name of a dimension or of a code.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

BUILT_IN = Path(__file__).parent / "codebook"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


# Names of dim_… and mart_story_… tables, breakdowns, filters and page parameters that are not the codebook's.
_TAKEN = frozenset(
    "build channel code contributor date dimension reason story month reviewed kind page include_late".split()
)


class CodebookError(ValueError):
    """A codebook that contradicts itself: file, place, what to do."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code. cues: text that speaks for it, by strength; read by the rules coder only."""

    code: str
    ja: str
    en: str
    definition: str = ""
    group: str | None = None
    since: str | None = None
    cues: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    ja: str
    en: str


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
    rules: Mapping  # what else the rules coder wants to know: thresholds, blockers, negations

    @cached_property
    def by_code(self) -> dict[str, Code]:
        return {c.code: c for c in self.codes}


@dataclass(frozen=True)
class Codebook:
    version: str
    title: str
    count_only: Mapping[str, list[str]]  # dimension -> codes a counted story has
    count_apart: Mapping[str, list[str]]  # dimension -> codes kept and counted apart
    dimensions: tuple[Dimension, ...]
    has_model: bool  # True: the model that comes with neta was trained for this codebook
    digest: str  # sha256 over the files: names the codebook in caches and codings

    @cached_property
    def by_name(self) -> dict[str, Dimension]:
        return {d.name: d for d in self.dimensions}

    @property
    def charted(self) -> list[Dimension]:
        return [d for d in self.dimensions if d.charted]


def load(folder: Path) -> Codebook:
    """Read a codebook folder; CodebookError names the file and what is wrong."""
    files = sorted(folder.glob("*.toml"))
    head_file = folder / "codebook.toml"
    if head_file not in files:
        raise CodebookError(f"{head_file}: not found; `neta init` copies a codebook into the home")
    head = _read(head_file)
    dimensions = [_dimension(f, _read(f)) for f in files if f != head_file]
    count = head.get("count", {})
    book = Codebook(
        version=str(head["version"]),
        title=head.get("title", ""),
        count_only=count.get("only", {}),
        count_apart=count.get("apart", {}),
        dimensions=tuple(sorted(dimensions, key=lambda d: (d.order, d.name))),
        has_model=head.get("model") == "built-in",
        digest=_digest(files),
    )
    _check_count(head_file, book)
    return book


def _read(file: Path) -> dict:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookError(f"{file}: not TOML: {error}") from error


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _dimension(file: Path, data: dict) -> Dimension:
    name = data.get("name", file.stem)
    if not _NAME.fullmatch(name):
        raise CodebookError(f"{file}: name {name!r} must be lower-case letters, digits and _ (it names tables)")
    if name in _TAKEN:
        raise CodebookError(f"{file}: name {name!r} is taken by a table or a filter of neta's own; choose another")
    groups = tuple(Group(g["code"], g["ja"], g.get("en", g["ja"])) for g in data.get("group", []))
    codes = tuple(_code(file, c, {g.code for g in groups}) for c in data.get("code", []))
    _check_codes(file, codes, data.get("unknown"))
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
        codes=codes,
        groups=groups,
        rules=data.get("rules", {}),
    )


def _code(file: Path, data: dict, groups: set[str]) -> Code:
    if groups and data.get("group") not in groups:
        raise CodebookError(f"{file}: code {data.get('code')!r} names no group of this file: {data.get('group')!r}")
    return Code(
        code=str(data["code"]),
        ja=data["ja"],
        en=data.get("en", str(data["code"])),
        definition=data.get("definition", ""),
        group=data.get("group"),
        since=data.get("since"),
        cues=data.get("cues", {}),
    )


def _check_codes(file: Path, codes: tuple[Code, ...], unknown: str | None) -> None:
    seen = [c.code for c in codes]
    if not seen:
        raise CodebookError(f"{file}: no [[code]] in it")
    if len(set(seen)) != len(seen):
        raise CodebookError(f"{file}: a code stands twice: {sorted({c for c in seen if seen.count(c) > 1})}")
    if unknown is not None and unknown not in seen:
        raise CodebookError(f"{file}: unknown = {unknown!r} is none of its codes")


def _check_count(file: Path, book: Codebook) -> None:
    for part in (book.count_only, book.count_apart):
        for dimension, codes in part.items():
            known = book.by_name.get(dimension)
            if known is None or not set(codes) <= set(known.by_code):
                raise CodebookError(f"{file}: [count] names {dimension} = {codes}, which no dimension file has")

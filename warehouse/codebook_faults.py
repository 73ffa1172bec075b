"""What in a codebook's files cannot be, or should not: each finding with its file, its place and what to do.

`refusals` are those that no work can be done with; `contradictions` mislead people who code or count; `warnings` leave
something out. All look at plain TOML data, so that one mistake hides no other.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.words import Words

HEAD = "codebook.toml"
KINDS = ("rename", "merge", "split", "add", "remove")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_CODE_NAME = re.compile(r"[^\s,=:&]{1,40}")  # it stands in `neta review decide benefit=A,B`, in filters and in links
# Names of dim_… and mart_story_… tables, breakdowns, filters and page parameters that are not the codebook's.
_TAKEN = frozenset(
    "build channel code contributor date dimension facet person reason total story month reviewed kind page include_late"
    " from to week allows text used by period unit open then_from then_to scope longest".split()
)
_TAKEN_KEYS = frozenset(("id", "probabilities", "evidence", "to_review"))  # of the output of `neta code`
_NOT_TOLD = frozenset(
    ("unknown", "unstated", "not_told", "不明", "未記入", "未回答", "わからない", "分からない", "分類不能")
)

_TEXT, _LIST = (str,), (list,)
_HEAD_SHAPE = {"version": _TEXT, "title": _TEXT, "model": _TEXT, "count": (dict,), "change": _LIST}
_DIMENSION_SHAPE = {
    **dict.fromkeys(("name", "key", "ja", "en", "unknown"), _TEXT),
    **dict.fromkeys(("multi", "required", "scored", "charted"), (bool,)),
    **{"order": (int,), "rules": (dict,)},
    **dict.fromkeys(("asked", "group", "code", "change"), _LIST),
}
_CODE_SHAPE = {
    **dict.fromkeys(("code", "ja", "en", "definition", "borders", "group", "since"), _TEXT),
    **{"cues": (dict,), "examples": _LIST},
}
_GROUP_SHAPE = dict.fromkeys(("code", "ja", "en"), _TEXT)
_CHANGE_SHAPE = {
    **dict.fromkeys(("kind", "dimension", "since", "why"), _TEXT),
    **{"from": (str, list), "to": (str, list), "labels": (dict,)},
}
_PARTS = {"code": (_CODE_SHAPE, "code"), "group": (_GROUP_SHAPE, "code"), "change": (_CHANGE_SHAPE, "kind")}

Files = Mapping[str, dict]
Contents = tuple[tuple[str, bytes], ...]  # name and text of each *.toml of a folder, by name


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for the editor. file: its name in the folder; place: code, cue or key, or empty."""

    file: str
    place: str
    key: str  # of words.toml [codebook]
    fill: Mapping[str, object] = field(default_factory=dict)
    is_warning: bool = False

    def told(self, words: Words) -> str:
        """File, place, what to do."""
        return ": ".join(filter(None, (self.file, self.place, words(f"codebook.{self.key}", **self.fill))))


def read(folder: Path) -> tuple[dict[str, dict], list[Finding]]:
    """The data of every *.toml of a folder by file name, and those that are no TOML."""
    return parsed(contents(folder))


def contents(folder: Path) -> Contents:
    """The files of a folder, unread."""
    return tuple((file.name, file.read_bytes()) for file in sorted(folder.glob("*.toml")))


def parsed(texts: Contents) -> tuple[dict[str, dict], list[Finding]]:
    """As read(), of files that are at hand."""
    data, found = {}, []
    for name, text in texts:
        try:
            data[name] = tomllib.loads(text.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            found.append(Finding(name, "", "not_toml", {"what": " ".join(str(error).split())}))
    return data, found


def parts_of(data: Mapping, name: str) -> list[dict]:
    """The tables [[name]] of a file that are tables, whatever else stands there."""
    listed = data.get(name, [])
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []


def dimensions_of(files: Files) -> dict[str, dict]:
    """Name of a dimension -> its data; of two by one name the first file's."""
    named: dict[str, dict] = {}
    for file, data in files.items():
        if file != HEAD:
            named.setdefault(data.get("name", file.removesuffix(".toml")), data)
    return named


def listed(value: object) -> list[str]:
    """`from` and `to` of a change: one name or several."""
    return [value] if isinstance(value, str) else [v for v in value or () if isinstance(v, str)]


def refusals(files: Files) -> Iterator[Finding]:
    """Everything for which a codebook is not even read."""
    if HEAD not in files:
        yield Finding(HEAD, "", "no_head")
    for file, data in files.items():
        yield from _misshapen(file, data, _HEAD_SHAPE if file == HEAD else _DIMENSION_SHAPE)
        for part, (shape, name) in _PARTS.items():
            for one in parts_of(data, part):
                yield from _misshapen(file, one, shape, f"[[{part}]] {one.get(name, '')}".rstrip())
        yield from _bad_head(data) if file == HEAD else _bad_dimension(file, data)
    yield from _named_twice(files)
    yield from _bad_count(files)


def _misshapen(file: str, data: Mapping, shape: Mapping[str, tuple], place: str = "") -> Iterator[Finding]:
    for name, kinds in shape.items():
        value = data.get(name)
        if value is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
            told = " / ".join(kind.__name__ for kind in kinds)
            yield Finding(file, place, "shape", {"name": name, "kind": told})
    for name in ("examples", "asked", *(f"cues.{kind}" for kind in _dict(data.get("cues")))):
        value = _dict(data.get("cues")).get(name.removeprefix("cues.")) if "." in name else data.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            yield Finding(file, place, "shape", {"name": name, "kind": 'list: ["…", "…"]'})


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _bad_head(data: Mapping) -> Iterator[Finding]:
    if "version" not in data:
        yield Finding(HEAD, "version", "no_version")


def _bad_dimension(file: str, data: Mapping) -> Iterator[Finding]:
    name, codes = data.get("name", file.removesuffix(".toml")), parts_of(data, "code")
    groups = {group.get("code") for group in parts_of(data, "group")}
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield Finding(file, "name", "bad_name", {"name": name})
    elif name in _TAKEN:
        yield Finding(file, "name", "taken", {"name": name})
    if "ja" not in data:
        yield Finding(file, "ja", "no_ja")
    if not codes:
        yield Finding(file, "[[code]]", "no_code")
    for code in codes:
        yield from _bad_code(file, code, groups)
    for code in _twice(str(code.get("code")) for code in codes):
        yield Finding(file, code, "code_twice")
    if (unknown := data.get("unknown")) is not None and unknown not in {code.get("code") for code in codes}:
        yield Finding(file, "unknown", "unknown_is_none", {"code": unknown})
    for group in parts_of(data, "group"):
        for missing in {"code", "ja"} - set(group):
            yield Finding(file, f"[[group]] {group.get('code', '')}", "lacks", {"name": missing})


def _bad_code(file: str, code: Mapping, groups: set) -> Iterator[Finding]:
    name = code.get("code")
    if not isinstance(name, str) or not _CODE_NAME.fullmatch(name):
        yield Finding(file, f"[[code]] {name or ''}".rstrip(), "bad_code", {"code": name or ""})
    if "ja" not in code:
        yield Finding(file, str(name), "lacks", {"name": "ja"})
    if groups and code.get("group") not in groups:
        yield Finding(file, str(name), "no_group", {"group": code.get("group", "")})


def _twice(names) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _named_twice(files: Files) -> Iterator[Finding]:
    dimensions = [(file, data) for file, data in files.items() if file != HEAD]
    for name in _twice(str(data.get("name", file.removesuffix(".toml"))) for file, data in dimensions):
        yield Finding("", "name", "dimension_twice", {"name": name})
    keys = [str(data.get("key", data.get("name", file.removesuffix(".toml")))) for file, data in dimensions]
    for key in sorted({*_twice(keys), *_TAKEN_KEYS.intersection(keys)}):
        yield Finding("", "key", "key_twice", {"name": key})


def _bad_count(files: Files) -> Iterator[Finding]:
    dimensions = dimensions_of(files)
    for part in ("only", "apart"):
        for name, codes in _dict(_dict(files.get(HEAD, {}).get("count")).get(part)).items():
            known = {code.get("code") for code in parts_of(dimensions.get(name, {}), "code")}
            for code in [c for c in (codes if isinstance(codes, list) else [codes]) if c not in known]:
                yield Finding(HEAD, f"[count] {part}", "bad_count", {"dimension": name, "code": code})
            if not isinstance(codes, list):
                yield Finding(HEAD, f"[count] {part}", "shape", {"name": name, "kind": 'list: ["…", "…"]'})


def contradictions(files: Files) -> Iterator[Finding]:
    """What can be read but misleads: labels that stand twice, groups without codes, changes that change nothing."""
    for file, data in files.items():
        if file != HEAD:
            yield from _twice_labelled(file, data)
            yield from _empty_groups(file, data)
            yield from _not_told(file, data)
        for change in parts_of(data, "change"):
            yield from _bad_change(file, change, data, files)


def _twice_labelled(file: str, data: Mapping) -> Iterator[Finding]:
    for language in ("ja", "en"):
        for part in ("code", "group"):
            for label in _twice(str(p[language]) for p in parts_of(data, part) if language in p):
                who = " ".join(str(p.get("code")) for p in parts_of(data, part) if p.get(language) == label)
                yield Finding(file, who, "label_twice", {"label": label, "language": language})


def _empty_groups(file: str, data: Mapping) -> Iterator[Finding]:
    used = {code.get("group") for code in parts_of(data, "code")}
    for group in parts_of(data, "group"):
        if group.get("code") not in used:
            yield Finding(file, f"[[group]] {group.get('code')}", "empty_group")


def _not_told(file: str, data: Mapping) -> Iterator[Finding]:
    if data.get("unknown") is None and not data.get("multi"):
        for code in parts_of(data, "code"):
            if _NOT_TOLD & {code.get("code"), code.get("ja")}:
                yield Finding(file, str(code.get("code")), "unknown_unset", {"code": code.get("code")})


def _bad_change(file: str, change: Mapping, data: Mapping, files: Files) -> Iterator[Finding]:
    kind, place = change.get("kind"), f"[[change]] {change.get('since', '')} {change.get('kind', '')}".rstrip()
    if kind not in KINDS:
        yield Finding(file, place, "change_kind", {"kinds": " ".join(KINDS)})
    for name in ("since", "why", *_ENDS.get(kind, ())):
        if not change.get(name):
            yield Finding(file, place, "lacks", {"name": name})
    several = {"merge": "from", "split": "to"}.get(kind)
    if several and len(listed(change.get(several))) < 2:
        yield Finding(file, place, "change_one", {"name": several})
    if version_key(str(change.get("since", ""))) > version_key(str(files.get(HEAD, {}).get("version", ""))):
        yield Finding(file, place, "change_later", {"version": files.get(HEAD, {}).get("version", "")})
    if file == HEAD and "dimension" in change and change["dimension"] not in dimensions_of(files):
        yield Finding(file, place, "change_dimension", {"dimension": change["dimension"]})


_ENDS = {
    "rename": ("from", "to"),
    "merge": ("from", "to"),
    "split": ("from", "to"),
    "add": ("to",),
    "remove": ("from",),
}


def version_key(version: str) -> tuple[int, ...]:
    """Versions in their order: 1.10 comes after 1.9."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def warnings(files: Files) -> Iterator[Finding]:
    """What is left out: words in the other language, definitions, names that nobody reads."""
    for file, data in files.items():
        for place, part, shape in _with_shapes(file, data):
            for name in sorted(set(part) - set(shape)):
                yield Finding(file, place, "not_read", {"name": name}, is_warning=True)
        if file != HEAD:
            codes = parts_of(data, "code")
            yield from [] if data.get("en") else [Finding(file, "", "lacks", {"name": "en"}, is_warning=True)]
            for name in ("en", "definition"):
                if without := [str(code.get("code")) for code in codes if not code.get(name)]:
                    told = {"name": name, "codes": " ".join(without)}
                    yield Finding(file, "[[code]]", "codes_lack", told, is_warning=True)


def _with_shapes(file: str, data: Mapping) -> Iterator[tuple[str, Mapping, Mapping]]:
    yield "", data, _HEAD_SHAPE if file == HEAD else _DIMENSION_SHAPE
    for part, (shape, name) in _PARTS.items():
        for one in parts_of(data, part):
            yield f"[[{part}]] {one.get(name, '')}".rstrip(), one, shape

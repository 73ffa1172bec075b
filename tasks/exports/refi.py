"""REFI-QDA project 1.0 (.qdpx), which QualCoder, MAXQDA, NVivo and ATLAS.ti read: codebook, texts, codings with their places.

A ZIP: project.qde (XML) and sources/<guid>.txt. Written after the standard of 2019-09-25 (qdasoftware.org), whose order of
elements it keeps. Places count code points from 0, the end is behind the last. A code for which no place in the text is
known is laid over all of it, because not every program reads codings of a whole source. Names of codes are unique over the
project, because some programs know a code by its name. No time of sending is in it, only the day: by the second a post
can be found again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from uuid import UUID, uuid5

from lxml import etree

from tasks.exports import text_of
from warehouse.words import Words
from warehouse.zipped import packed

NAMESPACE = "urn:QDA-XML:project:1.0"
_OURS = UUID("6f0c7d2e-4f2b-5a41-9d3a-0b6f5d1c8e77")  # of every GUID made here: the same thing has the same one again
_USERS = ("person", "contributor", "machine")
_VARIABLES = {"channel": "Text", "month": "Text", "day": "Date", "reviewed": "Boolean"}
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def guid(*parts: str) -> str:
    """A GUID by what it stands for."""
    return str(uuid5(_OURS, "\x1f".join(parts)))


def project(stories: Sequence[Mapping], codes: Sequence[Mapping], build: Mapping, words: Words) -> bytes:
    """The whole archive; the same stories, codebook and build give the same bytes. build: as counts.build_info."""
    at = f"{build['built_at'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    names = {"name": build["call_title"], "origin": "neta", "creatingUserGUID": guid("user", "machine")}
    root = etree.Element(f"{{{NAMESPACE}}}Project", names | {"creationDateTime": at}, nsmap={None: NAMESPACE})
    _users(root, words)
    _codebook(root, codes, words)
    _variables(root, words)
    if stories:
        sources = _child(root, "Sources")
        for story in stories:
            _source(sources, story, at, words)
    _child(root, "Description", text=words("export.refi_note", note=words("count.note"), version=build["version"]))
    xml = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return packed([("project.qde", xml), *_texts(stories)])


def _texts(stories: Sequence[Mapping]) -> Iterator[tuple[str, bytes]]:
    for story in stories:
        yield f"sources/{_source_guid(story)}.txt", _clean(text_of(story)[0]).encode()


def _clean(text: str) -> str:
    """Character for character, so that places stay: what XML cannot hold becomes a blank, any line's end one \\n."""
    return _NO_XML.sub(" ", text).replace("\r\n", " \n").replace("\r", "\n")


def _child(parent, name: str, attributes: Mapping[str, str] | None = None, text: str | None = None):
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", {k: _clean(v) for k, v in (attributes or {}).items()})
    made.text = text and _clean(text)
    return made


def _users(root, words: Words) -> None:
    users = _child(root, "Users")
    for who in _USERS:
        _child(users, "User", {"guid": guid("user", who), "name": words(f"export.by_{who}"), "id": who})


def _codebook(root, codes: Sequence[Mapping], words: Words) -> None:
    """Dimension → group → code; only codes can be given."""
    whole = _child(_child(root, "CodeBook"), "Codes")
    named, folders = _Names(codes, words), {}
    for code in codes:
        place = _folder(folders, whole, ("dimension", code["dimension"]), named.dimension(code))
        if code["group_code"]:
            place = _folder(folders, place, ("group", code["dimension"], code["group_code"]), named.group(code))
        made = _child(place, "Code", {"guid": _code_guid(code), "name": named.code(code), "isCodable": "true"})
        if code["definition"]:
            _child(made, "Description", text=code["definition"])


def _folder(folders: dict, parent, key: tuple[str, ...], name: str):
    if key not in folders:
        folders[key] = _child(parent, "Code", {"guid": guid(*key), "name": name, "isCodable": "false"})
    return folders[key]


class _Names:
    """Names of dimensions, groups and codes, each unique: where a label is not, its dimension or kind stands before it."""

    def __init__(self, codes: Sequence[Mapping], words: Words):
        self._words = words
        groups = {
            (code["dimension"], code["group_code"]): self._label(code, "group") for code in codes if code["group_code"]
        }
        dimensions = {code["dimension"]: self._label(code, "dimension") for code in codes}
        self._seen = Counter([*groups.values(), *dimensions.values(), *(self._label(code, "label") for code in codes)])

    def _label(self, code: Mapping, part: str) -> str:
        return code[f"{part}_{self._words.language}"]

    def dimension(self, code: Mapping) -> str:
        label = self._label(code, "dimension")
        return label if self._seen[label] == 1 else f"{label} [{code['dimension']}]"

    def group(self, code: Mapping) -> str:
        label = self._label(code, "group")
        return label if self._seen[label] == 1 else f"{label} [{code['dimension']}/{code['group_code']}]"

    def code(self, code: Mapping) -> str:
        label = self._label(code, "label")
        return label if self._seen[label] == 1 else f"{label} [{code['dimension']}:{code['code']}]"


def _code_guid(code: Mapping) -> str:
    return guid("code", code["dimension"], code["code"])


def _variables(root, words: Words) -> None:
    variables = _child(root, "Variables")
    for name, kind in _VARIABLES.items():
        told = {"guid": guid("variable", name), "name": words(f"export.{name}"), "typeOfVariable": kind}
        _child(variables, "Variable", told)


def _source_guid(story: Mapping) -> str:
    return guid("source", story["submission_ref"])


def _source(sources, story: Mapping, at: str, words: Words) -> None:
    mine = _source_guid(story)
    day = f"{story['local_date']:%Y-%m-%d}"
    told = {"guid": mine, "name": story["story_id"], "plainTextPath": f"internal://{mine}.txt"}
    told |= {"creatingUser": guid("user", "contributor"), "creationDateTime": f"{day}T00:00:00Z"}
    source = _child(sources, "TextSource", told)
    for code in story["codes"]:
        _selection(source, story, code, at)
    values = {"channel": story[f"channel_{words.language}"], "month": story["local_month"], "day": day}
    for name, value in {**values, "reviewed": str(story["is_reviewed"]).lower()}.items():
        _value(source, name, value)


def _selection(source, story: Mapping, code: Mapping, at: str) -> None:
    """One coding: where it stands, who gave it."""
    text, before = text_of(story)
    is_placed = code["evidence_start"] is not None
    start, end = (before + code["evidence_start"], before + code["evidence_end"]) if is_placed else (0, len(text))
    parts = (story["submission_ref"], code["dimension"], code["code"])
    who = {"creatingUser": guid("user", code["decided_by"]), "creationDateTime": at}
    place = {"name": text[start:end][:40], "startPosition": str(start), "endPosition": str(end)}
    selection = _child(source, "PlainTextSelection", {"guid": guid("selection", *parts), **place, **who})
    coding = _child(selection, "Coding", {"guid": guid("coding", *parts), **who})
    _child(coding, "CodeRef", {"targetGUID": _code_guid(code)})


def _value(source, name: str, value: str) -> None:
    made = _child(source, "VariableValue")
    _child(made, "VariableRef", {"targetGUID": guid("variable", name)})
    _child(made, f"{_VARIABLES[name]}Value", text=value)

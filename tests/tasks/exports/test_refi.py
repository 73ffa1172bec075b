"""REFI-QDA: an archive as the standard has it (our own reading of its text), with places that fit the texts."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from tasks.exports import refi
from warehouse.words import Words

JA = Words("ja")
_DAY, _NOW = date(2026, 3, 1), datetime(2026, 4, 1, tzinfo=UTC)
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# element -> (children in their order, attributes that must be there, attributes that may be); ? at most one, * any number, + one or more
STANDARD = {
    "Project": (
        "Users? CodeBook? Variables? Sources? Description?",
        "name",
        "origin creatingUserGUID creationDateTime",
    ),
    "Users": ("User+", "", ""),
    "User": ("", "guid", "name id"),
    "CodeBook": ("Codes", "", ""),
    "Codes": ("Code+", "", ""),
    "Code": ("Description? Code*", "guid name isCodable", ""),
    "Variables": ("Variable+", "", ""),
    "Variable": ("", "guid name typeOfVariable", ""),
    "Sources": ("TextSource+", "", ""),
    "TextSource": ("PlainTextSelection* VariableValue*", "guid", "name plainTextPath creatingUser creationDateTime"),
    "PlainTextSelection": ("Coding*", "guid startPosition endPosition", "name creatingUser creationDateTime"),
    "Coding": ("CodeRef", "guid", "creatingUser creationDateTime"),
    "CodeRef": ("", "targetGUID", ""),
    "VariableValue": ("VariableRef (TextValue|DateValue|BooleanValue)", "", ""),
    "VariableRef": ("", "targetGUID", ""),
    **dict.fromkeys(("Description", "TextValue", "DateValue", "BooleanValue"), ("", "", "")),
}


def opened(made: bytes) -> tuple[etree._Element, dict[str, str]]:
    """(the project, member -> text), after a check of the whole structure."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        members = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    root = etree.fromstring(members.pop("project.qde").encode())
    for element in root.iter():
        _check(element)
    guids = [element.get("guid") for element in root.iter() if element.get("guid")]
    assert len(set(guids)) == len(guids) and all(map(GUID.fullmatch, guids))
    referred = {
        v for e in root.iter() for k, v in e.attrib.items() if k in ("targetGUID", "creatingUser", "creatingUserGUID")
    }
    assert referred <= set(guids)
    assert all(TIME.fullmatch(e.get("creationDateTime")) for e in root.iter() if e.get("creationDateTime"))
    return root, members


def _check(element) -> None:
    name = etree.QName(element).localname
    assert etree.QName(element).namespace == "urn:QDA-XML:project:1.0"
    order, must, may = STANDARD[name]
    pattern = "".join(rf"(?:{part.rstrip('?*+')} ){part[-1] if part[-1] in '?*+' else ''}" for part in order.split())
    children = "".join(f"{etree.QName(child).localname} " for child in element)
    assert re.fullmatch(pattern, children), f"{name}: {children}"
    assert set(must.split()) <= set(element.attrib) <= {*must.split(), *may.split()}, name


def named(root, name: str) -> list:
    return list(root.iter(f"{{{refi.NAMESPACE}}}{name}"))


def project(exported) -> bytes:
    return refi.project(exported.stories, exported.codes, exported.build, JA)


@pytest.fixture
def told(call, exported):
    call.story("a", title_masked="題😀", body_masked="りんごと木の話です", topic="apple oak")
    call.claims[-2].update(evidence_start=0, evidence_end=3)
    call.claim("a", "person:tanaka", 1.0, mood="good")
    call.story("b", topic="pear")
    return exported(call)


def test_the_archive_is_as_the_standard_has_it_and_the_same_again(told):
    root, members = opened(project(told))
    paths = {f"sources/{s.get('plainTextPath').removeprefix('internal://')}" for s in named(root, "TextSource")}
    assert paths == set(members) and len(paths) == 2
    assert project(told) == project(told)


def test_a_place_is_where_the_evidence_stands_and_a_code_without_one_is_laid_over_all(told):
    root, members = opened(project(told))
    names = {code.get("guid"): code.get("name") for code in named(root, "Code")}
    source = named(root, "TextSource")[0]
    text = members[f"sources/{source.get('guid')}.txt"]
    assert text == "題😀\n\nりんごと木の話です"
    places = {}
    for selection in source.iter(f"{{{refi.NAMESPACE}}}PlainTextSelection"):
        (coding,) = selection
        start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
        places[names[coding[0].get("targetGUID")]] = text[start:end]
    assert places == {"yesの": text, "goodの": text, "appleの": "りんご", "oakの": text}


def test_who_gave_a_code_is_told_as_a_kind_never_by_name(told):
    made = project(told)
    root, _ = opened(made)
    users = {user.get("guid"): user.get("id") for user in named(root, "User")}
    names = {code.get("guid"): code.get("name") for code in named(root, "Code")}
    who = {names[c[0].get("targetGUID")]: users[c.get("creatingUser")] for c in named(root, "Coding")}
    assert who["appleの"] == "machine" and set(users.values()) == {"person", "contributor", "machine"}
    first = named(named(root, "TextSource")[0], "Coding")
    assert [users[c.get("creatingUser")] for c in first if names[c[0].get("targetGUID")] == "goodの"] == ["person"]
    assert b"tanaka" not in made and "tanaka" not in etree.tostring(root, encoding="unicode")


def test_the_codebook_has_its_groups_and_definitions_and_only_codes_can_be_given(told):
    for code in told.codes:
        code["definition"] = f"定義 {code['code']}"
    root, _ = opened(project(told))
    tree = {
        code.get("name"): (
            code.getparent().get("name"),
            code.get("isCodable"),
            code.findtext(f"{{{refi.NAMESPACE}}}Description"),
        )
        for code in named(root, "Code")
    }
    assert tree["topicの"] == (None, "false", None) and tree["fruitの"] == ("topicの", "false", None)
    assert tree["pearの"] == ("fruitの", "true", "定義 pear") and tree["goodの"] == ("moodの", "true", "定義 good")


def test_names_that_two_dimensions_share_are_told_apart(told):
    for code in told.codes:
        code["label_ja"] = {"good": "不明", "yes": "不明", "apple": "topicの"}.get(code["code"], code["label_ja"])
    root, _ = opened(project(told))
    names = [code.get("name") for code in named(root, "Code")]
    assert len(set(names)) == len(names) and {"不明 [mood:good]", "不明 [told:yes]", "topicの [topic:apple]"} <= set(
        names
    )


def test_no_time_of_sending_is_in_it(told):
    root, _ = opened(project(told))
    assert {s.get("creationDateTime") for s in named(root, "TextSource")} == {"2026-03-10T00:00:00Z"}


@given(
    title=st.text(max_size=8),
    body=st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\r\n\x00\ufffe😀")), min_size=1, max_size=20),
)
@example(title="題", body="一\r\n二\r三😀")
def test_places_fit_whatever_the_text(title, body):
    story = {"title_masked": title, "body_masked": body, "submission_ref": "s", "story_id": "h", "is_reviewed": True}
    story |= {"local_date": _DAY, "local_month": "2026-03", "channel_ja": "メール"}
    story["codes"] = [
        {
            "dimension": "d",
            "code": "c",
            "decided_by": "machine",
            "evidence_start": len(body) - 1,
            "evidence_end": len(body),
        }
    ]
    code = {
        "dimension": "d",
        "dimension_ja": "観点",
        "code": "c",
        "label_ja": "分類",
        "definition": "",
        "group_code": None,
    }
    build = {"built_at": _NOW, "call_title": "公募", "version": "v"}
    root, members = opened(refi.project([story], [code], build, JA))
    (text,), (selection,) = members.values(), named(root, "PlainTextSelection")
    start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
    assert end == len(text) == len(body) + (len(title.strip()) + 2 if title.strip() else 0) and start == end - 1
    assert text[start] == body[-1] or body[-1] in "\r\x00\ufffe\uffff" or ord(body[-1]) < 32

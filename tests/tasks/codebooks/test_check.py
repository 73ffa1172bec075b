from __future__ import annotations

import pytest

from tasks.codebooks.check import check
from tasks.coding.coder import Coder
from warehouse import codebook_faults
from warehouse.codebook import BUILT_IN
from warehouse.ledger import Entry
from warehouse.words import Words

EMPLOYEE = '"会社員", "サラリーマン"'


def found(folder, decisions=()) -> dict[str, codebook_faults.Finding]:
    return {
        finding.key: finding for finding in reversed(check(folder, Coder, decisions))
    }  # contradictions hide warnings


def test_the_codebook_that_comes_with_neta_has_no_contradiction():
    assert [f.told(Words()) for f in check(BUILT_IN, Coder) if not f.is_warning] == []


CASES = [
    ("platform.toml", 'ja = "Facebook"', 'ja = "note"', "label_twice"),
    ("platform.toml", 'group = "facebook"', 'group = "note"', "empty_group"),
    ("industry.toml", 'unknown = "T"\n', "", "unknown_unset"),
    ("work_status.toml", EMPLOYEE, f'{EMPLOYEE}, "フリーランス"', "cue_alike"),
    ("work_status.toml", EMPLOYEE, f'{EMPLOYEE}, "一…二…三"', "cue_unreadable"),
    ("work_status.toml", EMPLOYEE, f'{EMPLOYEE}, "<who>です"', "cue_unreadable"),
    ("work_status.toml", "[rules]", '[rules]\nother_meaning = ["ｻﾗﾘｰﾏﾝ"]', "cue_explained"),
    ("attribution.toml", "unstated = 1.3", "nobody = 1.3", "rules"),
    ("attribution.toml", "[rules.words]", "words2 = 3\n[rules.words]", "rules"),
    ("attribution.toml", "prior = { unstated = 1.3 }", "prior = 3", "rules"),
    ("happened.toml", "[rules]", "[rules]\nother_meaning = 3", "rules"),
    ("benefit.toml", '"negative"', '"awful"', "bad_count"),
    ("valence.toml", 'from = "benefit"', 'from = "weather"', "rules"),
]


@pytest.mark.parametrize(("file", "before", "after", "key"), CASES)
def test_a_contradiction_is_found(book, file, before, after, key):
    book.edit(file, before, after)
    finding = found(book.folder)[key]
    assert not finding.is_warning and "\n" not in finding.told(Words("en"))


def test_all_are_told_at_once_and_by_the_coder_of_whole_files_too(book):
    for file, before, after, _ in (CASES[1], CASES[3], CASES[6], CASES[7]):
        book.edit(file, before, after)
    book.edit("flag.toml", "[rules]", "[rules")
    book.edit("codebook.toml", '["yes"]', '["maybe"]')
    assert {"not_toml", "bad_count", "empty_group", "cue_alike", "cue_explained", "rules"} <= set(found(book.folder))


def test_a_cue_that_speaks_against_two_codes_or_weakly_for_two_is_no_contradiction(book):
    book.edit("valence.toml", 'weak = ["ただ"', 'against = ["感激"]\nweak = ["てくれました", "ただ"')
    book.edit("valence.toml", 'weak = ["<harm>"', 'against = ["感激"]\nweak = ["<harm>"')
    told = [f for f in check(book.folder, Coder) if f.key == "cue_alike" and f.file == "valence.toml"]
    assert [f.is_warning for f in told] == [True]


def test_an_example_that_the_coder_codes_otherwise_is_a_warning(book):
    good = "会社員です。noteに書いたら出版社から声をかけられ、本を出すことになりました。"
    book.edit("platform.toml", 'code = "mixi"', f'code = "mixi"\nexamples = ["{good}"]')
    book.edit("platform.toml", 'code = "note"', f'code = "note"\nexamples = ["{good}"]')
    told = [f for f in check(book.folder, Coder) if f.key == "example"]
    assert [(f.place, f.is_warning, f.fill["said"]) for f in told] == [("mixi", True, "note")]


def decided(book, **payload) -> Entry:
    made = {
        "dimension": "valence",
        "codes": ["mixed"],
        "codebook_version": book.load().version,
        "codebook_meaning": book.load().meaning,
    }
    return Entry(1, "2026-04-01T00:00:00+00:00", "editor", "code", "x:1", made | payload, None)


def test_one_version_must_not_mean_two_things(book):
    entry = decided(book)
    book.edit("industry.toml", '"病院"', '"病院", "医院の待合"')  # a cue is nothing that people go by
    assert "version_kept" not in found(book.folder, [entry])
    book.edit("valence.toml", 'ja = "両方"', 'ja = "どちらも"')
    finding = found(book.folder, [entry])["version_kept"]
    assert finding.is_warning and finding.fill["n"] == 1
    book.edit("codebook.toml", 'version = "1.2"', 'version = "1.3"')
    assert "version_kept" not in found(book.folder, [entry])


CHANGES = {
    "change_kind": 'kind = "move"\nfrom = "x"\nto = "note"\nsince = "1.2"\nwhy = "w"',
    "lacks": 'kind = "rename"\nfrom = "twitter"\nto = "x"\nsince = "1.2"',
    "change_one": 'kind = "merge"\nfrom = "twitter"\nto = "x"\nsince = "1.2"\nwhy = "w"',
    "change_later": 'kind = "rename"\nfrom = "twitter"\nto = "x"\nsince = "1.10"\nwhy = "w"',
}


@pytest.mark.parametrize("key", CHANGES)
def test_a_change_that_cannot_be_is_found(book, key):
    book.add("platform.toml", f"[[change]]\n{CHANGES[key]}")
    assert not found(book.folder)[key].is_warning


def test_decisions_by_names_that_are_gone_ask_for_a_change(book):
    entry = decided(book, dimension="platform", codes=["mixi"])
    book.edit("codebook.toml", 'version = "1.2"', 'version = "1.3"')
    book.edit("platform.toml", 'code = "mixi"', 'code = "mixi2"')
    assert found(book.folder, [entry])["unexplained"].place == "platform=mixi"
    book.add("platform.toml", '[[change]]\nkind = "remove"\nfrom = "mixi"\nsince = "1.3"\nwhy = "w"')
    assert "unexplained" not in found(book.folder, [entry])

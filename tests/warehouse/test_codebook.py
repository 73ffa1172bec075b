from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from warehouse import codebook, codebook_faults

BOOK = codebook.load(codebook.BUILT_IN)


def test_the_shipped_codebook_is_whole() -> None:
    assert BOOK.version == "1.2"
    assert BOOK.count_only == {"is_story": ["yes"]}
    assert BOOK.count_apart == {"valence": ["negative"]}
    keys = "is_story valence platforms benefits industry attribution work_status happened flags"
    assert " ".join(d.key for d in BOOK.dimensions) == keys
    assert [d.name for d in BOOK.charted] == ["platform", "benefit", "industry"]
    assert {d.name: len(d.codes) for d in BOOK.charted} == {"platform": 21, "benefit": 19, "industry": 20}


def test_single_multi_and_unknown() -> None:
    assert [d.name for d in BOOK.dimensions if d.multi] == ["platform", "benefit", "flag"]
    assert [d.name for d in BOOK.dimensions if not d.required] == ["flag"]
    assert [d.name for d in BOOK.dimensions if not d.scored] == ["work_status", "happened", "flag"]
    unknown = {d.name: d.unknown for d in BOOK.dimensions if d.unknown}
    assert unknown == {"industry": "T", "attribution": "unstated", "work_status": "unknown", "happened": "unknown"}


def test_the_groups_that_print() -> None:
    assert [g.ja for g in BOOK.by_name["benefit"].groups] == [
        "仲間ができた", "あこがれの人に届いた", "仕事が動いた", "声がかかった",
        "社内で認められた", "学び・道が開けた", "喜ばれた・助けられた", "その他",
    ]  # fmt: skip
    members: dict[str, str] = {}
    for code in BOOK.by_name["industry"].codes:
        members[code.group] = members.get(code.group, "") + code.code
    assert members == {g: g for g in ("ABC", "DEFH", "G", "IMN", "JK", "LR", "OP", "QS", "T")}


def test_every_code_says_what_it_is_in_both_languages() -> None:
    for dimension in BOOK.dimensions:
        for code in dimension.codes:
            assert code.ja and code.en, f"{dimension.name}.{code.code}"
    new = [c.code for d in BOOK.charted for c in d.codes if c.since == "1.2"]
    assert new == ["reader_thanks", "helped_in_need"]


def test_no_cue_stands_twice_on_a_code() -> None:
    for dimension in BOOK.dimensions:
        for code in dimension.codes:
            cues = [cue for kind in code.cues.values() for cue in kind]
            twice = sorted({cue for cue in cues if cues.count(cue) > 1})
            assert not twice, f"{dimension.name}.{code.code}: {twice}"


def _edited(tmp_path: Path, file: str, before: str, after: str) -> Path:
    folder = tmp_path / "codebook"
    shutil.copytree(codebook.BUILT_IN, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    return folder


def test_an_edit_changes_the_digest_and_a_copy_does_not(tmp_path: Path) -> None:
    shutil.copytree(codebook.BUILT_IN, tmp_path / "copy")
    assert codebook.load(tmp_path / "copy").digest == BOOK.digest
    edited = _edited(tmp_path, "platform.toml", '"Facebook"', '"フェイスブック"')
    assert codebook.load(edited).digest != BOOK.digest


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("platform.toml", 'group = "note"', 'group = "notes"', "no_group"),
        ("platform.toml", 'code = "tiktok"', 'code = "youtube"', "code_twice"),
        ("platform.toml", 'code = "tiktok"', 'code = "tik tok"', "bad_code"),
        ("industry.toml", 'unknown = "T"', 'unknown = "Z"', "unknown_is_none"),
        ("codebook.toml", '["yes"]', '["maybe"]', "bad_count"),
        ("codebook.toml", 'version = "1.2"', "version = 1.2", "shape"),
        ("valence.toml", 'name = "valence"', 'name = "Valence 2"', "bad_name"),
        ("valence.toml", 'name = "valence"', 'name = "month"', "taken"),
        ("valence.toml", 'name = "valence"', 'name = "happened"', "dimension_twice"),
        ("valence.toml", 'key = "valence"', 'key = "evidence"', "key_twice"),
        ("valence.toml", "ja =", "jp =", "no_ja"),
        ("flag.toml", "[rules]", "[rules", "not_toml"),
    ],
)
def test_a_contradiction_is_told_with_its_file(tmp_path: Path, file: str, before: str, after: str, told: str) -> None:
    folder = _edited(tmp_path, file, before, after)
    files, found = codebook_faults.read(folder)
    assert told in {finding.key for finding in (*found, *codebook_faults.refusals(files))}
    with pytest.raises(codebook.CodebookError) as caught:
        codebook.load(folder)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_codebook_says_so(tmp_path: Path) -> None:
    with pytest.raises(codebook.CodebookError, match="neta init"):
        codebook.load(tmp_path)


def test_what_changed_since_v1_1_is_told() -> None:
    split, new = (next(c for c in BOOK.changes if c.dimension == name) for name in ("benefit", ""))
    assert (split.kind, split.before, split.since) == ("split", ("other",), "1.2") and set(split.after) <= {
        *BOOK.by_name["benefit"].by_code
    }
    assert new.kind == "add" and set(new.after) <= {*BOOK.by_name}

"""`neta export`: what tellers allow and no more, noted before it leaves."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import pytest

from flows import handing
from flows.consenting import consent
from flows.exporting import export
from flows.failures import Refused
from flows.settings import load
from tests.conftest import neta_here
from warehouse import ledger, store


def asked(home, sql: str) -> list[tuple]:
    settings = load(home)
    with store.reading(settings.lake, str(settings.zone)) as con:
        return con.execute(sql).fetchall()


def stories_in(file) -> dict[str, str]:
    """story -> text."""
    rows = list(openpyxl.load_workbook(io.BytesIO(file.read_bytes())).worksheets[0].iter_rows(min_row=2))
    return {row[1].value: row[0].value for row in rows}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "stories.xlsx"


def test_it_holds_masked_texts_of_counted_stories_and_says_what_it_leaves_out(sample_copy, file, capsys):
    export(sample_copy, "khcoder", file, False, "editor")
    told, held = capsys.readouterr().out, stories_in(file)
    counted = dict(asked(sample_copy, "SELECT story_id, count(*) FILTER (dimension = 'flag') FROM mentions GROUP BY 1"))
    flagged = {story for story, flags in counted.items() if flags}
    assert flagged and held.keys() == counted.keys() - flagged
    assert f"{len(held)}話" in told and f"印のある話 {len(flagged)}話" in told
    masked = dict(
        asked(
            sample_copy,
            "SELECT story_id, body_masked FROM stories_counted JOIN fct_submission USING (story_id, submission_ref)",
        )
    )
    assert all(text.endswith(masked[story].replace("<", "＜").replace(">", "＞")) for story, text in held.items())
    assert file.stat().st_mode & 0o077 == 0
    export(sample_copy, "khcoder", file, True, "editor")
    assert stories_in(file).keys() == counted.keys()


def test_whose_stories_are_in_it_is_noted_and_found_again(sample_copy, file):
    export(sample_copy, "khcoder", file, True, "松田")
    (entry,) = ledger.read(load(sample_copy).lake.ledger, "handed_out")
    rows = asked(
        sample_copy,
        "SELECT submission_ref, contributor_ref FROM stories_counted JOIN fct_submission USING (story_id, submission_ref)",
    )
    assert set(entry.payload["refs"]) == {ref for row in rows for ref in row if ref} and entry.who == "松田"
    (found,) = handing.those_of(load(sample_copy).lake, [rows[0][0]])
    assert found["file"] == str(file)


def test_what_a_teller_takes_back_is_not_in_the_next_file_without_a_build_by_hand(sample_copy, file):
    export(sample_copy, "khcoder", file, True, "editor")
    before = stories_in(file)
    of_one_telling = "FROM stories_counted JOIN fct_submission USING (story_id, submission_ref) WHERE member_count = 1"
    (ref, story), *_ = asked(sample_copy, f"SELECT submission_ref, story_id {of_one_telling} ORDER BY 1")
    consent(sample_copy, ref, [], ["paraphrase"], "電話", None, "editor")
    export(sample_copy, "khcoder", file, True, "editor")
    assert before.keys() - stories_in(file).keys() == {story}


def test_an_archive_for_other_tools_has_a_text_a_story(sample_copy, tmp_path):
    out = tmp_path / "stories.qdpx"
    export(sample_copy, "refi", out, True, "editor")
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
    ((count,),) = asked(sample_copy, "SELECT count(*) FROM stories_counted")
    assert names[0] == "project.qde" and len(names) == count + 1


def test_another_ending_is_refused_and_nothing_is_noted(sample_copy, tmp_path):
    with pytest.raises(Refused, match=r"\.qdpx"):
        export(sample_copy, "refi", tmp_path / "stories.zip", False, "editor")
    assert not ledger.read(load(sample_copy).lake.ledger, "handed_out")


def test_both_verbs_are_there(sample_copy, tmp_path):
    for tool, name in (("khcoder", "a.xlsx"), ("refi", "a.qdpx")):
        done = neta_here("export", tool, tmp_path / name, "--home", sample_copy)
        assert done.exit_code == 0 and (tmp_path / name).stat().st_size > 10_000, done.output
    assert json.loads(neta_here("ledger", "--kind", "handed_out", "--json", "--home", sample_copy).stdout)

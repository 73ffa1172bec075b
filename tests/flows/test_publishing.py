"""`neta publish`: what leaves the home, what does not, and that an edition is one."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from lxml import html

from dashboards.public import files
from flows.build import build
from flows.failures import Refused
from flows.ingest import ingest
from flows.publishing import publish
from tests.attacker.bounds import ranges
from tests.attacker.published import read
from tests.conftest import neta_here
from tests.flows.conftest import STORY
from warehouse import editions, ledger, store
from warehouse.lake import Lake
from warehouse.words import Words

K = 5
SEEN = 24  # hidden cells of the sample that the attacker tries


def _publish(
    home: Path, directory: Path, *refs: str, k: int = K, anew: bool = False, check: bool = False
) -> dict[str, bytes]:
    publish(home, directory, k, refs, anew, check, "editor")
    return {file.name: file.read_bytes() for file in sorted(directory.glob("*"))}


@pytest.fixture(scope="module")
def shown(sample_home, tmp_path_factory) -> tuple[Path, dict[str, bytes]]:
    """A copy of the sample home, and its public edition."""
    place = tmp_path_factory.mktemp("public")
    home = shutil.copytree(sample_home.path, place / "home", symlinks=True)
    return home, _publish(home, place / "out")


def test_nothing_hidden_in_the_sample_comes_out(shown):
    told = read(shown[1])
    assert len(told.cells) > 300 and 50 < len(told.hidden) < len(told.cells) * 0.6
    cells = told.hidden[:: len(told.hidden) // SEEN]
    assert [found for found in ranges(told, cells) if found[3] - found[2] < K] == []


def test_the_same_edition_is_the_same_bytes_and_needs_no_warehouse(shown, tmp_path):
    home, made = shown
    assert _publish(home, tmp_path / "again") == made
    (edition,) = editions.every(Lake(home))
    assert files(json.loads(json.dumps(edition)), [], Words("ja")) == {
        n: d for n, d in made.items() if n != "edition.json"
    }


def test_the_command_tells_what_is_shown_and_hidden(shown, tmp_path):
    done = neta_here("publish", tmp_path / "out", "--check", "--home", shown[0])
    hidden = len(read(shown[1]).hidden)
    assert done.exit_code == 0 and f"伏せる {hidden}" in done.stdout and not (tmp_path / "out").exists()
    refused = neta_here("publish", shown[0] / "raw", "--home", shown[0])
    assert refused.exit_code == 1 and len(refused.stderr.splitlines()) == 1


def test_an_edition_as_it_is_remembered_has_counts_of_what_is_shown_only(shown):
    (edition,) = editions.every(Lake(shown[0]))
    rows = [row for table in edition["tables"] for row in table["rows"]]
    assert all(set(row) == {"at", "story_count", "person_count"} for row in rows)
    assert all((row["person_count"] is None) == (row["story_count"] is None) for row in rows)
    assert min(row["person_count"] for row in rows if row["person_count"] is not None) >= K


def test_the_page_works_from_a_folder_alone(shown):
    made = shown[1]
    page = html.document_fromstring(made["index.html"])
    assert not page.xpath("//script | //iframe | //form | //@onclick | //@src")
    links = page.xpath("//@href")
    assert links and all(link in made for link in links), "every link is a file beside the page"
    assert not re.search(rb"(?:https?:)?//(?!www\.w3\.org/)", made["index.html"])
    assert page.xpath("//svg") and page.xpath("//table")


def test_every_file_says_what_it_counts(shown):
    sheets = {name: data for name, data in shown[1].items() if name.endswith(".csv")}
    assert len(sheets) == 10
    for data in sheets.values():
        assert data.startswith("\ufeff".encode())
        text = data.decode("utf-8-sig")
        assert all(
            said in text for said in ("見本データ", "n: 347話", "日付: ", "版: ", "会社員全体の割合ではありません")
        )
    assert "見本データ" in shown[1]["index.html"].decode()


def test_no_cell_of_a_sheet_is_a_formula(shown):
    (edition,) = editions.every(Lake(shown[0]))
    wicked = ["=1+1", "＝1+1", " @x", "\t=2", "-2"]
    for axis in edition["axes"]:
        for n, value in enumerate(axis["values"]):
            value["label_ja"] = wicked[n % len(wicked)] if axis["name"] != "month" else value["label_ja"]
    for name, data in files(edition, [], Words("ja")).items():
        cells = (
            [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
            if ".csv" in name
            else []
        )
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=＝@-+\t")]


def _rows(home: Path, sql: str) -> list[dict]:
    with store.reading(Lake(home), "Asia/Tokyo") as con:
        return store.ask(con, sql)


_QUOTABLE = """
SELECT said.submission_ref, contributor_ref, body_masked FROM fct_submission AS said JOIN fct_story USING (story_id)
WHERE is_counted AND is_representative AND is_heard AND contributor_ref IS NOT NULL
  AND {} (SELECT story_id FROM mart_story_code WHERE dimension = 'flag')
ORDER BY said.submission_ref LIMIT 3"""


def test_a_story_is_quoted_only_where_it_is_allowed_now(shown, tmp_path):
    home = shutil.copytree(shown[0], tmp_path / "home", symlinks=True)
    first, second, third = _rows(home, _QUOTABLE.format("story_id NOT IN"))
    flagged = _rows(home, _QUOTABLE.format("story_id IN"))[0]
    for row, more in ((first, ["--grant", "name", "--name-as", "山田 <花>"]), (second, []), (flagged, [])):
        done = neta_here(
            "consent", row["submission_ref"], "--grant", "quote", *more, "--evidence", "mail", "--home", home
        )
        assert done.exit_code == 0, done.output
    assert neta_here("build", "--home", home).exit_code == 0
    refs = first["submission_ref"], second["submission_ref"]
    page = _publish(home, tmp_path / "out", *refs)["index.html"].decode()
    told = html.document_fromstring(page).xpath("//article")
    assert ["山田 <花>" in article.text_content() for article in told].count(True) == 1
    assert {"".join(a.xpath(".//p[@class='text']")[0].text_content().split()) for a in told} == {
        "".join(row["body_masked"].split()) for row in (first, second)
    }
    entry = ledger.read(Lake(home).ledger, "handed_out")[-1]
    edition = editions.every(Lake(home))[-1]
    assert edition["name"] in entry.payload["file"] and {*refs, first["contributor_ref"]} <= set(entry.payload["refs"])
    assert first["body_masked"] not in json.dumps(edition, ensure_ascii=False)
    neta_here("consent", refs[1], "--withdraw", "quote", "--evidence", "mail", "--home", home)  # not built yet
    for wrong in (refs[1], third["submission_ref"], flagged["submission_ref"], "s" + "0" * 20):
        with pytest.raises(Refused):
            _publish(home, tmp_path / "out", refs[0], wrong)
    assert _publish(home, tmp_path / "out", refs[0])["index.html"].decode().count("<article>") == 1


@pytest.fixture
def call(real_home):
    """Forty people told a story each, long before any edition's month."""
    for n in range(40):
        _say(real_home, n, f"{STORY}。{n}回目の{'春夏秋冬'[n % 4]}のことで、{'note' if n % 3 else 'ブログ'}でした")
    ingest(real_home.settings, "x_hashtag")
    build(real_home.settings)
    return real_home


def _say(home, number: int, text: str) -> None:
    home.say(f"{number}.json", text, number, author=f"10{number}")
    file = home.path / "inbox" / "x_hashtag" / f"{number}.json"
    file.write_text(file.read_text().replace("2026-03", "2020-03"))


def _numbers(made: dict[str, bytes]) -> dict[str, list]:
    return {name: data.decode("utf-8-sig").split("\r\n\r\n")[0] for name, data in made.items() if name.endswith(".csv")}


@pytest.mark.slow
def test_a_withdrawal_and_a_newcomer_leave_no_trace_between_editions(call, tmp_path):
    before = _publish(call.path, tmp_path / "out")
    assert neta_here("backup", tmp_path / "b.tar", "--home", call.path).exit_code == 0
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert [name for name in tar.getnames() if name.startswith("editions/")]
    neta_here("forget", "x:" + f"17{3:017d}", "--yes", "--home", call.path)
    assert _rows(call.path, "SELECT story_count AS n FROM mart_total") == [{"n": 39}]
    _say(call, 77, STORY + "。あとから思い出した話で、写真のことです")
    ingest(call.settings, "x_hashtag")
    build(call.settings)
    after = _publish(call.path, tmp_path / "out")
    assert after["edition.json"] != before["edition.json"]
    assert _numbers(after) == _numbers(before)


def test_what_is_refused(call, tmp_path):
    for directory, k in ((call.path / "public", K), (tmp_path / "out", 1), (tmp_path / "out", 1000)):
        with pytest.raises(Refused):
            _publish(call.path, directory, k=k)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine")
    with pytest.raises(Refused):
        _publish(call.path, tmp_path / "mine")
    assert not (tmp_path / "out").exists() and editions.every(Lake(call.path)) == []
    assert _publish(call.path, tmp_path / "out", check=True) == {} and editions.every(Lake(call.path)) == []
    _publish(call.path, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    told = json.loads((tmp_path / "out" / "edition.json").read_text())
    told["files"] += ["../mine/index.html", "old.csv"]
    (tmp_path / "out" / "edition.json").write_text(json.dumps(told))
    (tmp_path / "out" / "old.csv").write_text("old")
    left = _publish(call.path, tmp_path / "out")
    assert "notes.txt" in left and "old.csv" not in left and (tmp_path / "mine" / "index.html").exists()
    with pytest.raises(Refused):
        _publish(call.path, tmp_path / "out", k=K + 1)

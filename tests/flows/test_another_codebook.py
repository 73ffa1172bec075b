"""Another author's book: other dimensions, no question of story or not, no trained model; and not a line of code for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from dashboards.access import Access
from dashboards.app import make_app
from dashboards.site import Site
from tests.conftest import ROOT, neta_here

SECOND = ROOT / "tests" / "fixtures" / "codebook_second"
TEXTS = {
    "a.txt": "在宅勤務になって三年、一日だれとも話しません。家族が寝たあとは独り言ばかりです。",
    "b.txt": "片道二時間の通勤がつらく、満員電車で本も読めません。上司は早く来いと言います。",
    "c.txt": "何が困るというほどでもないのですが、毎日ぼんやりしています。",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("second") / "call"
    neta(home, "init", home, "--yes")
    shutil.rmtree(home / "codebook")
    shutil.copytree(SECOND, home / "codebook")
    for name, text in TEXTS.items():
        (home / "inbox" / "pasted" / name).write_text(text, encoding="utf-8")
    answer = "2026/03/02 10:00:00,在宅だと言われますが、実は毎日会社に行っています。,出社"
    (home / "inbox" / "form" / "f.csv").write_text(
        f"タイムスタンプ,あなたの話,いまの働き方は?\n{answer}\n", encoding="utf-8"
    )
    return home


def neta(home: Path, *words: object) -> str:
    where = [] if words[0] == "init" else ["--home", home]
    done = neta_here(*where, *words)
    assert done.exit_code == 0, done.output
    return done.stdout


def told(home: Path, *words: object):
    return json.loads(neta(home, *words, "--json"))


def counted(home: Path, name: str) -> dict[str, int]:
    rows = told(home, "counts")["counts"][name]
    return {row["code"]: row["story_count"] for row in rows if row["level"] == "code" and row["story_count"]}


def test_a_whole_round_from_init_to_a_decision_that_outlives_a_rebuild(home):
    assert "✗" not in neta(home, "codebook", "check")
    ran = neta(home, "run", "--no-prefect")
    assert (
        "学習済みモデルなし: 手がかりと確認だけで分類します" in ran
        and "体験談" not in ran
        and "良くなかった" not in ran
    )
    assert "学習済みモデルなし" in neta(home, "coder", "list") and "学習済みモデルなし" in neta(home, "status")
    assert list(told(home, "counts")["counts"]) == ["work_style", "need"]
    assert counted(home, "work_style") == {"office": 2, "remote": 1, "unknown": 1}  # one ticked it on a form
    assert counted(home, "need") == {"lonely": 1, "boss": 1, "commute": 1}
    explained = told(home, "explain", "need=boss", "work_style=office")
    assert [t["body_masked"] for s in explained["stories"] for t in s["submissions"]] == [TEXTS["b.txt"]]

    waiting = "SELECT submission_ref, body_masked FROM fct_to_review JOIN fct_submission USING (submission_ref)"
    ((ref, text),) = {tuple(row.values()) for row in told(home, "sql", f"{waiting} WHERE dimension = 'work_style'")}
    assert text == TEXTS["c.txt"] and told(home, "review", "next")["waiting"] > 0
    neta(home, "review", "decide", ref, "work_style=remote")
    neta(home, "review", "decide", ref, "needs=lonely")
    neta(home, "rebuild")
    assert counted(home, "work_style") == {"office": 2, "remote": 2} and counted(home, "need")["lonely"] == 2
    assert told(home, "sql", f"{waiting} WHERE dimension = 'work_style'") == []
    assert neta(home, "doctor").count("✗") == 0

    coded = home / "coded.jsonl"
    (home / "texts.jsonl").write_text(json.dumps({"id": 1, "text": TEXTS["a.txt"]}), encoding="utf-8")
    neta(home, "code", home / "texts.jsonl", "--out", coded)
    answer = json.loads(coded.read_text(encoding="utf-8"))
    assert answer["work_style"] == "remote" and answer["needs"] == ["lonely"] and "platforms" not in answer
    _pages_show_it(home)


def _pages_show_it(home: Path) -> None:
    from warehouse.lake import Lake

    client = TestClient(
        make_app(Site(Lake(home), "Asia/Tokyo", "ja", False, Access("editor"))), base_url="http://127.0.0.1:8321"
    )
    page = html.document_fromstring(client.get("/").text)
    text = " ".join(page.text_content().split())
    assert "働き方" in text and "困りごと" in text
    assert not [word for word in ("活動の場", "業種", "良かったこと", "体験談", "良くなかった話") if word in text]
    links = {link for link in page.xpath("//a/@href") if link.startswith("/stories")}
    assert any("need=people" in link for link in links)
    for link in links:
        assert client.get(link).status_code == 200, link

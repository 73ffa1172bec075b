"""A codebook that changes under people's decisions: renamed and merged codes are carried, the rest is asked again."""

from __future__ import annotations

import json
import shutil

import pytest

from flows.build import build
from flows.ingest import ingest
from flows.reviewing import decide, show_next
from tests.flows.conftest import STORY
from warehouse import ledger, store

POST = "x:1700000000000000007"


def asked(home, sql: str) -> list[tuple]:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return con.execute(sql).fetchall()


def edit(home, file: str, before: str, after: str) -> None:
    path = home.path / "codebook" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def change(home, file: str, version: str, **told: object) -> None:
    """Raise the codebook's version and write a [[change]] of it."""
    head = home.path / "codebook" / "codebook.toml"
    text = head.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("version"))
    head.write_text(text.replace(line, f'version = "{version}"'), encoding="utf-8")
    lines = [f"{name} = {json.dumps(value)}" for name, value in {**told, "since": version, "why": "試し"}.items()]
    with (home.path / "codebook" / file).open("a", encoding="utf-8") as out:
        out.write("\n[[change]]\n" + "\n".join(lines) + "\n")


def said(home, dimension: str) -> list[tuple]:
    return asked(
        home,
        f"SELECT code, codebook_version FROM fct_coding WHERE dimension = '{dimension}'"
        " AND starts_with(coder, 'person:') ORDER BY ALL",
    )


def to_review(home, dimension: str) -> list[tuple]:
    return asked(home, f"SELECT cause FROM fct_to_review WHERE dimension = '{dimension}' AND cause = 'codebook'")


def rebuilt(home) -> None:
    for name in ("cache", "warehouse", "state", "reports"):
        shutil.rmtree(home.path / name)
    build(home.settings)


def waits(home, capsys, dimension: str) -> bool:
    capsys.readouterr()
    show_next(home.path, as_json=True)
    left = json.loads(capsys.readouterr().out)["next"]
    return left is not None and dimension in left["dimensions"]


def test_a_renamed_code_is_carried_through_a_rebuild_and_the_ledger_stays(told):
    decide(told.path, POST, "platform=mixi,x", "editor", None)
    before = ledger.read(told.settings.lake.ledger)
    edit(told, "platform.toml", 'code = "mixi"', 'code = "mixi_gree"')
    change(told, "platform.toml", "1.3", **{"kind": "rename", "from": "mixi", "to": "mixi_gree"})
    rebuilt(told)
    assert said(told, "platform") == [("mixi_gree", "1.3"), ("x", "1.3")] and to_review(told, "platform") == []
    codes = "SELECT platform_code FROM bridge_story_platform ORDER BY ALL"
    assert asked(told, codes) == [("mixi_gree",), ("x",)]
    assert ledger.read(told.settings.lake.ledger) == before


def test_a_name_that_is_used_again_is_not_carried_for_whoever_decides_after(told):
    edit(told, "platform.toml", 'code = "mixi"', 'code = "mixi2"')
    edit(told, "platform.toml", 'code = "gree"', 'code = "mixi"')
    change(told, "platform.toml", "1.3", **{"kind": "rename", "from": "mixi", "to": "mixi2"})
    build(told.settings)
    decide(told.path, POST, "platform=mixi", "editor", None)
    build(told.settings)
    assert said(told, "platform") == [("mixi", "1.3")]


def test_a_rename_then_a_merge(told):
    decide(told.path, POST, "platform=mixi,gree", "editor", None)
    edit(told, "platform.toml", '[[code]]\ncode = "gree"', '[[code]]\ncode = "old_sns"')
    change(told, "platform.toml", "1.9", **{"kind": "rename", "from": "gree", "to": "green"})
    change(told, "platform.toml", "1.10", **{"kind": "merge", "from": ["mixi", "green"], "to": "old_sns"})
    edit(told, "platform.toml", 'code = "mixi"', 'code = "another"')
    build(told.settings)
    assert said(told, "platform") == [("old_sns", "1.10")] and to_review(told, "platform") == []


GONE = {
    "split": {"kind": "split", "from": "other", "to": ["other", "reader_thanks"]},
    "remove": {"kind": "remove", "from": "other"},
    "unexplained": None,
}


@pytest.mark.parametrize("name", GONE)
def test_what_no_change_can_carry_goes_back_to_review_until_somebody_decides(told, capsys, name):
    decide(told.path, POST, "benefit=other,learning", "editor", None)
    build(told.settings)
    assert not waits(told, capsys, "benefit")
    if name != "split":
        edit(told, "benefit.toml", '[[code]]\ncode = "other"', '[[code]]\ncode = "rest"')
    if GONE[name]:
        change(told, "benefit.toml", "1.3", **GONE[name])
    build(told.settings)
    assert said(told, "benefit") == [] and to_review(told, "benefit") == [("codebook",)]
    assert waits(told, capsys, "benefit")
    decide(told.path, POST, "benefit=learning", "editor", None)
    assert not waits(told, capsys, "benefit")
    build(told.settings)
    assert [code for code, _ in said(told, "benefit")] == ["learning"] and to_review(told, "benefit") == []


def test_a_renamed_dimension_takes_its_decisions_along(told):
    decide(told.path, POST, "work_status=owner", "editor", None)
    edit(told, "work_status.toml", 'name = "work_status"', 'name = "work"')
    edit(told, "work_status.toml", 'key = "work_status"', 'key = "work"')
    change(told, "work_status.toml", "1.3", **{"kind": "rename", "from": "owner", "to": "self_employed"})
    edit(told, "work_status.toml", 'code = "owner"', 'code = "self_employed"')
    change(told, "codebook.toml", "1.4", **{"kind": "rename", "from": "work_status", "to": "work"})
    build(told.settings)
    assert said(told, "work") == [("self_employed", "1.4")]


def test_decisions_on_a_dimension_that_is_gone_rest_in_the_ledger(told):
    decide(told.path, POST, "happened=y2010s", "editor", None)
    (told.path / "codebook" / "happened.toml").unlink()
    build(told.settings)
    assert said(told, "happened") == [] and asked(told, "SELECT story_count FROM mart_total") == [(1,)]


def test_what_a_form_still_calls_by_its_old_name_is_understood_and_what_was_split_is_asked(told, capsys):
    ask = "タイムスタンプ,あなたの話,活動の場,良かったこと\n"
    row = "2026/03/02 10:00:00,mixiに日記を書いていたら他社の方と仕事をすることになりました。うれしかったです。,旧ミクシィ,その他のこと\n"
    (told.path / "inbox" / "form" / "a.csv").write_text(ask + row, encoding="utf-8")
    change(told, "platform.toml", "1.3", **{"kind": "rename", "from": "mix", "to": "mixi"})
    edit(told, "platform.toml", 'to = "mixi"', 'to = "mixi"\nlabels = { mix = "旧ミクシィ" }')
    change(told, "benefit.toml", "1.3", **{"kind": "split", "from": "rest", "to": ["other", "learning"]})
    edit(told, "benefit.toml", 'from = "rest"', 'from = "rest"\nlabels = { rest = "その他のこと" }')
    ingest(told.settings, "form")
    build(told.settings)
    ticked = "SELECT dimension, code FROM fct_coding WHERE coder = 'contributor'"
    assert asked(told, ticked) == [("platform", "mixi")]
    (ref,) = asked(told, "SELECT submission_ref FROM fct_submission WHERE channel = 'form'")[0]
    assert to_review(told, "benefit") == [("codebook",)]
    decide(told.path, ref, "benefit=learning", "editor", None)
    build(told.settings)
    assert to_review(told, "benefit") == []


def test_a_split_code_is_asked_again_though_another_telling_was_decided_in_the_same_story(told):
    (told.path / "inbox" / "pasted" / "a.txt").write_text(STORY, encoding="utf-8")
    ingest(told.settings, "pasted")
    build(told.settings)
    rows = "SELECT submission_ref FROM fct_submission WHERE channel = 'pasted' AND story_id IN"
    ((pasted,),) = asked(told, f"{rows} (SELECT story_id FROM fct_story WHERE member_count = 2)")
    decide(told.path, POST, "benefit=other", "editor", None)
    decide(told.path, pasted, "benefit=learning", "editor", None)
    change(told, "benefit.toml", "1.3", **GONE["split"])
    build(told.settings)
    assert [code for code, _ in said(told, "benefit")] == ["learning"] and to_review(told, "benefit") == [("codebook",)]


def test_a_tellers_word_that_was_split_asks_until_an_editor_decides(told):
    decide(told.path, POST, "benefit=other", "editor", None, "contributor")
    change(told, "benefit.toml", "1.3", **GONE["split"])
    build(told.settings)
    assert to_review(told, "benefit") == [("codebook",)]
    decide(told.path, POST, "benefit=other", "editor", None)
    build(told.settings)
    assert to_review(told, "benefit") == [] and [code for code, _ in said(told, "benefit")] == ["other"]

"""Decisions: a person beats the machine, speaks for the text that was on show, and outlives every rebuild."""

from __future__ import annotations

import json
import shutil

import pytest

from flows.agreeing import show_agreement
from flows.build import build
from flows.failures import Refused
from flows.ingest import ingest
from flows.reviewing import decide, show_next
from warehouse import counts, ledger, store
from warehouse.words import Words


def asked(home, sql: str) -> list[tuple]:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return con.execute(sql).fetchall()


def counted(home, name: str) -> dict[str, int]:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        rows = counts.breakdown(con, name, Words()).rows
    return {r["code"]: r["story_count"] for r in rows if r["level"] == "code" and r["story_count"]}


def test_by_ref_or_by_native_id_a_person_beats_the_machine_and_survives_a_rebuild(told):
    ref = asked(told, "SELECT submission_ref FROM fct_submission")[0][0]
    assert counted(told, "platform") == {"note": 1}
    decide(told.path, ref, "platform=mixi,x", "editor", "読んだ")
    decide(told.path, "x:1700000000000000007", "industry=A", "editor", None)
    first, second = ledger.read(told.settings.lake.ledger)
    assert first.subject == second.subject == "x:1700000000000000007"
    assert first.payload["text_hash"] == second.payload["text_hash"] and "会社員" not in json.dumps(
        first.payload, ensure_ascii=False
    )
    for name in ("cache", "warehouse", "state", "reports"):
        shutil.rmtree(told.path / name)
    build(told.settings)
    assert counted(told, "platform") == {"mixi": 1, "x": 1} and counted(told, "industry") == {"A": 1}
    assert asked(told, "SELECT reviewed_count FROM mart_total") == [(1,)]


def test_the_latest_decision_stands_and_none_applies_is_one(told):
    ref = asked(told, "SELECT submission_ref FROM fct_submission")[0][0]
    assert counted(told, "benefit")
    decide(told.path, ref, "benefit=other", "editor", None)
    decide(told.path, ref, "benefit=", "editor", "思い直した")
    build(told.settings)
    assert counted(told, "benefit") == {}
    said = "SELECT coder, code FROM fct_coding WHERE dimension = 'benefit' AND starts_with(coder, 'person')"
    assert asked(told, said) == [("person:editor", None)]


def test_a_person_may_take_a_story_out_and_let_one_in(told):
    told.say("b.json", "今日は良い天気ですね", 8, author="43")
    ingest(told.settings, "x_hashtag")
    build(told.settings)
    assert asked(told, "SELECT story_count, not_story_count FROM mart_total") == [(1, 1)]
    decide(told.path, "x:1700000000000000007", "is_story=no", "editor", None)
    decide(told.path, "x:1700000000000000008", "is_story=yes", "editor", None)
    build(told.settings)
    decided = (
        "SELECT submission_ref, is_counted FROM fct_story JOIN fct_item USING (submission_ref) ORDER BY fetched_at"
    )
    assert sorted(row[1] for row in asked(told, decided)) == [False, True]
    assert asked(told, "SELECT body_masked FROM fct_story JOIN fct_submission USING (story_id) WHERE is_counted")[0][
        0
    ].startswith("今日")


def test_a_decision_on_an_older_text_goes_back_to_review(told, capsys):
    decide(told.path, "x:1700000000000000007", "platform=mixi", "editor", None)
    build(told.settings)
    assert counted(told, "platform") == {"mixi": 1}
    told.say(
        "b.json",
        "会社員です。noteに書いた記事を読んだ編集者から声をかけていただきました。追記:まだ続いています",
        9,
        edited=[7],
    )
    ingest(told.settings, "x_hashtag")
    build(told.settings)
    assert counted(told, "platform") == {"note": 1}
    assert ("platform", "changed") in asked(told, "SELECT dimension, cause FROM fct_to_review")
    capsys.readouterr()
    show_next(told.path, as_json=True)
    assert "platform" in json.loads(capsys.readouterr().out)["next"]["dimensions"]
    decide(told.path, "x:1700000000000000007", "platform=mixi", "editor", None)
    show_next(told.path, as_json=True)
    left = json.loads(capsys.readouterr().out)["next"]
    assert left is None or "platform" not in left["dimensions"]
    build(told.settings)
    assert counted(told, "platform") == {"mixi": 1}
    assert ("platform", "changed") not in asked(told, "SELECT dimension, cause FROM fct_to_review")


def test_what_was_pasted_yields_to_the_message_and_keeps_its_decisions(told):
    text = "社内で誰にも聞けなかったExcelの悩みをツイッターでつぶやいたら、他社の経理の方が丁寧に教えてくれました。"
    (told.path / "inbox" / "pasted" / "a.txt").write_text(
        f"{text}\n{'https://example.jp/' + 'a' * 40}", encoding="utf-8"
    )
    ingest(told.settings, "pasted")
    build(told.settings)
    (pasted,) = [i for (i,) in asked(told, "SELECT submission_ref FROM fct_submission WHERE channel = 'pasted'")]
    decide(told.path, pasted, "industry=A", "editor", None)
    told.say("b.json", text, 8, author="43")  # exported a month later
    ingest(told.settings, "x_hashtag")
    build(told.settings)
    assert asked(told, "SELECT story_count FROM mart_total") == [(2,)]
    told_by = "SELECT channel, is_representative FROM fct_submission JOIN (SELECT story_id FROM fct_submission"
    told_by += f" WHERE submission_ref = '{pasted}') USING (story_id) ORDER BY channel"
    assert asked(told, told_by) == [("pasted", False), ("x_hashtag", True)]
    assert counted(told, "industry")["A"] == 1


def test_a_decision_on_a_turn_that_grew_at_its_beginning_goes_back_to_review(told):
    def export(name: str, *rows: str) -> None:
        head = "[LINE] 花子とのトーク履歴\n保存日時：2026/04/30 13:16\n\n2026/04/02(木)\n"
        (told.path / "inbox" / "line").mkdir(exist_ok=True)
        (told.path / "inbox" / "line" / name).write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        ingest(told.settings, "line")
        build(told.settings)

    with (told.path / "neta.toml").open("a", encoding="utf-8") as file:
        file.write('\n[channels.line]\nconversations = ["*"]\n')
    later = "10:24\t花子\tnoteを読んだ方から仕事の相談をいただき、とてもうれしかったです"
    export("a.txt", later)
    (ref,) = [i for (i,) in asked(told, "SELECT submission_ref FROM fct_submission WHERE channel = 'line'")]
    decide(told.path, ref, "industry=A", "editor", None)
    export("b.txt", "10:23\t花子\t前の会社での話です", later)
    (ref,) = [i for (i,) in asked(told, "SELECT submission_ref FROM fct_submission WHERE channel = 'line'")]
    assert (ref, "industry", "changed") in asked(told, "SELECT submission_ref, dimension, cause FROM fct_to_review")


def test_a_tellers_correction_beats_the_machine_and_asks_again_where_a_person_had_decided(told, capsys):
    def waits(dimension: str) -> bool:
        show_next(told.path, as_json=True)
        left = json.loads(capsys.readouterr().out)["next"]
        return left is not None and dimension in left["dimensions"]

    def say(decision: str, voice: str | None = None) -> None:
        decide(told.path, "x:1700000000000000007", decision, "editor", None, voice)
        build(told.settings)

    conflicts = "SELECT dimension FROM fct_to_review WHERE cause = 'conflict'"
    say("platform=mixi", "contributor")
    assert counted(told, "platform") == {"mixi": 1} and asked(told, conflicts) == []
    assert asked(told, "SELECT is_reviewed FROM fct_story") == [(False,)]
    say("platform=x")
    assert counted(told, "platform") == {"x": 1} and asked(told, conflicts) == []  # the person saw what the teller said
    say("platform=x", "contributor")
    assert asked(told, conflicts) == []  # they agree
    say("platform=mixi,note", "contributor")
    assert counted(told, "platform") == {"x": 1} and asked(told, conflicts) == [("platform",)] and waits("platform")
    decide(told.path, "x:1700000000000000007", "platform=note", "editor", "相談して")
    assert not waits("platform")
    build(told.settings)
    assert counted(told, "platform") == {"note": 1} and asked(told, conflicts) == []


def test_two_people_who_differ_want_an_adjudicator_and_until_then_the_later_word_stands_marked(told, capsys):
    def say(who: str, decision: str, voice: str | None = None) -> None:
        decide(told.path, "x:1700000000000000007", decision, who, None, voice)
        build(told.settings)

    def asks() -> bool:
        capsys.readouterr()
        show_next(told.path, as_json=False)
        return "--as adjudicator" in capsys.readouterr().out

    def agreed() -> dict:
        capsys.readouterr()
        show_agreement(told.path, as_json=True)
        return json.loads(capsys.readouterr().out)

    open_ones = "SELECT dimension FROM fct_to_review WHERE cause = 'disagreement'"
    say("sato", "platform=x")
    assert asked(told, open_ones) == [] and not asks() and agreed()["dimensions"] == {}
    show_agreement(told.path, as_json=False)
    assert "1人で確認" in capsys.readouterr().out
    say("mori", "platform=note")
    assert counted(told, "platform") == {"note": 1} and asked(told, open_ones) == [("platform",)] and asks()
    assert agreed()["open"] == 1 and agreed()["dimensions"]["platform"]["agreed"] == 0
    decide(told.path, "x:1700000000000000007", "platform=blog", "sato", "二人で話した", "adjudicator")
    assert not asks()  # settled though not built in yet
    build(told.settings)
    assert counted(told, "platform") == {"blog": 1} and asked(told, open_ones) == [] and agreed()["open"] == 0
    say("mori", "platform=note")
    assert asked(told, open_ones) == [("platform",)] and asks()
    assert agreed()["dimensions"]["platform"]["units"] == 1


WRONG = {
    "unknown code": ("x:1700000000000000007", "platform=myspace"),
    "unknown dimension": ("x:1700000000000000007", "weather=fine"),
    "no dimension": ("x:1700000000000000007", "note"),
    "two codes where one is asked": ("x:1700000000000000007", "industry=A,B"),
    "none where one is asked": ("x:1700000000000000007", "industry="),
    "nobody's ref": ("s00000000000000000000", "platform=note"),
    "nobody's id": ("x:1", "platform=note"),
}


def test_what_cannot_be_decided_is_refused_in_one_line_and_not_written(told):
    for name, (subject, decision) in WRONG.items():
        with pytest.raises(Refused) as refused:
            decide(told.path, subject, decision, "editor", None)
        assert "\n" not in str(refused.value), name
    assert ledger.read(told.settings.lake.ledger) == []

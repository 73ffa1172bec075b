"""Links between submissions: seen, decided by a person, followed by the next build; until then the counts show a range."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from flows.build import build
from flows.cli import main
from flows.ingest import ingest
from warehouse import ledger, store

ONE, OTHER = "x:1700000000000000007", "x:1700000000000000008"
RETOLD = (
    "会社員です。noteに書いた記事を読んだ編集者から声をかけていただき、本を作ることになりました。とても驚いています"
)


def said(*words: object) -> str:
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def asking_once(told_once, tmp_path_factory):
    home = told_once.copied(tmp_path_factory.mktemp("asking"))
    home.say("b.json", RETOLD, 8, author="43")
    ingest(home.settings, "x_hashtag")
    build(home.settings)
    return home


@pytest.fixture
def asking(asking_once, tmp_path):
    """A home with two stories of two people that may be one."""
    return asking_once.copied(tmp_path)


def totals(home) -> tuple[int, int, int]:
    told = json.loads(said("counts", "--json", "--home", home.path))["totals"]
    return told["story_count"], told["story_count_low"], told["person_count"]


def fingerprint(home) -> str:
    return said("fingerprint", "--home", home.path)


def test_an_open_question_is_a_range_until_a_person_answers_it(asking):
    assert totals(asking) == (2, 1, 2)
    shown = said("counts", "--by", "platform,channel,month", "--home", asking.path)
    assert shown.count("2;1–2") == 3 and "幅 1–2話" in shown  # note, X, March
    found = said("review", "links", "--home", asking.path)
    (pair,) = json.loads(said("review", "links", "--json", "--home", asking.path))["links"]
    one, other = (told["submission_ref"] for told in pair["submissions"])
    assert f"neta review same {one} {other}" in found and f"の{pair['containment']:.0%}が" in found
    assert "本を出すことになりました" in found and "本を作ることになりました" in found
    assert "同じ話かもしれない組 1組" in said("status", "--home", asking.path)


@pytest.mark.parametrize(("verdict", "expected"), [("same", (1, 1, 2)), ("apart", (2, 2, 2))])
def test_what_a_person_says_closes_the_question_at_once_and_outlives_every_build(asking, verdict, expected):
    (pair,) = json.loads(said("review", "links", "--json", "--home", asking.path))["links"]
    ref = next(told["submission_ref"] for told in pair["submissions"] if "驚いて" in told["body_masked"])
    said("review", verdict, ONE, ref, "--who", "editor", "--why", "読み比べた", "--home", asking.path)
    (entry,) = ledger.read(asking.settings.lake.ledger)
    assert (entry.kind, entry.subject, entry.payload["other"], entry.payload["other_ref"]) == (verdict, ONE, OTHER, ref)
    assert not any(value.startswith("h") for value in entry.payload.values()), "no story_id"
    assert json.loads(said("review", "links", "--json", "--home", asking.path))["links"] == []
    build(asking.settings)
    assert totals(asking) == expected and ";" not in said("counts", "--home", asking.path)
    before = fingerprint(asking)
    build(asking.settings, empty_cache=True)
    assert fingerprint(asking) == before and totals(asking) == expected


def test_a_later_word_wins_and_by_all_one_sees_what_is_linked(asking):
    said("review", "apart", ONE, OTHER, "--home", asking.path)
    said("review", "same", OTHER, ONE, "--home", asking.path)
    build(asking.settings)
    assert totals(asking)[0] == 1
    assert "review apart" not in said("review", "links", "--home", asking.path)
    (pair,) = json.loads(said("review", "links", "--all", "--json", "--home", asking.path))["links"]
    assert (pair["kind"], pair["verdict"]) == ("person", "same")
    assert "review apart" in said("review", "links", "--all", "--home", asking.path)


def test_a_pair_is_two_submissions(asking):
    done = CliRunner().invoke(main, ["review", "same", ONE, ONE, "--home", str(asking.path)])
    assert done.exit_code == 1 and len(done.stderr.splitlines()) == 1
    assert ledger.read(asking.settings.lake.ledger) == []


def test_no_native_id_of_a_link_enters_the_warehouse(asking):
    with store.reading(asking.settings.lake, "Asia/Tokyo") as con:
        ((one, other, verdict),) = con.execute("SELECT submission_ref, other_ref, verdict FROM fct_link").fetchall()
    assert one[0] == other[0] == "s" and one < other and verdict == "perhaps"


def test_a_decision_on_a_turn_that_grew_at_its_beginning_still_stands(told):
    def export(name: str, *rows: str) -> None:
        head = "[LINE] 花子とのトーク履歴\n保存日時：2026/04/30 13:16\n\n2026/04/02(木)\n"
        (told.path / "inbox" / "line").mkdir(exist_ok=True)
        (told.path / "inbox" / "line" / name).write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        ingest(told.settings, "line")
        build(told.settings)

    with (told.path / "neta.toml").open("a", encoding="utf-8") as file:
        file.write('\n[channels.line]\nconversations = ["*"]\n')
    later = "10:24\t花子\t一昨年から続けている釣りの日記で、道具屋さんに呼ばれた話をしました"
    export("a.txt", later)
    with store.reading(told.settings.lake, "Asia/Tokyo") as con:
        ((ref,),) = con.execute("SELECT submission_ref FROM fct_submission WHERE channel = 'line'").fetchall()
    said("review", "same", ONE, ref, "--home", told.path)
    export("b.txt", "10:23\t花子\t前の会社での話です", later)
    with store.reading(told.settings.lake, "Asia/Tokyo") as con:
        assert con.execute("SELECT count(DISTINCT story_id) FROM fct_submission").fetchone() == (1,)

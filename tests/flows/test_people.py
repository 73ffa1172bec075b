"""Two accounts of one person, from their letters to the counts: asked with evidence, decided, undone, and forgotten together."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows.build import build
from flows.failures import Refused
from flows.forgetting import forget
from flows.home import Answers, init
from flows.ingest import ingest
from flows.people import decide, show_people
from flows.settings import load
from tasks import conform
from tasks.people import OTHER, SAME
from tests.standins.leaver import ME, TAG, mail
from warehouse import counts, ledger, store

ADDRESS, HANDLE, X_ID, OTHER_ADDRESS = "hana@letters.example.jp", "hana_obi", "5566778899", "matsuda@others.example.jp"
LETTER = "和裁士です。仕立てた帯の写真を毎晩Xに載せていたら、海外の美術館から展示の相談がありました。夢のようです。"
POST = "帯の写真を見た方から、祖母の着物を直してほしいと頼まれました。縫い目の向こうに人がいると知った日です。"
RETOLD = (
    "きもの縫いの仕事です。仕立てた帯の写真を毎晩載せていたら、海外の美術館から展示の相談があって、いま準備中です。"
)
OTHERS = "営業をしています。毎週noteに書いていた業界の読み解きを読んだ会社から、講演を頼まれました。うれしかったです。"


def page(text: str, author: str, handle: str, number: int) -> str:
    post = {"id": f"17{number:017d}", "author_id": author, "text": f"{text} #{TAG}"}
    users = [{"id": author, "username": handle, "name": "はな"}]
    told = {"data": [post | {"created_at": "2026-03-01T00:00:00.000Z"}], "includes": {"users": users}}
    return json.dumps(told | {"meta": {"result_count": 1}})


@pytest.fixture(scope="module")
def _asked(tmp_path_factory) -> Path:
    """A letter whose signature names an account on X, a post by that account, a letter of somebody else."""
    home = tmp_path_factory.mktemp("people") / "call"
    init(home, Answers(me={"mail": [ME]}, channels=["email", "x_hashtag"]))
    signed = f"{LETTER}\n\n-- \nはな\nX: @{HANDLE}\n"
    (home / "inbox" / "email" / "1.eml").write_bytes(mail(signed, ADDRESS, "people-1@letters.example.jp"))
    (home / "inbox" / "email" / "2.eml").write_bytes(mail(OTHERS, OTHER_ADDRESS, "people-2@others.example.jp"))
    (home / "inbox" / "x_hashtag" / "a.json").write_text(page(POST, X_ID, HANDLE, 7), encoding="utf-8")
    for channel in ("email", "x_hashtag"):
        ingest(load(home), channel)
    build(load(home))
    return home


@pytest.fixture
def home(_asked, tmp_path) -> Path:
    return shutil.copytree(_asked, tmp_path / "call", symlinks=True)


def asked(home: Path, sql: str) -> list[tuple]:
    with store.reading(load(home).lake, "Asia/Tokyo") as con:
        return con.execute(sql).fetchall()


def persons(home: Path) -> tuple[int, int]:
    with store.reading(load(home).lake, "Asia/Tokyo") as con:
        total = counts.totals(con)
    return total["person_count"], total["person_count_low"]


def shown(home: Path, capsys, with_decided: bool = False) -> list[tuple]:
    capsys.readouterr()
    show_people(home, with_decided, as_json=True)
    told = json.loads(capsys.readouterr().out)
    return [(pair["evidence"], pair["decision"]) for pair in told["pairs"]]


def say(home: Path, kind: str, one: str = f"mail:{ADDRESS}", other: str = f"x:{X_ID}") -> str:
    return decide(home, kind, one, other, "editor", None)


def test_a_pair_is_asked_decided_counted_and_undone(home, capsys):
    assert shown(home, capsys) == [(["handle"], "open")] and persons(home) == (3, 2)
    say(home, SAME)
    assert shown(home, capsys) == [] and shown(home, capsys, True) == [(["handle"], "same")]
    build(load(home))
    assert persons(home) == (2, 2)
    assert asked(home, "SELECT evidence, decision FROM fct_same_person") == [(["handle"], "same")]
    assert len(asked(home, "SELECT DISTINCT person_ref FROM dim_contributor")) == 2
    say(home, OTHER)
    assert shown(home, capsys, True) == [(["handle"], "other")]
    build(load(home))
    assert persons(home) == (3, 3) and shown(home, capsys) == []


def test_one_person_who_tells_again_tells_one_story(home, capsys):
    (home / "inbox" / "x_hashtag" / "b.json").write_text(page(RETOLD, X_ID, HANDLE, 9), encoding="utf-8")
    ingest(load(home), "x_hashtag")
    build(load(home))
    told = "SELECT count(DISTINCT story_id) FROM fct_submission"
    assert asked(home, told) == [(4,)]
    say(home, SAME)
    build(load(home))
    assert asked(home, told) == [(3,)]


def test_what_a_teller_names_in_the_text_is_known_beside_it(home):
    (home / "inbox" / "x_hashtag" / "b.json").write_text(page("ブログは https://obi.example.jp/ です", X_ID, HANDLE, 9))
    ingest(load(home), "x_hashtag")
    told = {tuple(row["accounts"]) for row in conform.messages(load(home).lake).to_pylist()}
    assert told == {(), (f"handle x:{HANDLE}",), ("url url:obi.example.jp",)}


def test_what_an_editor_reads_names_nobody(home, capsys):
    capsys.readouterr()
    show_people(home, False, as_json=False)
    text = capsys.readouterr().out
    assert "自分のものと書いたアカウント名" in text and "和裁士" in text and "縫い目" in text
    assert not any(secret in text for secret in (ADDRESS, HANDLE, X_ID))
    say(home, SAME)
    entry = ledger.read(load(home).lake.ledger, SAME)[0]
    assert not any(secret in repr(entry) for secret in (ADDRESS, HANDLE, X_ID)) and ADDRESS not in repr(entry.payload)


def test_a_decision_that_others_forbid_is_told(home):
    assert "ただし" not in say(home, SAME)
    assert "ただし" not in say(home, OTHER, other=f"mail:{OTHER_ADDRESS}")
    assert "ただし" in say(home, SAME, f"x:{X_ID}", f"mail:{OTHER_ADDRESS}")


@pytest.mark.parametrize("other", ["mail:nobody@example.jp", "p0123456789abcdef0123", f"mail:{ADDRESS}", "x"])
def test_whom_nobody_knows_and_oneself_cannot_be_decided(home, other):
    with pytest.raises(Refused):
        say(home, SAME, other=other)
    assert ledger.read(load(home).lake.ledger) == []


def holds(home: Path) -> set[str]:
    """Whose submissions the published warehouse holds."""
    texts = " ".join(text for (text,) in asked(home, "SELECT body_masked FROM fct_submission"))
    return {who for who, text in (("letter", LETTER), ("post", POST), ("other", OTHERS)) if text[10:40] in texts}


def test_who_withdraws_goes_with_every_account_that_was_decided_to_be_theirs(home, capsys):
    decide(home, SAME, f"mail:{ADDRESS}", f"x:{X_ID}", "editor", f"{ADDRESS}に確かめた")
    assert forget(home, f"x:{X_ID}", False, "channel", "editor", None, True, True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["withdrawal"]["submissions"] == 2 and told["found"] == [] and holds(home) == {"other"}
    for channel in ("email", "x_hashtag"):
        (home / "inbox" / channel / "again").mkdir()
    (home / "inbox" / "email" / "again" / "1.eml").write_bytes(
        mail("別の便りです。" + LETTER, ADDRESS, "p-3@l.example.jp")
    )
    (home / "inbox" / "x_hashtag" / "again" / "b.json").write_text(page(POST[::-1], X_ID, HANDLE, 8), encoding="utf-8")
    assert sum(ingest(load(home), channel).new for channel in ("email", "x_hashtag")) == 0


def test_an_account_that_nobody_decided_on_stays_and_is_named_by_the_proof(home, capsys):
    assert forget(home, f"x:{X_ID}", False, "channel", "editor", None, True, True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["withdrawal"]["submissions"] == 1 and holds(home) == {"letter", "other"}
    assert told["found"] and all("channel=email" in place["file"] for place in told["found"])

"""What tellers allow: by channel, changed by the latest word, and applied to what is counted and shown."""

from __future__ import annotations

import html
import json
import re
import shutil

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from dashboards.access import Access
from dashboards.app import make_app
from dashboards.site import Site
from flows.build import build
from flows.consenting import consent
from flows.failures import Refused
from flows.ingest import ingest
from flows.settings import SettingsError, load
from tasks import consent as rules
from tests.flows.conftest import STORY
from tests.standins.leaver import ADDRESS, TOKENS, seen, without_person
from warehouse import counts, ledger, store
from warehouse.scopes import SCOPES
from warehouse.words import Words

POST = "x:1700000000000000007"


def said(home, **change) -> None:
    told = {"grant": [], "withdraw": [], "evidence": "4月2日のDM", "name_as": None, "who": "editor"} | change
    consent(home.path, told.pop("name", POST), **told)
    build(home.settings)


def one(home, sql: str) -> tuple:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return con.execute(sql).fetchone()


def test_a_teller_takes_back_the_count_and_gives_it_again(told):
    assert one(told, "SELECT can_count, can_paraphrase, can_quote, can_llm FROM fct_submission") == (
        True,
        True,
        False,
        False,
    )
    said(told, withdraw=["count", "paraphrase"])
    assert one(told, "SELECT story_count, unconsented_count, item_count FROM mart_total") == (0, 1, 1)
    with store.reading(told.settings.lake, "Asia/Tokyo") as con:
        assert STORY[:10] not in json.dumps(
            counts.stories(con, {"kind": "any"}, True, Words()), default=str, ensure_ascii=False
        )
    said(told, grant=["count", "quote"])
    assert one(told, "SELECT story_count, can_quote, can_paraphrase FROM mart_total, fct_submission") == (
        1,
        True,
        False,
    )
    assert ledger.read(told.settings.lake.ledger, "consent")[0].payload["evidence"] == "4月2日のDM"


def test_the_pages_tell_that_it_is_left_out_and_do_not_show_it(told):
    said(told, withdraw=["count", "paraphrase"])
    lake = told.settings.lake
    client = TestClient(make_app(Site(lake, "Asia/Tokyo", "ja", False, Access("editor"))), base_url="http://127.0.0.1")
    first = client.get("/").text
    (where,) = re.findall(r'href="(/stories\?kind=unconsented[^"]*)"', first)
    listed = client.get(html.unescape(where)).text
    assert (
        "集計に入れる許可のないもの" in first
        and "(文章を見せる許可がありません)" in listed
        and STORY[:10] not in listed
    )


def test_it_holds_for_the_same_tellers_other_tellings_but_for_nobody_elses(told):
    told.say("b.json", STORY + "。追伸があります", 8)
    told.say("c.json", STORY, 9, author="77")
    ingest(told.settings, "x_hashtag")
    build(told.settings)
    said(told, withdraw=["quote"])
    subjects = [entry.subject for entry in ledger.read(told.settings.lake.ledger, "consent")]
    assert subjects and set(subjects) == {POST, "x:1700000000000000008"}


def test_a_part_that_became_a_longer_turn_keeps_what_was_taken_back_only():
    entries = [ledger.Entry(1, "", "e", "consent", "fb:2", {"grant": ["quote"], "withdraw": ["count"]}, None)]
    messages = pd.DataFrame({"raw_id": ["r1", "r2"], "submission_id": ["fb:1", "fb:2"]})
    turns = pd.DataFrame({"submission_id": ["fb:1"], "channel": ["x_dm"], "raw_ids": [["r1", "r2"]]})
    today = rules.of_todays_turns(entries, messages, turns)
    (row,) = rules.with_scopes(turns, {}, today).to_dict("records")
    assert (row["can_count"], row["can_quote"], row["can_paraphrase"]) == (False, False, True)


words_ = st.lists(st.tuples(st.sampled_from(SCOPES), st.booleans()), max_size=12)


@given(granted=st.sets(st.sampled_from(SCOPES)), told=words_)
def test_the_latest_word_on_each_scope_stands_and_a_name_is_never_the_channels_to_give(granted, told):
    entries = [
        ledger.Entry(n, "", "e", "consent", "x:1", {"grant": [s] * yes, "withdraw": [s] * (not yes)}, None)
        for n, (s, yes) in enumerate(told)
    ]
    latest = dict(told)
    expected = {s for s in SCOPES if latest.get(s, s in granted and s != "name")}
    frame = pd.DataFrame({"submission_id": ["x:1", "x:2"], "channel": ["note", "note"]})
    rows = rules.with_scopes(frame, {"note": granted}, reversed(entries))
    assert {s for s in SCOPES if rows[f"can_{s}"][0]} == expected
    assert {s for s in SCOPES if rows[f"can_{s}"][1]} == granted - {"name"}
    assert list(rules.only(rows, "llm")["submission_id"]) == ["x:1"] * ("llm" in expected) + ["x:2"] * (
        "llm" in granted
    )


@pytest.mark.parametrize(
    "change",
    [{}, {"grant": ["quote"], "withdraw": ["quote"]}, {"grant": ["name"]}, {"grant": ["quote"], "name_as": "田中"},
     {"grant": ["quote"], "name": "x:1"}, {"grant": ["quote"], "name": "s00"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_not_written(told, change):
    with pytest.raises(Refused):
        said(told, **change)
    assert ledger.read(told.settings.lake.ledger, "consent") == []


@pytest.mark.parametrize("scopes", ['["count", "name"]', '["counting"]', '"count"'])
def test_settings_grant_only_what_a_channel_can(told, scopes):
    file = told.path / "neta.toml"
    file.write_text(file.read_text().replace('consent = ["count", "paraphrase"]', f"consent = {scopes}", 1))
    with pytest.raises(SettingsError, match="consent"):
        load(told.path)


def test_settings_say_what_a_channel_grants(told):
    file = told.path / "neta.toml"
    head, rest = file.read_text().split("[channels.x_hashtag]")
    file.write_text(head + "[channels.x_hashtag]" + rest.replace('["count", "paraphrase"]', '["paraphrase", "llm"]', 1))
    build(told.settings)
    assert one(told, "SELECT can_count, can_paraphrase, can_llm FROM fct_submission") == (False, True, True)


def test_a_withdrawal_takes_the_words_of_a_consent_too(lived_in, tmp_path):
    home = shutil.copytree(lived_in, tmp_path / "call", symlinks=True)
    more = {"evidence": f"{TOKENS[1]}さんのメール", "name_as": TOKENS[1], "who": "editor"}
    consent(home, f"mail:{TOKENS[2]}", ["name"], [], **more)
    assert without_person(home, f"mail:{ADDRESS}") == 0 and seen(home) == set()
    mail, pasted = ledger.read(home / "ledger.sqlite", "consent")
    assert mail.payload == pasted.payload == {"grant": ["name"], "withdraw": []}

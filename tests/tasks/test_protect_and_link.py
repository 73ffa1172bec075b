"""After this stage nobody is named; and one telling that came twice is one story, whoever's rows come first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tasks.link import link
from tasks.protect import protect

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOON = datetime(2026, 3, 1, 3, tzinfo=UTC)
LONG = "記事を読んだ編集者から声をかけていただき、本を出すことになりました"


def turns(*rows: dict) -> pd.DataFrame:
    base = {
        "namespace": "x",
        "channel": "x_hashtag",
        "author_id": "1",
        "author_name": None,
        "conversation_id": None,
        "url": None,
        "links": [],
        "title": None,
        "body": LONG,
        "posted_at": pd.Timestamp(NOON),
    }
    filled = [base | {"raw_ids": [f"raw-{row['submission_id']}"]} | row for row in rows]
    return pd.DataFrame(filled, columns=["submission_id", *base, "raw_ids"])


def test_the_tellers_own_name_and_account_leave_title_and_body():
    name, account = "ぽんぽこ堂縁側", "ponpoko_engawa"
    row = {
        "submission_id": "x:1",
        "author_name": name,
        "author_id": account,
        "title": f"{name}です",
        "body": f"{LONG} {name} {account}",
    }
    masked = protect(turns(row), KEY, None).iloc[0]
    shown = masked["title_masked"] + masked["body_masked"]
    assert name not in shown and account not in shown and LONG in shown


def test_refs_are_one_a_person_and_namespace_and_key():
    rows = turns(
        {"submission_id": "x:1"},
        {"submission_id": "x:2"},
        {"submission_id": "mail:1", "namespace": "mail"},
        {"submission_id": "x:3", "author_id": None, "conversation_id": "1"},
    )
    made = protect(rows, KEY, None)
    a, b, elsewhere, nobody = made["contributor_ref"]
    assert a == b != elsewhere and pd.isna(nobody) and made["submission_ref"].is_unique
    assert made["conversation_ref"].iloc[3] not in (a, elsewhere)
    assert not set(made["submission_ref"]) & set(protect(rows, OTHER_KEY, None)["submission_ref"])


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, True), (1, True)])
def test_what_comes_at_the_closing_instant_is_late(minutes, late):
    rows = turns({"submission_id": "x:1", "posted_at": pd.Timestamp(NOON + timedelta(minutes=minutes))})
    assert list(protect(rows, KEY, NOON)["is_after_close"]) == [late]
    assert list(protect(rows, KEY, None)["is_after_close"]) == [False]


def linked(*rows: dict) -> tuple[dict[str, str], set[str], set[str]]:
    """(submission_id -> story_id, representatives, raw_ids set aside), the same for every order of rows."""
    protected = protect(turns(*rows), KEY, None)
    found = [link(part, KEY) for part in (protected, protected[::-1])]
    answers = [
        (
            dict(zip(out["submission_id"], out["story_id"], strict=True)),
            set(out.loc[out["is_representative"], "submission_id"]),
            set(aside["raw_id"]),
        )
        for out, aside, _ in found
    ]
    assert answers[0] == answers[1]
    return answers[0]


def test_the_same_words_are_one_story_and_the_fullest_telling_stands_for_it():
    longer = {"body": f"{LONG}  #本のネタにしてもいいよ", "posted_at": pd.Timestamp(NOON + timedelta(days=1))}
    story, chosen, aside = linked(
        {"submission_id": "x:1"},
        {"submission_id": "mail:9", "namespace": "mail", "author_id": "2"} | longer,
        {"submission_id": "x:2", "author_id": "3", "body": f"別の話ですが、{LONG[::-1]}"},
    )
    assert story["x:1"] == story["mail:9"] != story["x:2"]
    assert chosen == {"mail:9", "x:2"} and aside == {"raw-x:1"}


def test_short_words_are_one_story_only_from_one_person():
    story, chosen, _ = linked(
        {"submission_id": "x:1", "body": "うれしかった"},
        {"submission_id": "x:2", "body": "うれしかった"},
        {"submission_id": "x:3", "body": "うれしかった", "author_id": "2"},
        {"submission_id": "x:4", "body": "うれしかった", "author_id": None},
        {"submission_id": "x:5", "body": "うれしかった", "author_id": None},
    )
    assert story["x:1"] == story["x:2"] and len(set(story.values())) == 4 and len(chosen) == 4


def test_a_copy_that_tells_no_sender_is_no_second_person():
    pasted = {"submission_id": "pasted:1", "namespace": "pasted", "author_id": None}
    alone = {"submission_id": "pasted:2", "namespace": "pasted", "author_id": None, "body": f"別の話。{LONG[::-1]}"}
    linked, *_ = link(protect(turns(pasted, alone, {"submission_id": "x:1"}), KEY, None), KEY)
    people = linked.set_index("submission_id")["contributor_ref"]
    assert people["pasted:1"] == people["x:1"] and pd.isna(people["pasted:2"])

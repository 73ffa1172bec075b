"""The sample is the same on every machine, arrives whole, and costs nobody's privacy."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks import conform, turns
from tasks.land import land
from tasks.sample import SAMPLE_CALL, SAMPLE_ME, messenger, personal_tokens, truncated_ids, write_sample
from tasks.sample.tellings import CLOSES_DAY, JST, OPENS, copies, stories, titled
from tasks.text.mask import mask
from warehouse.lake import Lake

ROOT = Path(__file__).parents[3]
CHANNELS = ("x_hashtag", "email", "facebook_messenger", "note", "blog", "form", "pasted")
# Their writers quoted the call or signed in the story itself; a mail's own words leave that out.
QUOTING_OR_SIGNED = {"d009", "d014", "d016", "d034"}
TRUNCATED = truncated_ids()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)
    return folder


@pytest.fixture(scope="module")
def landed(home):
    """channel -> Landing, and the lake they landed in."""
    lake, options = Lake(home), {"hashtags": SAMPLE_CALL["hashtags"], "opens": OPENS.astimezone(UTC)}
    now = datetime(2026, 7, 2, tzinfo=UTC)
    return lake, {name: land(lake, name, [home / "inbox" / name], options, now, "run") for name in CHANNELS}


@pytest.fixture(scope="module")
def messages(landed):
    return conform.messages(landed[0]).to_pandas()


@pytest.fixture(scope="module")
def told(messages):
    return turns.settle(messages, SAMPLE_ME, SAMPLE_CALL["hashtags"], OPENS.astimezone(UTC), 60)[0]


def test_the_bytes_are_the_same_whatever_the_machine(home, tmp_path):
    env = os.environ | {"TZ": "America/New_York", "LANG": "C", "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    code = "import pathlib, sys, tasks.sample; tasks.sample.write_sample(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=env, check=True)
    assert _digests(tmp_path) == _digests(home)
    write_sample(tmp_path)
    assert _digests(tmp_path) == _digests(home)


def test_there_are_enough_stories_to_see_something():
    assert len(stories()) >= 400


def test_every_story_arrives_once_and_the_copies_twice(told):
    twice = {telling.id for telling in copies()}
    arrived = _texts(told)
    counts = {t.id: sum(_needle(t) in text for text in arrived) for t in stories() if t.is_story}
    assert {story: n for story, n in counts.items() if n != (2 if story in twice else 1)} == {}
    assert len(twice) == 10


def test_every_other_submission_is_there_too(messages, told):
    arrived = _texts(messages) + _texts(told)
    missing = [t.id for t in stories() if not t.is_story and not any(_needle(t) in text for text in arrived)]
    assert missing == []


def test_broken_sources_cost_themselves(landed, messages):
    found = {name: dict(landing.problems) for name, landing in landed[1].items() if landing.problems}
    assert found == {
        "x_hashtag": {"json_broken": 1},
        "email": {"empty": 1},
        "facebook_messenger": {"zip_broken": 1},
        "blog": {"feed_broken": 1},
    }
    unreadable = messages[messages["set_aside"] == "unreadable"]
    assert Counter(unreadable["detail"])["csv_row"] == 1  # the form's row that lacks columns
    assert len(unreadable) == 5


def test_what_is_no_submission_is_recognised(messages):
    aside = Counter(zip(messages["channel"], messages["set_aside"].fillna("-"), strict=True))
    assert aside[("x_hashtag", "repost")] == 4
    assert aside[("email", "auto_mail")] == 2
    assert aside[("blog", "system_message")] == 1
    assert aside[("facebook_messenger", "deleted")] > 0 and aside[("facebook_messenger", "system_message")] > 0


def test_long_posts_come_in_both_spellings(home):
    pages = b"".join(path.read_bytes() for path in sorted((home / "inbox" / "x_hashtag").glob("*.json")))
    assert min(pages.count(b'"note_tweet"'), pages.count(b'"note_post"')) >= 2


def test_a_private_chat_never_lands(home, landed, messages):
    private = messenger.as_facebook(messenger.PRIVATE_TEXTS[0])[1:-1]
    export = home / "inbox" / "facebook_messenger" / "facebook-sample-2026-07-01.zip"
    assert private in export.read_bytes()
    assert landed[1]["facebook_messenger"].outside == len(messenger.PRIVATE_TEXTS)
    assert not messages["body"].fillna("").str.contains(messenger.PRIVATE_TEXTS[0], regex=False).any()
    files = (path for path in home.rglob("*") if path.is_file() and path.suffix not in (".zip",))
    assert not any(messenger.PRIVATE_TEXTS[0].encode() in path.read_bytes() for path in files)


def test_masked_text_holds_no_person_of_the_sample(told):
    tokens = personal_tokens()
    assert len(tokens) > 2_000
    for row in told.itertuples():
        shown = " ".join(text for text in (row.title, row.body) if isinstance(text, str))
        masked = mask(shown, [row.author_name] if isinstance(row.author_name, str) else [])
        assert [token for token in tokens if token in masked] == []


def test_dates_fall_off_after_bursts_and_some_are_late():
    days = [(telling.at.astimezone(JST) - OPENS).days for telling in stories()]
    assert min(days) == 0 and max(days) <= 149
    assert 5 <= sum(day > CLOSES_DAY for day in days) <= 20
    months = Counter(telling.at.astimezone(JST).month for telling in stories())
    assert months[2] > months[3] > months[4] > months[5] > months[6] > 0


def test_some_people_write_twice():
    senders = Counter((telling.channel, telling.person.address) for telling in stories() if telling.channel != "blog")
    assert sum(n > 1 for n in senders.values()) >= 10


def _digests(home: Path) -> dict[str, str]:
    files = sorted(p for p in (home / "inbox").rglob("*") if p.is_file())
    return {p.relative_to(home).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _texts(rows) -> list[str]:
    title = rows["title"].where(rows["title"].notna(), "")
    return list(map(_folded, title + "\n" + rows["body"].fillna("")))


def _needle(telling) -> str:
    text = telling.text
    if telling.id in TRUNCATED:
        text = titled(text)[1][:180]
    if telling.id in QUOTING_OR_SIGNED:
        lines = [line for line in text.splitlines() if not line.startswith((">", "件名"))]
        text = "\n".join(lines[: len(lines) // 2])
    return _folded(text)


def _folded(text: str) -> str:
    return re.sub(r"\s|件名[:：]|#本のネタにしてもいいよ(?!\w)", "", unicodedata.normalize("NFKC", text))

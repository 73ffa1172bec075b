"""A real home, as `neta init --yes` makes one, and a quick way to put words into it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.build import build
from flows.home import Answers, init
from flows.ingest import ingest
from flows.settings import Settings, load
from tests.conftest import once
from tests.standins.leaver import live_in

TAG = "本のネタにしてもいいよ"


@dataclass(frozen=True)
class Home:
    """A call's home: `say` puts a post on X into its inbox."""

    path: Path

    def copied(self, room: Path) -> Home:
        """The same home in another place, to be changed there."""
        return Home(shutil.copytree(self.path, room / "home", symlinks=True))

    @property
    def settings(self) -> Settings:
        return load(self.path)

    def say(self, file: str, text: str, number: int, author: str = "42", edited: Sequence[int] = ()) -> None:
        """One page with one post. edited: numbers of the earlier versions of the same post."""
        post = {
            "id": _post_id(number),
            "author_id": author,
            "text": f"{text} #{TAG}",
            "created_at": f"2026-03-01T00:{number % 60:02d}:00.000Z",
            "edit_history_tweet_ids": [_post_id(n) for n in (*edited, number)],
        }
        page = {"data": [post], "meta": {"result_count": 1}}
        (self.path / "inbox" / "x_hashtag" / file).write_text(json.dumps(page), encoding="utf-8")


def _post_id(number: int) -> str:
    return f"17{number:017d}"


def new_home(room: Path) -> Home:
    init(room / "call", Answers(me={"x": ["1"]}))
    return Home(room / "call")


@pytest.fixture
def real_home(tmp_path) -> Home:
    return new_home(tmp_path)


STORY = (
    "会社員です。noteに書いた記事を読んだ編集者から声をかけていただき、本を出すことになりました。とてもうれしかったです"
)


@pytest.fixture(scope="session")
def told_once(tmp_path_factory) -> Home:
    """For reading and copying only."""
    home = new_home(tmp_path_factory.mktemp("told"))
    home.say("a.json", STORY, 7)
    ingest(home.settings, "x_hashtag")
    build(home.settings)
    return home


@pytest.fixture
def told(told_once, tmp_path) -> Home:
    """A home with one story on X, x:1700000000000000007, landed and built."""
    return told_once.copied(tmp_path)


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory) -> Path:
    """The home of one who withdraws (tests/standins/leaver.py); for copying only."""
    return once(tmp_path_factory, "lived_in", live_in)

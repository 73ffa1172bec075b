"""Posts for the bench: any number of them, as pages of X's search API v2 (fields as renamed in OpenAPI 2.167).

Sentences of the sample stories in ever new combinations: hardly two alike, as long as people write them. Of a hundred
posts two are reposts, one is a later version of the post before it, three are long ones with the whole text in a note.
The same seed gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import orjson

from tasks.sample.tellings import OPENS, TAG, stories
from tasks.text.normalise import hashtags_in

PAGE = 100  # the most that one answer of the API holds
PAGES_A_FILE = 10
SEED = 20260201
_SNOWFLAKE_EPOCH = 1_288_834_974_657  # ms
_ROOM, _LONG = 125, (300, 900)  # code points without and with a note
_DAYS = 150
_LONG_ONES, _LATER_VERSION, _REPOSTS = (10, 40, 70), 97, (98, 99)  # places among each hundred posts
_POSTS_A_PERSON = 3
_COUNTERS = ("retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")


@dataclass
class _Writer:
    """What the next post is drawn from."""

    rows: int
    random: Random = field(default_factory=lambda: Random(SEED))
    sentences: list[str] = field(default_factory=lambda: [s for t in stories() for s in _sentences(t.text)])

    def person(self) -> dict:
        n = self.random.randrange(max(1, self.rows // _POSTS_A_PERSON))
        return {"id": str(10**18 + n * 7919), "username": f"teller_{n:06d}", "name": f"語り手{n:06d}"}

    def text(self, room: int) -> str:
        """Sentences until the next one would not fit, at least one."""
        said = ""
        while not said or self.random.random() < 0.9:
            sentence = self.random.choice(self.sentences)
            if said and len(said) + len(sentence) > room:
                break
            said += sentence
        return said[:room]


def write_pages(folder: Path, rows: int) -> int:
    """Write `rows` posts as JSON Lines, a page a line. Returns bytes written."""
    folder.mkdir(parents=True)
    pages, size = list(_pages(rows)), 0
    for n in range(0, len(pages), PAGES_A_FILE):
        size += (folder / f"search_{n // PAGES_A_FILE:05d}.jsonl").write_bytes(b"\n".join(pages[n : n + PAGES_A_FILE]))
    return size


def _pages(rows: int) -> Iterator[bytes]:
    posts, users = [], {}
    for n, (post, user) in enumerate(_posts(rows), 1):
        posts.append(post)
        users[user["id"]] = user
        if n % PAGE == 0 or n == rows:
            meta = {"newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"], "result_count": len(posts)}
            yield orjson.dumps({"data": posts, "includes": {"users": list(users.values())}, "meta": meta})
            posts, users = [], {}


def _posts(rows: int) -> Iterator[tuple[dict, dict]]:
    """Each post with its author's user object."""
    writer, step = _Writer(rows), timedelta(days=_DAYS) / rows
    post, user = {}, {}
    for n in range(rows):
        at, kind = OPENS + n * step, n % 100
        if kind in _REPOSTS:
            fan = writer.person()
            yield _repost(post, user, fan["id"], n, at, writer), fan
            continue
        if kind == _LATER_VERSION:
            post = _version(post, at)
        else:
            user = writer.person()
            post = _post(user["id"], n, at, *_told(writer, long=kind in _LONG_ONES), writer)
        yield post, user


def _told(writer: _Writer, long: bool) -> tuple[str, str | None]:
    """(text as the list shows it, the whole text of a long post)."""
    if not long:
        return f"{writer.text(_ROOM)} #{TAG}", None
    whole = f"{writer.text(writer.random.randint(*_LONG))} #{TAG}"
    return f"{whole[:_ROOM]}…", whole


def _post(author_id: str, n: int, at: datetime, text: str, note: str | None, writer: _Writer) -> dict:
    own = str(_milliseconds(at) - _SNOWFLAKE_EPOCH << 22 | n)
    post = {
        "id": own,
        "author_id": author_id,
        "created_at": _iso(at),
        "conversation_id": own,
        "edit_history_post_ids": [own],
        "lang": "ja",
        "text": text,
        "entities": _entities(text),
        "public_metrics": {name: writer.random.randrange(50) for name in _COUNTERS},
    }
    return post | {"note_post": {"text": note, "entities": _entities(note)}} if note else post


def _version(post: dict, at: datetime) -> dict:
    """The post before, edited: an id of its own, and the first one's at the head of its history."""
    own = str(int(post["id"]) + 1)
    text = f"訂正:{post['text']}"
    history = {"id": own, "edit_history_post_ids": [*post["edit_history_post_ids"], own], "created_at": _iso(at)}
    return post | history | {"text": text, "entities": _entities(text)}


def _repost(post: dict, user: dict, fan_id: str, n: int, at: datetime, writer: _Writer) -> dict:
    again = _post(fan_id, n, at, f"RT @{user['username']}: {post['text']}"[:140], None, writer)
    return again | {"referenced_posts": [{"type": "retweeted", "id": post["id"]}]}


def _entities(text: str) -> dict:
    tags = ((text.index(tag) - 1, tag) for tag in hashtags_in(text))
    return {"hashtags": [{"start": start, "end": start + 1 + len(tag), "tag": tag} for start, tag in tags]}


def _sentences(text: str) -> list[str]:
    parts = text.replace(f"#{TAG}", "").replace("\n", "。").split("。")
    return [f"{part.strip()}。" for part in parts if len(part) > 5]


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


if __name__ == "__main__":
    print(write_pages(Path(sys.argv[1]), int(sys.argv[2])))

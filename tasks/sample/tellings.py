"""What the sample writers write: 428 stories with tellers and times made up from their ids, and ten tellings twice.

Everybody here is invented; addresses end in example.jp or example.com, telephone numbers in 0000. A value is a hash of
an id and a word, so the sample is the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

_STORIES = Path(__file__).parent / "stories.jsonl"
JST = timezone(timedelta(hours=9))
OPENS = datetime(2026, 2, 1, tzinfo=JST)
CLOSES_DAY = 134  # 15 June, counted from 1 February
LAST_DAY = 149  # 30 June
BURSTS = (0, 1, 2, 40, 41, 96)  # the call itself, a mention on television, a reminder
TAG = "本のネタにしてもいいよ"

_SURNAMES = "例沢 架野 見本谷 仮屋敷 雛形 試山 例倉 仮名森 架橋 見本木 例ヶ崎 仮井戸 試原 雛田 架空堂 例土 見本庄 仮瀬 試川 例俣".split()
_GIVEN = (
    "湊/minato 怜/rei 岳/gaku 遥/haruka 睦/mutsumi 均/hitoshi 潮/ushio 徹/toru 節子/setsuko 耕平/kohei あゆみ/ayumi"
    " さち子/sachiko 志津/shizu まどか/madoka 源八/genpachi ふみ江/fumie 一平/ippei 弥生/yayoi みなみ/minami 正巳/masami"
).split()
_PLACES = ["台所", "縁側", "屋根裏", "畑", "机", "窓", "押入れ", "土間", "棚", "港"]
PERSONS = len(_SURNAMES) * len(_GIVEN)


@dataclass(frozen=True)
class Person:
    """One invented contributor, told apart by `number`."""

    number: int
    name: str  # "例沢 湊"
    nickname: str  # "minatoの縁側017"
    handle: str  # minato_rei017, on X and note
    x_id: str
    address: str
    phone: str


@dataclass(frozen=True)
class Telling:
    """One story of the data set as one person sends it by one channel. at: UTC. copy: the second time."""

    id: str
    channel: str
    text: str
    is_story: bool
    platforms: tuple[str, ...]
    attribution: str | None
    person: Person
    at: datetime
    copy: bool = False


# story sent again -> how: another channel, or the same once more. The same person, the same words.
COPIES = {"x_hashtag": "form", "email": "email", "form": "form", "facebook_messenger": "email", "x_dm": "pasted"}
COPIES_EACH = 2


def number(of: str, word: str, below: int) -> int:
    """A whole number from 0 to below - 1, the same for the same id and word."""
    return int(hashlib.sha256(f"{word}:{of}".encode()).hexdigest()[:12], 16) % below


def person(n: int) -> Person:
    surname, given = _SURNAMES[n % len(_SURNAMES)], _GIVEN[n // len(_SURNAMES)]
    shown, _, latin = given.partition("/")
    handle = f"{latin}_rei{n:03d}"
    host = ("mail.example.jp", "example.com", "keitai.example.jp")[n % 3]
    return Person(
        number=n,
        name=f"{surname} {shown}",
        nickname=f"{latin}の{_PLACES[n % len(_PLACES)]}{n:03d}",
        handle=handle,
        x_id=str(1_400_000_000_000_000_000 + number(handle, "x", 10**17)),
        address=f"{latin}.{n:03d}@{host}",
        phone=f"090-0000-{1000 + n * 7}",
    )


@cache
def stories() -> tuple[Telling, ...]:
    """Every story of the sample once, by id."""
    rows = map(json.loads, _STORIES.read_text(encoding="utf-8").splitlines())
    return tuple(_telling(row) for row in sorted(rows, key=lambda row: row["id"]))


@cache
def copies() -> tuple[Telling, ...]:
    """The stories that are sent a second time, as their second telling: 10 minutes to 9 days later."""
    again = []
    for source, channel in COPIES.items():
        able = [t for t in stories() if t.channel == source and t.is_story and 40 < len(t.text) < 130]
        for first in sorted(able, key=lambda t: number(t.id, "copy", 10**9))[:COPIES_EACH]:
            later = timedelta(minutes=10 + number(first.id, "later", 13_000))
            again.append(replace(first, channel=channel, at=first.at + later, copy=True))
    return tuple(again)


def tellings(channel: str) -> Iterator[Telling]:
    """What comes in by one channel, oldest first."""
    yield from sorted((t for t in (*stories(), *copies()) if t.channel == channel), key=lambda t: (t.at, t.id))


def chosen(channel: str, role: str, count: int, fits=lambda telling: True) -> list[Telling]:
    """`count` tellings of a channel to play a role (the quoting one, the edited one …), none of them sent twice."""
    twice = {t.id for t in copies()}
    able = [t for t in tellings(channel) if t.is_story and t.id not in twice and fits(t)]
    return sorted(able, key=lambda t: number(t.id, role, 10**9))[:count]


def titled(text: str) -> tuple[str | None, str]:
    """A first line that stands apart is the title; None where there is none."""
    first, gap, rest = text.partition("\n\n")
    return (first, rest) if gap and len(first) <= 60 and "\n" not in first else (None, text)


def _telling(row: dict) -> Telling:
    # A blog has one owner and many entries; elsewhere some people write twice.
    who = number(row["id"], "person", 12) * 31 if row["channel"] == "blog" else number(row["id"], "person", PERSONS)
    return Telling(
        id=row["id"],
        channel=row["channel"],
        text=row["text"],
        is_story=row["is_story"],
        platforms=tuple(row["platforms"]),
        attribution=row["attribution"],
        person=person(who),
        at=_when(row["id"]),
    )


def _when(of: str) -> datetime:
    """Many at first and ever fewer, some bursts, a few after the closing day; mostly in the evening."""
    day = number(of, "day", LAST_DAY) * number(of, "decay", LAST_DAY) // LAST_DAY
    if number(of, "burst", 5) == 0:
        day = BURSTS[number(of, "which", len(BURSTS))]
    if number(of, "late", 40) == 0:
        day = CLOSES_DAY + 1 + number(of, "day", LAST_DAY - CLOSES_DAY)
    hour = (7, 8, 12, 12, 15, 18, 20, 21, 21, 22, 22, 23)[number(of, "hour", 12)]
    return (OPENS + timedelta(days=day, hours=hour, seconds=number(of, "second", 3600))).astimezone(UTC)

"""Sample chats: one "download your information" ZIP of the author's Facebook account, bytes as Facebook writes them."""

from __future__ import annotations

import json
import re
import zipfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.sample.tellings import JST, TAG, Telling, number, tellings

OWNER_NAME = "架空 作家"
ROOT = "your_activity_across_facebook/messages"
_BOXES = ("inbox", "inbox", "inbox", "inbox", "e2ee_cutover", "message_requests")
_ZIP_TIME = (2026, 7, 1, 0, 0, 0)
_THANKS = ("ありがとうございます!", "すごい。続きも聞きたいです", "拝読しました。とても良いお話です")
_ASKS = f"はじめまして。#{TAG} の件、こちらで受け付けています。"
# From before the call and without its hashtag: nobody chose to bring it in, so it must never land.
PRIVATE_NAME = "架空 母"
PRIVATE_TEXTS = ("お正月は帰ってくるの?", "みかんを送りました。玄関に置いてもらってね", "体に気をつけて")


def write(inbox: Path) -> None:
    by_person: dict[str, list[Telling]] = defaultdict(list)
    for telling in tellings("facebook_messenger"):
        by_person[telling.person.name].append(telling)
    pages = dict(_private())
    for name, told in sorted(by_person.items()):
        pages |= _thread(name, told)
    _zip(inbox / "facebook-sample-2026-07-01.zip", pages)
    whole = (inbox / "facebook-sample-2026-07-01.zip").read_bytes()
    (inbox / "facebook-sample-damaged.zip").write_bytes(whole[: len(whole) // 2])


def thread_name(person) -> str:
    return f"{person.handle.replace('_', '')}_{number(person.handle, 'thread', 10**15):015d}"


def as_facebook(value) -> bytes:
    """JSON in which every byte of the UTF-8 is a character of its own, escaped: 山 is \\u00e5\\u00b1\\u00b1."""
    escaped = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(c if c < "\x80" else "".join(f"\\u{byte:04x}" for byte in c.encode()) for c in escaped).encode()


def bubbles(text: str) -> list[str]:
    """A telling as people type it on a telephone: by paragraphs, lines or sentences, in at most four pieces."""
    pieces = [p for p in re.split(r"\n+|(?<=[。!?！？])(?=[^」』)）。!?！？\n])", text) if p.strip()]
    size = -(-len(pieces) // 4)
    return ["\n".join(pieces[n : n + size]) for n in range(0, len(pieces), size)]


def _thread(name: str, told: list[Telling]) -> dict[str, bytes]:
    person = told[0].person
    messages = [_said(OWNER_NAME, told[0].at - timedelta(hours=2), _ASKS)]
    for telling in told:
        messages += _telling(telling)
    box = _BOXES[number(person.handle, "box", len(_BOXES))]
    return _pages(f"{box}/{thread_name(person)}", name, messages)


def _telling(telling: Telling) -> list[dict]:
    """Bubbles minutes apart; sometimes a sticker, a picture, a slip taken back, or the author's short word between."""
    name, at, messages = telling.person.name, telling.at, []
    for n, piece in enumerate(bubbles(telling.text)):
        at += timedelta(minutes=1 + number(f"{telling.id}{n}", "pause", 20))
        messages.append(_said(name, at, piece))
        if n == 0 and number(telling.id, "between", 4) == 0:
            messages.append(_said(OWNER_NAME, at + timedelta(seconds=20), _THANKS[0]))
    extra = number(telling.id, "extra", 6)
    later = at + timedelta(seconds=30)
    if extra == 0:
        messages.append(_said(name, later) | {"sticker": {"uri": f"{ROOT}/stickers_used/1.png", "ai_stickers": []}})
    if extra == 1:
        messages.append(_said(name, later, "送り先を間違えました") | {"is_unsent": True})
    if extra == 2:
        photo = {"uri": f"{ROOT}/photos/1.jpg", "creation_timestamp": int(later.timestamp())}
        messages += [_said(name, later) | {"photos": [photo]}, _said(name, later, f"{name}が写真を送信しました。")]
    answer = _THANKS[number(telling.id, "answer", len(_THANKS))]
    return [*messages, _said(OWNER_NAME, at + timedelta(hours=3), answer)]


def _said(name: str, at: datetime, text: str | None = None) -> dict:
    said = {"sender_name": name, "timestamp_ms": round(at.timestamp() * 1000)}
    if text is not None:
        said["content"] = text
    return said | {"is_geoblocked_for_viewer": False, "is_unsent_image_by_messenger_kid_parent": False}


def _pages(folder: str, title: str, messages: list[dict]) -> dict[str, bytes]:
    """message_1.json is the newest page, and within a page the newest message stands first."""
    newest_first = sorted(messages, key=lambda m: m["timestamp_ms"], reverse=True)
    size = 8 if len(messages) > 12 else len(messages)
    pages = [newest_first[n : n + size] for n in range(0, len(messages), size)]
    people = {"participants": [{"name": title}, {"name": OWNER_NAME}]}
    rest = {"title": title, "is_still_participant": True, "thread_path": folder, "magic_words": []}
    return {
        f"{ROOT}/{folder}/message_{n}.json": as_facebook(people | {"messages": page} | rest)
        for n, page in enumerate(pages, 1)
    }


def _private() -> dict[str, bytes]:
    start = datetime(2025, 12, 20, 20, tzinfo=JST).astimezone(UTC)
    said = [_said(PRIVATE_NAME, start + timedelta(days=12 * n), text) for n, text in enumerate(PRIVATE_TEXTS)]
    return _pages("inbox/kakuuhaha_000000000000001", PRIVATE_NAME, said)


def _zip(path: Path, pages: dict[str, bytes]) -> None:
    """A ZIP whose bytes depend on nothing but its content: fixed times, sorted names, stored (zlib versions differ)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in sorted(pages.items()):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            archive.writestr(entry, data)

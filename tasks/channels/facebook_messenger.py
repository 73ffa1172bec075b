"""Channel facebook_messenger: chats with the author, from Facebook's "download your information" (JSON, a ZIP).

What     …/messages/<box>/<thread>/message_N.json; _1 is the newest, and within a file the newest stands first.
Access   Facebook settings → download your information → Messages, format JSON. A private inbox has no API.
Identity namespace facebook. There are no ids of messages or people: a message is a hash of its thread, time, sender,
         text and its number among equals, as written; a person is thread and name. The box (inbox, archived_threads …)
         is no part of it, because threads move between boxes.
Scope    an export holds every chat of the account. Only conversations that were chosen are yielded (see `cut`).
Quirks   each UTF-8 byte is written as a character of its own (\\u00e5\\u00b1\\u00b1 is 山): repaired in `conform`.
         Chats from before end-to-end encryption lie in e2ee_cutover/. Unsent messages may be marked or just missing.
         Calls, stickers and "… sent an attachment." come as messages.
Source   exports as read by the parsers of wesm/msgvault and others (2026); Facebook documents nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.meta_export import BrokenPage, Thread, dumps, identified, loads, threads
from tasks.text.dates import parse_epoch_ms
from tasks.text.decode import repair_mojibake
from tasks.text.normalise import has_hashtag

NAMESPACE = "facebook"
FILES = ("*.zip",)
MEDIA_TYPE = "application/json"

_USED = {"sender_name", "timestamp_ms", "content", "type", "is_unsent", "share", "call_duration"}
_ATTACHED = {"photos", "videos", "audio_files", "files", "gifs", "sticker"}
# Known and of no use here: who reacted, and marks of the app.
_IGNORED = {
    "reactions", "is_geoblocked_for_viewer", "is_taken_down", "is_unsent_image_by_messenger_kid_parent",
    "bumped_message_metadata", "users", "missed", "ip",
}  # fmt: skip
_KNOWN = _USED | _ATTACHED | _IGNORED
_SYSTEM_TYPES = frozenset(("Call", "Subscribe", "Unsubscribe"))

# Whole messages that the app wrote, in the sender's name.
_WRITTEN_BY_THE_APP = tuple(re.compile(pattern) for pattern in (
    r"Reacted \S{1,8} to your message\.? ?",  # Reacted ❤ to your message
    # 山田さんがあなたのメッセージに❤とリアクションしました · メッセージに👍でリアクションしました
    r"(?:[^\n]{1,80}が)?(?:あなたの)?メッセージに\S{1,8}[でと]リアクションしました。?",
    # You sent an attachment. · Hanako sent a photo. · Hanako sent 3 photos. · You sent a link.
    r"[^\n]{1,80} sent (?:an?|\d+|the) (?:attachment|photo|video|link|file|sticker|GIF|voice message|live location"
    r"|location)s?\.",
    # 山田花子が写真を送信しました。 · あなたが添付ファイルを送信しました。 · 山田花子さんが動画3件を送信しました。
    r"[^\n。]{1,80}が(?:写真|動画|添付ファイル|ファイル|リンク|スタンプ|GIF|音声(?:メッセージ|クリップ)?|位置情報)"
    r"(?:\d+[件枚本])?を(?:\d+[件枚本])?送信しました。",
    # You missed a call from Hanako. · Hanako called you. · The video chat ended.
    r"You missed an? (?:video |audio )?(?:call|chat) (?:from|with) [^\n]{1,80}\.|[^\n]{1,80} called you\."
    r"|The (?:video|audio) (?:chat|call) (?:started|ended)\.",
    # 山田花子からの着信に応答できませんでした。 · ビデオチャットが終了しました。
    r"[^\n]{1,80}からの(?:ビデオ|音声)?(?:着信|通話)に応答(?:できません|し)でした。|(?:ビデオ|音声)(?:チャット|通話)が終了しました。",
    # You are now connected on Messenger. · Messengerでつながりました。
    r"(?:You are|You're) now connected on Messenger\.?|Messengerでつながりました。?",
    r"Say hi to your new (?:Facebook )?friend, [^\n]{1,80}\.",  # Say hi to your new Facebook friend, Hanako.
))  # fmt: skip


@dataclass(slots=True, frozen=True)
class Conversation:
    """One thread of an export, as somebody chooses it: names repaired, times UTC."""

    thread_path: str
    title: str
    participants: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    message_count: int
    has_hashtag: bool


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Exports named, or found in named folders; a loose message_N.json has to be named."""
    yield from files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """The messages of the chosen conversations, oldest first; what was not chosen is never yielded.

    options: conversations, a list of titles or thread paths, or ["*"] for all; without it those that
    carry one of `hashtags` or began at `opens` (aware datetime) or later; without any of the three, all.
    Messages from before `opens` are left out everywhere. Raises Unreadable: empty, zip_broken, zip_unsafe, wrong_shape,
    too_large. A damaged file inside a good export is one item with a problem, unless others were chosen by name.
    """
    for thread in threads(path):
        is_chosen = _is_chosen(thread, options)
        if is_chosen or options.get("conversations") is None:
            yield from map(_broken, thread.broken)
        if is_chosen:
            context = {"thread_path": thread.path, "title": thread.title, "participants": thread.participants}
            for item_id, message in identified(thread):
                if _is_since(message, options.get("opens")):
                    yield _item(item_id, message, context)


def list_conversations(path: Path, hashtags: Iterable[str] = ()) -> list[Conversation]:
    """Every conversation of an export, newest first, for somebody to choose from. Raises Unreadable as `cut` does."""
    tags = tuple(hashtags)
    found = [_conversation(thread, tags) for thread in threads(path) if thread.messages]
    return sorted(found, key=lambda c: (c.last is not None, c.last, c.thread_path), reverse=True)


def outside(path: Path, options: Mapping) -> int:
    """How many messages `cut` leaves out with the same options. Raises Unreadable as `cut` does."""
    count = 0
    for thread in threads(path):
        if _is_chosen(thread, options):
            count += sum(not _is_since(message, options.get("opens")) for message in thread.messages)
        else:
            count += len(thread.messages)
    return count


def conform(item: Item) -> Message:
    """One message → Message. Raises Unreadable: json_broken, wrong_shape."""
    try:
        raw = _repaired(loads(item.payload))
        context = _repaired(dict(item.context))
    except RecursionError:
        raise Unreadable("json_broken", "nested too deep") from None
    if not isinstance(raw, dict):
        raise Unreadable("wrong_shape", type(raw).__name__)
    name, text, milliseconds = (raw.get(key) for key in ("sender_name", "content", "timestamp_ms"))
    if not isinstance(name, str) or not isinstance(text, str | None) or type(milliseconds) is not int:
        raise Unreadable("wrong_shape", "sender_name, content or timestamp_ms")
    posted_at = parse_epoch_ms(milliseconds)
    thread = context["thread_path"].rpartition("/")[2]
    unknown = sorted(f"unknown_field:{key}" for key in raw.keys() - _KNOWN)
    attached = sorted(key for key in raw.keys() & _ATTACHED)
    return Message(
        namespace=NAMESPACE,
        native_id=item.item_id,
        channel="facebook_messenger",
        body=text or "",
        author_id=f"{thread}/{name}",
        author_name=name,
        conversation_id=thread,
        posted_at=posted_at,
        zone="explicit" if posted_at else "missing",
        flags=(*["attachments"] * bool(attached), *["link_shared"] * ("share" in raw), *unknown),
        set_aside=_set_aside(raw, text),
    )


def _set_aside(raw: Mapping, text: str | None) -> str | None:
    if raw.get("is_unsent"):
        return "deleted"
    if not text or raw.get("type") in _SYSTEM_TYPES or "call_duration" in raw:
        return "system_message"
    return "system_message" if any(pattern.fullmatch(text.strip()) for pattern in _WRITTEN_BY_THE_APP) else None


def _repaired(value):
    """Every string of a JSON value, keys too, with its mojibake repaired."""
    if isinstance(value, str):
        return repair_mojibake(value)
    if isinstance(value, list):
        return [_repaired(part) for part in value]
    if isinstance(value, dict):
        return {repair_mojibake(key): _repaired(part) for key, part in value.items()}
    return value


def _item(item_id: str, message: object, context: Mapping) -> Item:
    try:
        return Item(item_id, dumps(message), MEDIA_TYPE, context)
    except RecursionError:
        return Item(item_id, None, MEDIA_TYPE, problem="json_broken", detail="nested too deep")


def _broken(page: BrokenPage) -> Item:
    context = {"file": page.name, "size": page.size}
    return Item(f"file:{page.mark}", None, MEDIA_TYPE, context, problem=page.problem, detail=page.name)


def _is_chosen(thread: Thread, options: Mapping) -> bool:
    named, tags, opens = options.get("conversations"), options.get("hashtags") or (), options.get("opens")
    if named is not None:
        return "*" in named or not _names_of(thread).isdisjoint(named)
    if not tags and opens is None:
        return True
    return _carries(thread, tags) or (opens is not None and _has_begun_since(thread, opens))


def _names_of(thread: Thread) -> set[str]:
    return {thread.path, thread.name, repair_mojibake(thread.title)}


def _carries(thread: Thread, tags: Iterable[str]) -> bool:
    tags = tuple(tags)
    return bool(tags) and any(has_hashtag(repair_mojibake(_text(message)), (), tags) for message in thread.messages)


def _text(message) -> str:
    text = message.get("content") if isinstance(message, dict) else None
    return text if isinstance(text, str) else ""


def _time(message) -> datetime | None:
    milliseconds = message.get("timestamp_ms") if isinstance(message, dict) else None
    return parse_epoch_ms(milliseconds) if type(milliseconds) is int else None


def _has_begun_since(thread: Thread, opens: datetime) -> bool:
    times = [at for at in map(_time, thread.messages) if at]
    return bool(times) and min(times) >= opens


def _is_since(message, opens: datetime | None) -> bool:
    at = _time(message)
    return opens is None or at is None or at >= opens


def _conversation(thread: Thread, tags: tuple[str, ...]) -> Conversation:
    times = sorted(at for at in map(_time, thread.messages) if at)
    return Conversation(
        thread_path=thread.path,
        title=repair_mojibake(thread.title),
        participants=tuple(map(repair_mojibake, thread.participants)),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        message_count=len(thread.messages),
        has_hashtag=_carries(thread, tags),
    )

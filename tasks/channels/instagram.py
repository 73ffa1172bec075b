"""Channel instagram: direct messages to the author, and what the account posted, from Instagram's own copy of the data.

What     a ZIP or several (JSON, or HTML for chats), or loose files: messages/<box>/<thread>/message_N.json, written as
         Messenger's are; media/posts_1.json, reels.json, stories.json …: captions; comments/….json: comments that the
         account wrote. ZIPs that are named together, or lie in the inbox together, are one source.
Access   Instagram → your activity → download your information, format JSON. There is no search for hashtags.
Settings conversations = ["<title or thread>", …] or ["*"]; owner = "<handle>", if the export is not the author's own
         but somebody's who sent theirs in. [me] instagram = ["<your name as shown in chats>", "<your handle>"].
Identity namespace instagram. A message as in facebook_messenger: hash of sender, second, text, number among equals.
         A post or story: time and file name of its first picture, so that a changed caption is a revision; a comment:
         time, text and whose post.
Scope    only chosen conversations, as for facebook_messenger. Of posts, stories and comments those with one of the
         call's hashtags since `opens`; and they are the author's own (own_message) unless `owner` names somebody else.
Quirks   the same mojibake as Facebook's. Captions stand on the post or on its first picture. Comments come as a list or
         as an object with one; the names of their fields are in the account's language, so they are read by what they
         hold: the value with a time, then the first text; a text of the shape of a handle is whose post it was.
Unseen   edits, deletions, posts of the form with label_values (2025), comments and posts as HTML. Never met an export
         of our own: built from exports as the parsers of others read them (2023-2026); Japanese field names were
         inferred.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.conversations import Conversation, is_since
from tasks.sources import meta_chats
from tasks.sources.json_value import dumps, loads
from tasks.sources.meta_export import Layout, loads_repaired, numbered, opened_export
from tasks.text.dates import parse_epoch_ms
from tasks.text.normalise import has_hashtag

NAMESPACE = "instagram"
FILES = ("*.zip",)
MEDIA_TYPE = "application/json"
LAYOUT = Layout(
    roots=("your_instagram_activity/messages", "messages"),
    boxes=("inbox", "message_requests", "archived_threads", "filtered_threads", "e2ee_cutover"),
)

_POSTS = r"(?:posts(?:_\d{1,4})?|reels|igtv_videos|stories|archived_posts)\.json"
_COMMENTS = r"(?:post_comments(?:_\d{1,4})?|reels_comments(?:_\d{1,4})?|story_comments(?:_\d{1,4})?)\.json"
_OWN = re.compile(rf"(?:[^/\\]+/){{0,3}}(?:(?:media|content)/(?P<post>{_POSTS})|comments/(?P<comment>{_COMMENTS}))")
_LOOSE = re.compile(f"(?P<post>{_POSTS})|(?P<comment>{_COMMENTS})")
_HANDLE = re.compile(r"[A-Za-z0-9._]{1,30}")


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Exports named, or found in named folders; loose JSON files have to be named."""
    yield from files_in(paths, FILES)


def together(path: Path, files: Sequence[Path]) -> list[Path]:
    """The files over which conversations are chosen: all that lie together."""
    return list(files)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """Messages of chosen conversations, then posts and comments with a hashtag of the call; nothing else is yielded.

    options: those of tasks.conversations.chosen; owner. Raises Unreadable: empty, zip_broken, zip_unsafe, too_large,
    wrong_shape. A damaged file inside a good export is one item with a problem.
    """
    if not _has_no_chats(path):
        yield from meta_chats.cut(path, options, LAYOUT)
    yield from (item for item in _own_items(path, options) if item.problem or _belongs(item, options))


def list_conversations(path: Path, options: Mapping) -> list[Conversation]:
    """Every conversation of a file, newest first, for somebody to choose from. Raises Unreadable as `cut` does."""
    return [] if _has_no_chats(path) else meta_chats.conversations(path, options, LAYOUT)


def outside(path: Path, options: Mapping) -> int:
    """How many messages, posts and comments with a text `cut` leaves out. Raises Unreadable as `cut` does."""
    left = sum(not (item.problem or _belongs(item, options)) for item in _own_items(path, options))
    return left if _has_no_chats(path) else left + meta_chats.outside(path, options, LAYOUT)


def conform(item: Item) -> Message:
    """One message, post or comment → Message. Raises Unreadable: json_broken, wrong_shape."""
    kind = item.context.get("kind")
    return _conform_own(item) if kind else meta_chats.conform(item, NAMESPACE, "instagram")


def _conform_own(item: Item) -> Message:
    told = loads_repaired(item.payload)
    words, seconds = _post(told) if item.context["kind"] == "post" else _comment(told)[:2]
    at, owner = parse_epoch_ms(seconds * 1000), item.context.get("owner")
    return Message(
        namespace=NAMESPACE,
        native_id=item.context["native_id"],
        channel="instagram",
        body=words,
        author_id=owner,
        posted_at=at,
        zone="explicit" if at else "missing",
        needs_hashtag=True,
        set_aside=None if owner else "own_message",
    )


def _own_files(path: Path) -> Iterator[tuple[str, str, bytes | Unreadable]]:
    """(post or comment, name, bytes or why there are none) of every file with what the account itself wrote."""
    if path.suffix.lower() != ".zip":
        if found := _LOOSE.fullmatch(path.name):
            yield _kind(found), path.name, path.read_bytes()
        return
    with opened_export(path, _OWN) as opened:
        for name in opened.names:
            try:
                yield _kind(_OWN.fullmatch(name)), name.rpartition("/")[2], opened.read(name)
            except Unreadable as error:
                yield _kind(_OWN.fullmatch(name)), f"{name.rpartition('/')[2]}", error


def _kind(found: re.Match[str]) -> str:
    return "post" if found["post"] else "comment"


def _has_no_chats(path: Path) -> bool:
    """True for a loose file, or an archive, with posts and comments only."""
    if path.suffix.lower() != ".zip":
        return bool(_LOOSE.fullmatch(path.name))
    with opened_export(path, LAYOUT.page()) as opened:
        return not opened.names and opened.holds(_OWN)


def _own_items(path: Path, options: Mapping) -> Iterator[Item]:
    """Posts, stories and comments with a text; a file that cannot be read is one item with a problem."""
    for kind, name, data in _own_files(path):
        try:
            if isinstance(data, Unreadable):
                raise data
            told = _listed(loads(data))
        except (ValueError, RecursionError, Unreadable) as error:
            problem = error.problem if isinstance(error, Unreadable) else "json_broken"
            known = data if isinstance(data, bytes) else f"{path.name}\0{name}".encode("utf-8", "surrogatepass")
            context = {"file": name, "size": len(data) if isinstance(data, bytes) else 0}
            yield Item(f"file:{hashlib.sha256(known).hexdigest()}", None, MEDIA_TYPE, context, None, problem, name)
            continue
        seen: Counter = Counter()
        yield from filter(None, (_own_item(kind, value, options, seen) for value in told))


def _listed(value: object) -> list:
    """[…], or an object with one list in it: ig_stories, comments_media_comments …"""
    if isinstance(value, dict):
        value = next((part for part in value.values() if isinstance(part, list)), [value])
    if not isinstance(value, list):
        raise Unreadable("wrong_shape", type(value).__name__)
    return value


def _own_item(kind: str, value: object, options: Mapping, seen: Counter) -> Item | None:
    """One post or comment; None if it has no words."""
    try:
        payload = dumps(value)
        told = loads_repaired(payload)
        words, seconds, place = (*_post(told), _file(told)) if kind == "post" else _comment(told)
    except (AttributeError, TypeError, KeyError, RecursionError) as error:
        mark = hashlib.sha256(repr(value)[:10_000].encode("utf-8", "surrogatepass")).hexdigest()
        return Item(f"odd:{mark}", None, MEDIA_TYPE, {}, None, "wrong_shape", f"{kind}: {type(error).__name__}")
    if not words.strip():
        return None
    key = dumps([kind, seconds, place] if kind == "post" and place else [kind, seconds, place, words])
    native_id = numbered(key, seen[key])
    seen[key] += 1
    context = {"kind": kind, "native_id": native_id, "owner": options.get("owner")}
    item_id = hashlib.sha256(f"{native_id}\0{words}".encode("utf-8", "surrogatepass")).hexdigest()
    return Item(item_id, payload, MEDIA_TYPE, context)


def _belongs(item: Item, options: Mapping) -> bool:
    tags, told = options.get("hashtags") or (), loads_repaired(item.payload)
    words, seconds = _post(told) if item.context["kind"] == "post" else _comment(told)[:2]
    return (not tags or has_hashtag(words, (), tags)) and is_since(parse_epoch_ms(seconds * 1000), options)


def _post(told: Mapping) -> tuple[str, int]:
    """(caption, time): on the post, or on the first picture that has one."""
    pictures = [m for m in told.get("media") or [] if isinstance(m, dict)]
    words = [part.get("title") for part in (told, *pictures)]
    times = [part.get("creation_timestamp") for part in (told, *pictures)]
    return (
        next((w for w in words if isinstance(w, str) and w.strip()), ""),
        next((t for t in times if type(t) is int), 0),
    )


def _file(told: Mapping) -> str:
    """The name of the first picture's file, which folders of later exports keep: 123_n_179.jpg."""
    for part in (*(told.get("media") or []), told):
        if isinstance(uri := part.get("uri"), str):
            return uri.rpartition("/")[2]
    return ""


def _comment(told: Mapping) -> tuple[str, int, str]:
    """(text, time, whose post), whatever the fields are called."""
    fields = [f for f in told["string_map_data"].values() if isinstance(f, dict)]
    seconds = next((f["timestamp"] for f in fields if type(f.get("timestamp")) is int and f["timestamp"]), 0)
    texts = [f["value"] for f in fields if isinstance(f.get("value"), str) and not f.get("timestamp")]
    if len(texts) > 1 and _HANDLE.fullmatch(texts[0]) and not _HANDLE.fullmatch(texts[1]):
        texts.reverse()
    return (texts[0] if texts else "", seconds, texts[1] if len(texts) > 1 else "")

"""Chats of Meta's exports on their way in: which conversations belong to the call, and what a message says.

Conversations are chosen over all files that lie together: over the parts of one export, an earlier export, and the one
of end-to-end encrypted chats. What was not chosen is never yielded, and what was taken back never with its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from tasks.channels import Item, Message, Unreadable
from tasks.conversations import Conversation, chosen, is_since, merged
from tasks.sources.json_value import dumps
from tasks.sources.meta_export import SEALED, Layout, Page, either, identified, loads_repaired, pages, said
from tasks.sources.meta_placeholders import is_written_by_the_app
from tasks.text.decode import repair_mojibake
from tasks.text.normalise import has_hashtag

MEDIA_TYPE = "application/json"
HASHES = ("#", "＃", "♯")

_USED = {
    "sender_name", "timestamp_ms", "content", "type", "is_unsent", "share", "call_duration",
    "senderName", "timestamp", "text", "isUnsent", "local_time", "place",
}  # fmt: skip
_ATTACHED = {"photos", "videos", "audio_files", "files", "gifs", "sticker", "media"}
# Known and of no use here: who reacted, and marks of the app.
_IGNORED = {
    "reactions", "is_geoblocked_for_viewer", "is_taken_down", "is_unsent_image_by_messenger_kid_parent",
    "bumped_message_metadata", "users", "missed", "ip",
}  # fmt: skip
_KNOWN = _USED | _ATTACHED | _IGNORED
_SYSTEM_TYPES = frozenset(("Call", "Subscribe", "Unsubscribe", "placeholder"))


@dataclass(slots=True, frozen=True)
class Surveyed:
    """What one file tells of one thread. early: its messages from before `opens`."""

    conversation: Conversation
    people: frozenset[str]
    kind: str
    early: int


@dataclass(slots=True, frozen=True)
class Choice:
    """own: the file's threads; aliases: those that go on in another thread; keys: one thread, with box, for each name;
    wanted: names that were chosen, without box; as_json: names that need no HTML; owner: whose end-to-end encrypted
    export it is, if that can be told."""

    own: Sequence[Surveyed]
    aliases: Mapping[str, str]
    keys: Mapping[str, str]
    wanted: frozenset[str]
    as_json: frozenset[str]
    owner: str | None

    def takes(self, thread: str, kind: str) -> bool:
        name = self.name(thread)
        return name in self.wanted and not (kind == "html" and name in self.as_json)

    def name(self, thread: str) -> str:
        return _name(self.aliases.get(thread, thread))


def cut(path: Path, options: Mapping, layout: Layout) -> Iterator[Item]:
    """The messages of the chosen conversations that are in this file, as they are written.

    options: those of tasks.conversations.chosen; beside, all files that lie together. Raises Unreadable as
    tasks.sources.meta_export.pages. A damaged file inside is one item with a problem, unless others were chosen by name.
    """
    choice = choose(path, options, layout)
    for page in pages(path, layout):
        if page.problem:
            if options.get("conversations") is None or choice.name(page.thread) in choice.wanted:
                yield _broken(page)
        elif choice.takes(page.thread, page.kind):
            yield from _items(page, options, choice)
        page.messages.clear()  # before the next file is read


def conversations(path: Path, options: Mapping, layout: Layout) -> list[Conversation]:
    """Every conversation of one file, newest first, for somebody to choose from. Raises Unreadable as `cut` does."""
    choice = choose(path, options, layout)
    found = merged(replace(s.conversation, key=choice.keys[choice.name(s.conversation.key)]) for s in choice.own)
    return sorted(found, key=lambda c: (c.last is not None, c.last, c.key), reverse=True)


def outside(path: Path, options: Mapping, layout: Layout) -> int:
    """How many messages `cut` leaves out with the same options. Raises Unreadable as `cut` does."""
    choice = choose(path, options, layout)
    return sum(
        s.early if choice.takes(s.conversation.key, s.kind) else s.conversation.message_count for s in choice.own
    )


def choose(path: Path, options: Mapping, layout: Layout) -> Choice:
    """What of a file is brought in, decided over everything that lies beside it. Raises Unreadable for `path` only."""
    own = _survey(path, options, layout)
    files = sorted({path, *options.get("beside", ())})
    every = [s for file in files for s in (own if file == path else _survey_if_readable(file, options, layout))]
    aliases = _aliases(every)
    groups: dict[str, list[Surveyed]] = {}
    for s in every:
        groups.setdefault(_name(aliases.get(s.conversation.key, s.conversation.key)), []).append(s)
    return Choice(
        own=own,
        aliases=aliases,
        keys={
            name: aliases.get(group[0].conversation.key, group[0].conversation.key) for name, group in groups.items()
        },
        wanted=frozenset(name for name, group in groups.items() if _is_chosen(group, options)),
        as_json=frozenset(name for name, group in groups.items() if any(s.kind == "json" for s in group)),
        owner=_owner([s.people for s in own if s.kind == "sealed"]),
    )


def _is_chosen(group: Sequence[Surveyed], options: Mapping) -> bool:
    """By any of the names that the conversation has had; its beginning is the earliest that any file tells."""
    whole = merged([replace(s.conversation, key="") for s in group])[0]
    return bool(chosen([replace(whole, key=s.conversation.key, title=s.conversation.title) for s in group], options))


def _aliases(every: Iterable[Surveyed]) -> dict[str, str]:
    """End-to-end encrypted threads that go on from an ordinary one: both the only ones with exactly these people."""
    ordinary: dict[frozenset[str], dict[str, str]] = {}
    sealed: dict[frozenset[str], set[str]] = {}
    for s in every:
        key = s.conversation.key
        if s.kind == "sealed":
            sealed.setdefault(s.people, set()).add(key)
        else:
            ordinary.setdefault(s.people, {}).setdefault(_name(key), key)
    pairs = [(keys, list(ordinary.get(people, {}).values())) for people, keys in sealed.items() if len(people) > 1]
    return {next(iter(keys)): threads[0] for keys, threads in pairs if len(keys) == len(threads) == 1}


def _owner(threads: Sequence[frozenset[str]]) -> str | None:
    """The one name that is in every thread; nobody can tell from a single one."""
    common = frozenset.intersection(*threads) if len(threads) > 1 else ()
    return next(iter(common)) if len(common) == 1 else None


def _survey_if_readable(path: Path, options: Mapping, layout: Layout) -> Sequence[Surveyed]:
    try:
        return _survey(path, options, layout)
    except Exception:  # whatever is wrong with it is told where that file itself is cut
        return ()


def _survey(path: Path, options: Mapping, layout: Layout) -> Sequence[Surveyed]:
    told = path.stat()
    tags, opens = tuple(options.get("hashtags") or ()), options.get("opens")
    return _read_survey(path, (told.st_mtime_ns, told.st_size), tags, opens, layout)


@lru_cache(maxsize=64)
def _read_survey(path: Path, _mark: tuple, tags: tuple[str, ...], opens: datetime | None, layout: Layout):
    """A thread of several files once; read once a run, however many files lie beside each other."""
    found: dict[str, Surveyed] = {}
    for page in pages(path, layout):
        if not page.problem and page.messages:
            new, known = _surveyed(page, tags, opens), found.get(page.thread)
            found[page.thread] = _together(known, new) if known else new
        page.messages.clear()
    return tuple(found.values())


def _together(one: Surveyed, other: Surveyed) -> Surveyed:
    (both,) = merged([one.conversation, other.conversation])
    return Surveyed(both, one.people | other.people, one.kind, one.early + other.early)


def _surveyed(page: Page, tags: tuple[str, ...], opens: datetime | None) -> Surveyed:
    told = [s for s in map(said, page.messages) if s]
    times = sorted(s.at for s in told if s.at)
    is_sealed = page.kind == "sealed"
    conversation = Conversation(
        key=page.thread,
        title=page.title,
        first=times[0] if times and not is_sealed else None,  # what was said before encryption is not in it
        last=times[-1] if times else None,
        message_count=len(page.messages),
        has_hashtag=bool(tags) and any(_carries(s.text, tags) for s in told),
    )
    early = sum(not is_since(at, {"opens": opens}) for at in times)
    return Surveyed(conversation, frozenset(filter(None, page.people)), page.kind, early)


def _carries(text: str, tags: tuple[str, ...]) -> bool:
    return any(sign in text for sign in HASHES) and has_hashtag(text, (), tags)


def _name(thread: str) -> str:
    """A thread without its box, from which threads move: inbox/yamada_123 → yamada_123. A sealed one keeps its."""
    return thread if thread.startswith(f"{SEALED}/") else thread.rpartition("/")[2]


def _items(page: Page, options: Mapping, choice: Choice) -> Iterator[Item]:
    thread = choice.aliases.get(page.thread, page.thread)
    context = {"thread_path": thread, "title": page.title, "participants": page.people}
    if choice.owner:
        context["owner"] = choice.owner
    for place, (item_id, message) in enumerate(identified(page)):
        told = said(message)
        if is_since(told and told.at, options):
            yield _item(item_id, message, context | {"place": place})  # HTML knows minutes, the API seconds


def _item(item_id: str, message: object, context: Mapping) -> Item:
    if isinstance(message, dict) and either(message, "unsent"):
        message = {name: value for name, value in message.items() if name in _KEPT_OF_UNSENT}
    try:
        return Item(item_id, dumps(message), MEDIA_TYPE, context)
    except RecursionError:
        return Item(item_id, None, MEDIA_TYPE, problem="json_broken", detail="nested too deep")


_KEPT_OF_UNSENT = {"sender_name", "senderName", "timestamp_ms", "timestamp", "is_unsent", "isUnsent"}


def _broken(page: Page) -> Item:
    context = {"file": page.file, "size": page.size}
    return Item(f"file:{page.mark}", None, MEDIA_TYPE, context, problem=page.problem, detail=page.file)


def conform(item: Item, namespace: str, channel: str) -> Message:
    """One message → Message. Raises Unreadable: json_broken, wrong_shape."""
    try:
        raw = loads_repaired(item.payload)
    except RecursionError:
        raise Unreadable("json_broken", "nested too deep") from None
    if not isinstance(raw, dict):
        raise Unreadable("wrong_shape", type(raw).__name__)
    told = said(raw)
    if told is None:
        raise Unreadable("wrong_shape", "sender, text or time")
    thread = _name(item.context["thread_path"])
    is_unsent = bool(either(raw, "unsent"))
    return Message(
        namespace=namespace,
        native_id=item.item_id,
        channel=channel,
        body=told.text,
        author_id=f"{thread}/{told.sender}",
        author_name=told.sender,
        # A page of HTML repeats what the JSON says: side by side they are two tellings, in one chat they were joined.
        conversation_id=f"html/{thread}" if "local_time" in raw else thread,
        posted_at=told.at,
        place=item.context.get("place", 0),
        # Whenever it was taken back: that is later than every copy of it, in whatever order they come in.
        revised_at=told.at + timedelta(seconds=1) if is_unsent and told.at else None,
        zone=told.zone,
        flags=_flags(raw, told.sender, item.context),
        set_aside=_set_aside(raw, told.text, told.sender == item.context.get("owner")),
    )


def _flags(raw: Mapping, sender: str, context: Mapping) -> tuple[str, ...]:
    unknown = sorted(f"unknown_field:{repair_mojibake(key)}" for key in raw.keys() - _KNOWN)
    is_attached = any(raw[key] for key in raw.keys() & _ATTACHED)
    has_namesake = list(context.get("participants", ())).count(sender) > 1
    told = {"attachments": is_attached, "link_shared": "share" in raw, "namesakes": has_namesake}
    return (*(flag for flag, is_so in told.items() if is_so), *unknown)


def _set_aside(raw: Mapping, text: str, is_own: bool) -> str | None:
    if either(raw, "unsent"):
        return "deleted"
    if not text.strip() or raw.get("type") in _SYSTEM_TYPES or "call_duration" in raw or is_written_by_the_app(text):
        return "system_message"
    return "own_message" if is_own else None

"""Channel x_dm: direct messages to the author on X, by the API v2 or from an archive.

What     GET /2/dm_events: a page with `data`, newest first; only MessageCreate is of interest. One file = one answer,
         or JSON Lines with an answer a line. Archive: direct-messages.js and direct-messages-group.js.
Access   in the owner's name: dm.read, tweet.read, users.read. A bearer token (token_env) lasts two hours; OAuth 1.0a
         (consumer_key_env, consumer_secret_env, access_token_env, access_secret_env) lasts. Rate: 15 pages in 15
         minutes by X's documents. End-to-end encrypted chats (X Chat) do not come this way: use the archive.
Settings conversations = ["<id>"]; spelling = "post" | "tweet" (without it both are tried); overlap_hours = 24;
         api = "https://api.x.com".
Identity namespace x, as posts have: one person is one contributor in both, and [me] x names the owner for both. A
         message is dm/<event id>, so that no event can be taken for a post. The same by API and archive is one.
Scope    an account holds chats that are nobody's business. Only chosen conversations (tasks/conversations.py) are kept,
         live too: what was not chosen is in no file, cursor or log. When a conversation began only an archive tells,
         so live `opens` alone chooses none: it needs the hashtag, its id in `conversations`, or "*".
Cursor   `until`, the hour of the last whole pull, and the ids of chosen conversations: of others it tells nothing. The
         API has no since_id, so a pull walks back to `until` and an overlap. A conversation that is chosen late is
         asked for what it said before. If more came since the opening or the last pull than the rate limit lets through
         at once, every pull starts from the newest again and the rest is told as rate_limited: bring an archive then.
Quirks   only 30 days back; what lies before is told as a gap. The last page may carry a next_token, and then an empty
         one follows. hashtags and urls lie flat on an event (2.165) or under `entities` (2.167). An archive has ids of
         people, no names, and may be years older than the API.
Unseen   deletions: an event just vanishes. Never asked the live service.
Source   github.com/xdevplatform/docs, openapi.json 2.165 and 2.167; archives: see tasks/sources/x_archive.py.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tasks.channels import Item, Message, files_in
from tasks.conversations import Conversation, chosen, is_since
from tasks.live import Well
from tasks.sources import x_archive, x_inbox
from tasks.sources.api_pages import JSON_FILES, MEDIA_TYPE, cut_pages, member, members, read, text, unknown, without
from tasks.sources.json_value import canonical
from tasks.sources.x_inbox import Event, conversations, events_of
from tasks.text.dates import parse_time

NAMESPACE = "x"
FILES = (*JSON_FILES, *x_archive.FILES)
ARCHIVED = ("direct-message", "direct-message-group")

VOLATILE = frozenset(("reactions",))  # others change them
_USED = frozenset("id event_type text sender_id dm_conversation_id created_at attachments entities hashtags".split())
# Known and of no use here.
_IGNORED = frozenset(["urls", "mentions", "cashtags", "participant_ids", "referenced_tweets", "referenced_posts"])
_USED_OF_ARCHIVE = frozenset(["id", "senderId", "text", "createdAt", "mediaUrls"])
_IGNORED_OF_ARCHIVE = frozenset(["recipientId", "urls", "reactions", "editHistory"])


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved answers and archives among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """The messages of chosen conversations from `opens` on; nothing else of a file is yielded.

    options: those of tasks.conversations.chosen. Raises Unreadable: empty, json_broken, zip_broken, zip_unsafe,
    too_large, wrong_shape. What is damaged inside is an item without its bytes: nobody knows whose they are.
    """
    events, damaged, _ = _read(path)
    wanted = chosen(_conversations(path, events, options), options)
    yield from (_item(event) for event in events if _belongs(event, wanted, options))
    yield from damaged


def list_conversations(path: Path, options: Mapping) -> list[Conversation]:
    """Every conversation of a file, newest first. Raises Unreadable as `cut` does."""
    found = _conversations(path, _read(path)[0], options)
    return sorted(found, key=lambda c: (c.last is not None, c.last, c.key), reverse=True)


def outside(path: Path, options: Mapping) -> int:
    """How many messages `cut` leaves out with the same options, and a pull before it left out of its file."""
    events, _, left = _read(path)
    wanted = chosen(_conversations(path, events, options), options)
    return left + sum(not _belongs(event, wanted, options) for event in events)


def conform(item: Item) -> Message:
    """One event → one message. Raises Unreadable: wrong_shape."""
    told, context = read(item), item.context
    of_archive = "archive" in context
    words = text(told.get("text")) or ""
    posted_at, zone = parse_time(text(told.get("createdAt" if of_archive else "created_at")) or "")
    conversation = text(context.get("archive")) or text(told.get("dm_conversation_id"))
    tags = (text(h.get("tag")) for of in (told, told.get("entities")) for h in members(member(of, "hashtags")))
    known = _USED_OF_ARCHIVE | _IGNORED_OF_ARCHIVE if of_archive else _USED | _IGNORED
    return Message(
        namespace=NAMESPACE,
        native_id=f"dm/{item.item_id}",
        channel="x_dm",
        body=html.unescape(words) if "&" in words else words,
        author_id=text(told.get("senderId" if of_archive else "sender_id")),
        author_name=text(member(context, "author", "name")),
        conversation_id=conversation and f"dm/{conversation}",
        posted_at=posted_at,
        zone=zone,
        hashtags=tuple(dict.fromkeys(filter(None, tags))),
        flags=(*["attachments"] * bool(told.get("attachments") or told.get("mediaUrls")), *unknown(told, known)),
        set_aside=None if words.strip() else "system_message",
    )


def pull(well: Well) -> Mapping:
    """The messages of chosen conversations since the cursor; the new cursor. Raises NoSecret, Unreachable."""
    return x_inbox.pull(well)


def _read(path: Path) -> tuple[list[Event], list[Item], int]:
    """Events of a file, items for what is damaged, and how many a pull left out before."""
    if x_archive.is_archive(path):
        pieces = x_archive.read(path, ARCHIVED, ("account",))
        events = [event for kind in ARCHIVED for entry in pieces.of(kind) for event in _archived(entry, pieces.owner)]
        damaged = [_damage(f"file:{d.mark}", d.problem, d.name) for d in pieces.damaged]
        return _once(events), damaged, 0
    events, left = [], 0

    def slices(page: object) -> Iterable[Item]:
        nonlocal left
        events.extend(events_of(page))
        left += x_inbox.left_out(page)
        return [_damage(f"odd:{_digest(told)}", "wrong_shape", "") for told in x_inbox.oddities(page)]

    damaged = [
        _damage(odd.item_id, odd.problem, (odd.detail or "").partition(":")[0]) for odd in cut_pages(path, slices)
    ]
    return _once(events), damaged, left


def _conversations(path: Path, events: Iterable[Event], options: Mapping) -> list[Conversation]:
    return conversations(events, options, is_whole=x_archive.is_archive(path))


def _once(events: Iterable[Event]) -> list[Event]:
    """Each event once, oldest first: pages overlap, and the newest stands first in all of them."""
    found = {event.key: event for event in events}
    return sorted(found.values(), key=lambda e: (e.at is not None, e.at, len(e.key), e.key))


def _archived(entry: Mapping, owner: Mapping) -> Iterator[Event]:
    """The messages of one conversation of an archive; who joined or left is of no interest."""
    conversation = text(entry.get("conversationId"))
    messages = members(entry.get("messages"))
    names = [text(member(m, "conversationNameUpdate", "name")) for m in messages]
    title = next(filter(None, names), None) or _other(conversation or "", owner.get("id"))
    for told in (m["messageCreate"] for m in messages if isinstance(m.get("messageCreate"), dict)):
        key = text(told.get("id")) or _digest(told)
        at = parse_time(text(told.get("createdAt")) or "")[0]
        author = owner if told.get("senderId") == owner.get("id") else {}
        kept, context = without(told, VOLATILE), {"archive": conversation or f"event/{key}", "author": author}
        yield Event(key, context["archive"], title, at, text(told.get("text")) or "", kept, context)


def _other(conversation: str, owner: str | None) -> str:
    """What somebody can open to see who it is: an archive has no names of others."""
    others = [part for part in conversation.split("-") if part != owner] if "-" in conversation else []
    return f"https://x.com/i/user/{others[0]}" if len(others) == 1 else ""


def _item(event: Event) -> Item:
    return Item(event.key, canonical(event.told), MEDIA_TYPE, event.context)


def _belongs(event: Event, wanted: set[str], options: Mapping) -> bool:
    return (event.is_chosen or event.conversation in wanted) and is_since(event.at, options)


def _damage(name: str, problem: str | None, detail: str) -> Item:
    return Item(name, None, MEDIA_TYPE, {}, None, problem, detail)


def _digest(told: object) -> str:
    return hashlib.sha256(canonical(told)).hexdigest()

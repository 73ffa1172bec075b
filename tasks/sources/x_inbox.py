"""The direct messages of an account on X, walked from the newest back, and only what was chosen of them kept.

Everything that a walk brings is held in memory until it is known which conversations are chosen; a file is written with
those alone, in the shape of an answer, with a note of how many messages were left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote

from tasks.channels import Unreadable
from tasks.conversations import Conversation, chosen, is_since
from tasks.http import Unreachable
from tasks.live import Well
from tasks.sources.api_pages import Page, ask, canonical, member, members, text, walk
from tasks.sources.x_api import API, accepted, overlap, spellings, tell_gap, user_sign
from tasks.text.dates import parse_time
from tasks.text.normalise import has_hashtag

REACH = timedelta(days=30)
PAGE = "100"
OURS = "neta"  # what we add to a kept answer: which of a file's messages were chosen already, how many left out
FIELDS = {
    "post": {"dm_event.fields": "id,event_type,text,created_at,dm_conversation_id,entities,attachments"},
    "tweet": {
        "dm_event.fields": "id,event_type,text,created_at,dm_conversation_id,sender_id,attachments",
    },
}
_FIXED = {"event_types": "MessageCreate", "expansions": "sender_id", "user.fields": "id,name,username"}


@dataclass(frozen=True, slots=True)
class Event:
    """One message of a conversation. at: UTC. is_chosen: a pull has seen that its conversation belongs to the call."""

    key: str
    conversation: str
    title: str
    at: datetime | None
    words: str
    told: Mapping
    context: Mapping
    is_chosen: bool = False


def events_of(page: object) -> Iterator[Event]:
    """The messages of one answer. Unreadable if it is an error, or no answer of this API."""
    data = member(page, "data")
    if not isinstance(data, list | dict) and (data is not None or not isinstance(member(page, "meta"), dict)):
        raise Unreadable("wrong_shape", str(member(page, "title") or "neither data nor meta")[:100])
    users = {text(u.get("id")): u for u in members(member(page, "includes", "users"))}
    for told in [data] if isinstance(data, dict) else members(data):
        if told.get("event_type", "MessageCreate") == "MessageCreate":
            yield _event(told, users, bool(member(page, OURS)))


def oddities(page: object) -> list:
    """What stands among the messages of an answer and is none."""
    data = member(page, "data")
    return [told for told in data if not isinstance(told, dict)] if isinstance(data, list) else []


def left_out(page: object) -> int:
    """How many messages a pull left out of a file that it kept."""
    count = member(page, OURS, "outside")
    return count if type(count) is int else 0


def conversations(events: Iterable[Event], options: Mapping, is_whole: bool) -> list[Conversation]:
    """The conversations that events are of. is_whole: whether their beginnings are among them."""
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.conversation, []).append(event)
    tags = tuple(options.get("hashtags") or ())
    return [_conversation(key, found[key], tags, is_whole) for key in sorted(found)]


def pull(well: Well) -> Mapping:
    """Keep the messages of chosen conversations since the cursor; the new cursor. Raises NoSecret, Unreachable."""
    inbox = _Inbox(well)
    known, opens = parse_time(text(well.cursor.get("until")) or "")[0], well.options.get("opens")
    is_span = bool(well.since or well.until)
    tell_gap(well, well.since or known or opens, well.now - REACH)
    try:
        inbox.walk("/2/dm_events", well.since if is_span else known - overlap(well.options) if known else opens)
        for conversation in sorted(inbox.wanted - inbox.before) if known and not is_span else ():
            inbox.walk(f"/2/dm_conversations/{quote(conversation, safe='')}/dm_events", opens)
    finally:
        inbox.keep()
    if not inbox.seen and not is_span and well.cursor.get("seen", True):
        well.tell("nothing_found", "dm_events")
    until = well.now.replace(minute=0, second=0, microsecond=0)
    return {"until": until.isoformat(), "chosen": sorted(inbox.wanted), "seen": bool(inbox.seen)}


class _Inbox:
    """One pull: what was seen, in memory, and what of it may be kept."""

    def __init__(self, well: Well):
        self.well, self.sign = well, user_sign(well)
        self.ways = [FIELDS[name] for name in spellings(well.options)]
        self.seen: dict[str, Event] = {}
        known = [Conversation(key, "", None, None, 0, has_hashtag=True) for key in well.cursor.get("chosen", ())]
        self.before = chosen(known, well.options)  # the hashtag was in what an earlier pull saw

    @property
    def wanted(self) -> set[str]:
        """Conversations that are chosen by what this pull saw, or were before."""
        found = conversations(self.seen.values(), self.well.options, is_whole=False)
        return chosen(found, self.well.options) | self.before

    def walk(self, path: str, floor: datetime | None) -> None:
        """See every event from the newest back to `floor`; without one to the end."""
        url = self.well.options.get("api", API) + path
        for _ in walk(partial(self._page, url, floor), url.split("/")[2]):
            pass

    def _page(self, url: str, floor: datetime | None, token: str | None) -> Page:
        query = {**_FIXED, "max_results": PAGE, **({"pagination_token": token} if token else {})}
        page = accepted(self.ways, lambda way: self._asked(url, {**query, **way}))
        try:
            events = list(events_of(page))
        except Unreadable:
            raise Unreachable("answer_broken", url.split("/")[2]) from None
        self.seen.update((event.key, event) for event in events)
        is_over = bool(floor) and all(event.at is not None and event.at < floor for event in events)
        following = text(member(page, "meta", "next_token"))
        return Page(frozenset(event.key for event in events), None if is_over or not events else following)

    def _asked(self, url: str, query: Mapping) -> object:
        return ask(self.well.http, url, query, self.sign(url, query))[1]

    def keep(self) -> None:
        """Write what is chosen as one answer, if anything was seen."""
        wanted, seen = self.wanted, self.seen.values()
        span = [e for e in seen if _is_within(e.at, self.well.since, self.well.until)]
        kept = [e for e in span if e.conversation in wanted and is_since(e.at, self.well.options)]
        users = {e.context["author"]["id"]: e.context["author"] for e in kept if "id" in e.context.get("author", {})}
        if span:
            answer = {
                "data": [event.told for event in kept],
                "includes": {"users": [users[name] for name in sorted(users)]},
                "meta": {"result_count": len(kept)},
                OURS: {"outside": len(span) - len(kept)},
            }
            self.well.keep(canonical(answer), ".json")


def _event(told: dict, users: Mapping, is_chosen: bool) -> Event:
    key = text(told.get("id")) or hashlib.sha256(canonical(told)).hexdigest()
    user = users.get(text(told.get("sender_id"))) or {}
    author = {name: user[name] for name in ("id", "username", "name") if text(user.get(name))}
    conversation = text(told.get("dm_conversation_id")) or f"event/{key}"  # each alone: nobody knows what goes together
    at = parse_time(text(told.get("created_at")) or "")[0]
    context = {"author": author} if author else {}
    return Event(key, conversation, "", at, text(told.get("text")) or "", told, context, is_chosen)


def _conversation(key: str, events: list[Event], tags: tuple[str, ...], is_whole: bool) -> Conversation:
    times = sorted(event.at for event in events if event.at)
    return Conversation(
        key=key,
        title=next((event.title for event in events if event.title), ""),
        first=times[0] if times and is_whole else None,
        last=times[-1] if times else None,
        message_count=len(events),
        has_hashtag=bool(tags) and any(has_hashtag(event.words, (), tags) for event in events),
    )


def _is_within(at: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    return at is None or ((since is None or at >= since) and (until is None or at < until))

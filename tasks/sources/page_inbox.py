"""A Page's inbox by Meta's Conversations API: asked for page by page, and only chosen conversations are kept.

GET /{page-id}/conversations?platform=messenger&fields=… : conversations, the last changed first, each with its newest
messages. Details are told of the 20 newest messages only; asking for an older one answers that it was deleted, which
says nothing, so none is asked for. When a chat began is read from /{conversation}/messages, which lists ids and times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tasks.channels import Item, Message, Unreadable
from tasks.conversations import Conversation, chosen, is_since
from tasks.http import RateLimited, Unreachable
from tasks.live import Well
from tasks.sources.api_pages import (
    MEDIA_TYPE,
    Page,
    Refused,
    ask,
    canonical,
    cut_pages,
    member,
    members,
    needed,
    odd,
    read,
    text,
    walk,
)
from tasks.sources.json_value import loads
from tasks.sources.meta_export import Said, identity, numbered
from tasks.sources.meta_placeholders import is_written_by_the_app
from tasks.text.dates import parse_time
from tasks.text.normalise import has_hashtag

API = "https://graph.facebook.com/v25.0"
KEPT = "[0-9]" * 6 + "-*.json"  # names that Well.keep gives
FIELDS = "id,updated_time,participants,messages.limit(20){id,created_time,from,message,attachments}"
CONVERSATIONS, TIMES = 25, 100  # to ask for at once
OVERLAP_MINUTES = 60
_LIMITS = frozenset((4, 17, 32, 613, 80006))  # codes of Meta's rate limits, told with a status 400 or 403
_REFUSALS = frozenset((10, 190, 200, 230))  # token expired, permission missing


def is_answer(path: Path) -> bool:
    """Whether a file is an answer of this API: an object with a list `data`, as no export writes."""
    if path.suffix.lower() != ".json":
        return False
    try:
        return isinstance(member(loads(path.read_bytes()), "data"), list)
    except (ValueError, RecursionError):
        return False


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """The messages of the chosen conversations of an answer, without the addresses of attachments."""
    return cut_pages(path, lambda page: _items(page, options))


def conversations(path: Path, options: Mapping) -> list[Conversation]:
    """The conversations of an answer; `first` is known of what `pull` has kept."""
    value = loads(path.read_bytes())
    return [_conversation(c, text(member(value, "page_id")), options) for c in members(member(value, "data"))]


def outside(path: Path, options: Mapping) -> int:
    """How many messages `cut` leaves out with the same options."""
    value = loads(path.read_bytes())
    count = sum(len(_messages(c)) for c in members(member(value, "data")))
    return count - sum(item.problem is None for item in cut(path, options))


def conform(item: Item) -> Message:
    """One message → Message. Raises Unreadable: json_broken, wrong_shape."""
    message = read(item)
    author = needed(member(message, "from") or {}, "id")
    said = _said(message)
    is_own = author == item.context["page_id"]
    is_empty = not said.text.strip() or is_written_by_the_app(said.text)
    return Message(
        namespace="facebook",
        native_id=item.context["native_id"],
        channel="facebook_messenger",
        body=said.text,
        author_id=author,
        author_name=said.sender or None,
        conversation_id=item.context["conversation"],
        posted_at=said.at,
        place=item.context.get("place", 0),
        zone=said.zone,
        flags=("attachments",) * bool(message.get("has_attachments")),
        set_aside="system_message" if is_empty else "own_message" if is_own else None,
    )


def pull(well: Well) -> Mapping:
    """Chosen conversations that changed since the cursor (some minutes again); cursor: updated_time and chosen ids.

    Raises NoSecret, RateLimited, Unreachable.
    """
    page_id = well.options.get("page_id")
    if not page_id:
        raise Unreachable("option_missing", "[channels.facebook_messenger] page_id")
    token = well.secret("token_env")
    known = parse_time(text(well.cursor.get("updated_time")) or "")[0]
    overlap = timedelta(minutes=well.options.get("overlap_minutes", OVERLAP_MINUTES))
    since, remembered, times = well.since or (known and known - overlap), set(well.cursor.get("chosen", ())), []

    def page_after(after: str | None) -> Page:
        value, following = _ask(well, token, f"{page_id}/conversations", _query(after))
        changed = [c for c in members(value["data"]) if text(c.get("id"))]
        updated = [at for c in changed if (at := _time(c, "updated_time"))]
        fresh = [c for c in changed if since is None or (_time(c, "updated_time") or well.now) >= since]
        _keep_chosen(well, token, page_id, fresh, known, remembered)
        times.extend(updated)
        is_over = since is not None and bool(updated) and min(updated) < since
        return Page(frozenset(c["id"] for c in changed), None if is_over else following)

    for _ in walk(page_after, page_id):
        pass
    newest = _latest(known, *(at for at in times if at <= well.now))
    return {"updated_time": newest and newest.isoformat(), "chosen": sorted(remembered)}


def _query(after: str | None) -> dict[str, str]:
    query = {"platform": "messenger", "fields": FIELDS, "limit": str(CONVERSATIONS)}
    return query | ({"after": after} if after else {})


def _keep_chosen(
    well: Well, token: str, page_id: str, fresh: list[dict], known: datetime | None, remembered: set[str]
) -> None:
    """Store the conversations that belong to the call, and nothing of the others; `remembered` gains their ids."""
    bound = _latest(well.options.get("opens"), well.since)
    kept = []
    for conversation in fresh:
        if _belongs(well, token, page_id, conversation, remembered):
            had = known + timedelta(seconds=1) if known and conversation["id"] in remembered else None
            if missed := _missed(well, token, conversation, _latest(bound, had)):
                well.tell("messages_missed", str(missed))
            remembered.add(conversation["id"])
            kept.append(_slim(conversation, bound, well.until))
    if kept:
        well.keep(canonical({"page_id": page_id, "data": kept}), ".json")


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at), default=None)


def _belongs(well: Well, token: str, page_id: str, conversation: Mapping, remembered: set[str]) -> bool:
    """Whether a conversation is brought in: by its name, its hashtag now or once, or its beginning, asked for last."""
    options, opens = well.options, well.options.get("opens")
    if options.get("conversations") is None and conversation["id"] in remembered:
        return True
    told = _conversation(conversation, page_id, options)
    if chosen([told], options):
        return True
    if options.get("conversations") is not None or opens is None:
        return False
    first = min((at for _, at in _timeline(well, token, conversation, opens)), default=None)
    return first is not None and first >= opens


def _missed(well: Well, token: str, conversation: Mapping, since: datetime | None) -> int:
    """How many messages since then are further back than the API tells."""
    shown = {m["id"] for m in _messages(conversation)}
    oldest = min((at for m in _messages(conversation) if (at := _time(m, "created_time"))), default=None)
    has_more = member(conversation, "messages", "paging", "next") or len(members(_listed(conversation))) > len(shown)
    if not has_more or (since and oldest and oldest <= since):
        return 0
    times = _timeline(well, token, conversation, since)
    return sum(name not in shown and (since is None or at >= since) for name, at in times)


def _timeline(well: Well, token: str, conversation: Mapping, since: datetime | None) -> list[tuple[str, datetime]]:
    """(id, time) of a conversation's messages, newest first, at least to the first one before `since`."""
    found: list[tuple[str, datetime]] = []

    def page_after(after: str | None) -> Page:
        query = {"fields": "id,created_time", "limit": str(TIMES)} | ({"after": after} if after else {})
        value, following = _ask(well, token, f"{conversation['id']}/messages", query)
        told = [(m["id"], at) for m in members(value["data"]) if text(m.get("id")) and (at := _time(m, "created_time"))]
        found.extend(told)
        is_over = since is not None and any(at < since for _, at in told)
        return Page(frozenset(name for name, _ in told), None if is_over else following)

    for _ in walk(page_after, "messages"):
        pass
    return found


def _ask(well: Well, token: str, path: str, query: Mapping[str, str]) -> tuple[Mapping, str | None]:
    """An answer's JSON and what asks for the next page. Raises RateLimited or not_allowed where a code says so."""
    api = well.options.get("api", API)
    host = urlsplit(api).netloc
    try:
        _, value = ask(well.http, f"{api}/{path}", {**query, "access_token": token}, {})
    except Refused as refused:
        code = member(refused.said, "error", "code")
        if code in _LIMITS:
            raise RateLimited(host, 0.0) from None
        if code in _REFUSALS:
            raise Unreachable("not_allowed", f"{host}: {code}") from None
        raise
    if not isinstance(member(value, "data"), list):
        raise Unreachable("answer_broken", host)
    # The address of the next page repeats the token: only its cursor is used, and only if it leads to the same house.
    following = text(member(value, "paging", "next"))
    if following and urlsplit(following).netloc != host:
        raise Unreachable("address_refused", urlsplit(following).netloc)
    return value, text(member(value, "paging", "cursors", "after")) if following else None


def _slim(conversation: Mapping, since: datetime | None, until: datetime | None) -> dict:
    """What is kept of a chosen conversation: the messages of the time that was asked for, as far as they are told."""
    people = [{k: p[k] for k in ("id", "name") if k in p} for p in _people(conversation)]
    return {
        "id": conversation["id"],
        "chosen": True,
        "participants": {"data": people},
        "messages": {"data": [_told(m) for m in _messages(conversation) if _is_within(m, since, until)]},
    }


def _is_within(message: Mapping, since: datetime | None, until: datetime | None) -> bool:
    at = _time(message, "created_time")
    return at is None or ((since is None or at >= since) and (until is None or at < until))


def _told(message: Mapping) -> dict:
    """A message without the addresses of its attachments, which are signed anew with every answer, and of people."""
    author = member(message, "from")
    told = {name: message[name] for name in ("id", "created_time", "message") if name in message}
    told["from"] = {name: author[name] for name in ("id", "name") if name in author}
    attached = message.get("has_attachments") or members(member(message, "attachments", "data"))
    return told | ({"has_attachments": True} if attached else {})


def _listed(conversation: Mapping) -> object:
    return member(conversation, "messages", "data")


def _messages(conversation: Mapping) -> list[dict]:
    """The messages that are told: an older one has no sender, or is an error that says it was deleted."""
    return [m for m in members(_listed(conversation)) if text(m.get("id")) and text(member(m, "from", "id"))]


def _people(conversation: Mapping) -> list[dict]:
    return members(member(conversation, "participants", "data"))


def _time(value: Mapping, name: str) -> datetime | None:
    return parse_time(text(value.get(name)) or "")[0]


def _conversation(conversation: Mapping, page_id: str | None, options: Mapping) -> Conversation:
    times = sorted(at for m in _messages(conversation) if (at := _time(m, "created_time")))
    tags = tuple(options.get("hashtags") or ())
    names = [text(p.get("name")) or "" for p in _people(conversation) if p.get("id") != page_id]
    return Conversation(
        key=text(conversation.get("id")) or "",
        title=", ".join(filter(None, names)),
        first=None,  # older messages may not be shown
        last=times[-1] if times else None,
        message_count=len(_messages(conversation)),
        has_hashtag=bool(tags)
        and any(has_hashtag(text(m.get("message")) or "", (), tags) for m in _messages(conversation)),
    )


def _items(page: object, options: Mapping) -> Iterator[Item]:
    if not isinstance(member(page, "data"), list):
        raise Unreadable("wrong_shape", str(member(page, "error", "type") or "no data")[:100])
    page_id = text(member(page, "page_id"))
    for conversation in page["data"]:
        if not isinstance(conversation, dict) or text(conversation.get("id")) is None:
            yield odd({"size": len(canonical(conversation))}, "wrong_shape", "no conversation")
        elif conversation.get("chosen") is True or chosen([_conversation(conversation, page_id, options)], options):
            yield from _said_in(conversation, page_id, options)


def _said_in(conversation: Mapping, page_id: str | None, options: Mapping) -> Iterator[Item]:
    seen: Counter = Counter()
    for place, message in enumerate(reversed(_messages(conversation))):  # the newest stands first
        said = _said(message)
        key = identity(said)
        native_id = numbered(key, seen[key])
        seen[key] += 1
        context = {"page_id": page_id, "conversation": conversation["id"], "native_id": native_id, "place": place}
        if is_since(said.at, options):
            yield Item(message["id"], canonical(_told(message)), MEDIA_TYPE, context)


def _said(message: Mapping) -> Said:
    """The API tells seconds, exports milliseconds: `identity` compares the seconds."""
    at, zone = parse_time(text(message.get("created_time")) or "")
    sender = text(member(message, "from", "name")) or ""
    return Said(sender, text(message.get("message")) or "", at, zone, int(at.timestamp()) * 1000 if at else 0)

"""What X tells of posts that are gone or changed: results of batch compliance jobs, messages of compliance streams.

    {"id": "…", "action": "delete", "created_at": …, "redacted_at": …, "reason": "deleted"}
    {"data": {"delete": {"tweet": {"id": "…", "author_id": "…"}, "event_at": "…"}}}
    {"data": {"tweet_edit": {"tweet": {…}, "initial_tweet_id": "…", "edit_tweet_ids": ["…"], "event_at": "…"}}}

Source: github.com/xdevplatform/docs, openapi.json 2.167 and its pages on batch compliance, which keep the name tweet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tasks.channels import Item, Message, Unreadable
from tasks.sources.api_pages import MEDIA_TYPE, canonical, text
from tasks.text.dates import parse_time

# What a stream tells, alone below its name; post_… should they be renamed as the rest of the API was.
_STREAM = frozenset(
    "delete post_delete tweet_edit post_edit withheld drop undrop takedown tweet_takedown post_takedown".split()
)


def notice(line: object) -> tuple[str, Mapping] | None:
    """(what happened, to what) if a JSON value is one of these; delete is the action that takes a post away."""
    if not isinstance(line, dict):
        return None
    if text(line.get("action")) and text(line.get("id")):
        return line["action"], line
    name = next(iter(line), "") if len(line) == 1 else ""
    return (name.rpartition("_")[2], line[name]) if name in _STREAM and isinstance(line[name], dict) else None


def item(line: Mapping) -> Item:
    """A notice as it came."""
    payload = canonical(line)
    return Item(f"notice:{hashlib.sha256(payload).hexdigest()}", payload, MEDIA_TYPE)


def deletion(post_id: str, at: str | None) -> Item:
    """A post of which an archive says that it was deleted, as batch compliance would say it. at: ISO."""
    line = {"action": "delete", "id": post_id, "reason": "deleted"}
    return item(line | ({"redacted_at": at} if at else {}))


def message(item: Item, action: str, told: Mapping) -> Message:
    """No words: a deletion by the post's id, anything else by an id of its own. Unreadable: a deletion of nothing."""
    post = next((told[name] for name in ("tweet", "post") if isinstance(told.get(name), dict)), told)
    is_gone = action == "delete"
    if is_gone and not text(post.get("id")):
        raise Unreadable("wrong_shape", "no id")
    at, zone = parse_time(text(told.get("event_at")) or text(told.get("redacted_at")) or "")
    return Message(
        namespace="x",
        native_id=post["id"] if is_gone else item.item_id,
        channel="x_hashtag",
        body="",
        author_id=text(post.get("author_id")),
        versions=chain(told.get("edit_tweet_ids") or told.get("edit_post_ids")),
        posted_at=at,
        revised_at=at,
        zone=zone,
        set_aside="deleted" if is_gone else "system_message",
    )


def chain(ids: object) -> tuple[str, ...]:
    """Ids of all versions of a post, oldest first, where there are several."""
    versions = tuple(i for i in ids if text(i)) if isinstance(ids, list) else ()
    return versions if len(versions) > 1 else ()

"""Posts of an archive of X: which belong to the call, and each in the shape that the search gives."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from tasks.channels import Item, Unreadable
from tasks.conversations import is_since
from tasks.sources import x_archive, x_compliance
from tasks.sources.api_pages import MEDIA_TYPE, canonical, member, members, text, unknown, without
from tasks.text.dates import parse_time
from tasks.text.normalise import has_hashtag

_VOLATILE = frozenset(["favorite_count", "retweet_count", "favorited", "retweeted"])
_KNOWN = _VOLATILE | frozenset(
    (
        "id id_str full_text text created_at entities extended_entities edit_info in_reply_to_status_id"
        " in_reply_to_status_id_str in_reply_to_user_id in_reply_to_user_id_str in_reply_to_screen_name lang"
        " source truncated display_text_range possibly_sensitive coordinates geo place contributors scopes"
        " withheld_in_countries withheld_copyright withheld_scope deleted_at"
    ).split()
)
_POST_LINK = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/\w{1,20}/status/(\d{1,20})\b", re.ASCII)
_MENTIONS = re.compile(r"(?:@\w{1,15}\s+)*", re.ASCII)
_ALIKE = 40  # characters that a long post and its cut version have in common, at least where both have them


def cut(path: Path, options: Mapping) -> tuple[list[Item], int]:
    """Items of an archive: posts that carry one of `hashtags`, from `opens` on, and deletions; how many are left out.

    Raises Unreadable as x_archive.read does. A damaged file inside is an item with a problem.
    """
    pieces = x_archive.read(path, ("tweet", "community-tweet", "deleted-tweet"), ("note-tweet", "account"))
    tweets = [tweet for kind in ("tweet", "community-tweet") for tweet in pieces.of(kind)]
    parents = {i: text(tweet.get("in_reply_to_status_id_str")) for tweet in tweets if (i := _id(tweet))}
    first = {i: ids[0] for tweet in tweets if (i := _id(tweet)) and (ids := _versions(tweet))}
    notes = _by_second(pieces.of("note-tweet"))
    items, gone = [], [tweet for tweet in pieces.of("deleted-tweet") if is_since(_at(tweet), options)]
    for tweet in tweets:
        note = _note_of(tweet, notes)
        if _belongs(tweet, note, options):
            conversation = conversation_of(_id(tweet) or "", parents)
            context = {"archive": first.get(conversation, conversation), "author": pieces.owner}
            items.append(_item(tweet, note, context))
    left = len(tweets) - len(items) + len(pieces.of("deleted-tweet")) - len(gone)
    items += [x_compliance.deletion(i, _iso(tweet.get("deleted_at"))) for tweet in gone if (i := _id(tweet))]
    items += [Item(f"file:{d.mark}", None, "text/javascript", {}, None, d.problem, d.name) for d in pieces.damaged]
    return items, left


def as_post(told: Mapping, context: Mapping) -> dict:
    """An item's payload with the names that the search gives. An archive's posts do not say whose they are."""
    tweet, core = told.get("tweet"), _core(told.get("noteTweet"))
    if not isinstance(tweet, dict):
        raise Unreadable("wrong_shape", "no tweet")
    entities = tweet.get("entities")
    urls = [{k: u.get(k) for k in ("url", "expanded_url")} for u in members(member(entities, "urls"))]
    parents = [{"type": "replied_to", "id": tweet.get("in_reply_to_status_id_str")}]
    parents += [{"type": "quoted", "id": quoted}] if (quoted := _quoted(_words(tweet), urls)) else []
    post = {
        "id": _id(tweet),
        "author_id": member(context, "author", "id"),
        "text": _words(tweet),
        "created_at": tweet.get("created_at"),
        "conversation_id": context.get("archive"),
        "entities": {"hashtags": [{"tag": tag} for tag in _tags(entities)], "urls": urls},
        "edit_history_post_ids": _versions(tweet),
        "referenced_posts": [parent for parent in parents if text(parent["id"])],
    }
    note = {"text": core["text"], "entities": {"hashtags": [{"tag": t} for t in _tags(core)]}} if core else None
    return post | ({"note_post": note} if note else {})


def drift(told: Mapping) -> tuple[str, ...]:
    """Flags for fields that nobody knows yet: the format has changed."""
    return unknown(told["tweet"], _KNOWN)


def conversation_of(tweet_id: str, parents: Mapping[str, str]) -> str:
    """The first post of a thread of one's own. parents: id → the id it replies to, of one's own posts."""
    seen = {tweet_id}
    while (above := parents.get(tweet_id)) in parents and above not in seen:
        tweet_id = above
        seen.add(above)
    return tweet_id


def _item(tweet: Mapping, note: Mapping | None, context: Mapping) -> Item:
    payload = canonical({"tweet": without(tweet, _VOLATILE)} | ({"noteTweet": note} if note else {}))
    return Item(_id(tweet) or hashlib.sha256(payload).hexdigest(), payload, MEDIA_TYPE, context)


def _belongs(tweet: Mapping, note: Mapping | None, options: Mapping) -> bool:
    core, wanted = _core(note) or {}, options.get("hashtags")
    said = html.unescape(f"{_words(tweet)}\n{core.get('text', '')}")
    tags = (*_tags(tweet.get("entities")), *_tags(core))
    return is_since(_at(tweet), options) and (not wanted or has_hashtag(said, tags, wanted))


def _by_second(notes: Iterable[Mapping]) -> dict[datetime, list[Mapping]]:
    found: dict[datetime, list[Mapping]] = {}
    for note in notes:
        if at := parse_time(text(note.get("createdAt")) or "")[0]:
            found.setdefault(at.replace(microsecond=0), []).append(note)
    return found


def _note_of(tweet: Mapping, notes: Mapping[datetime, list[Mapping]]) -> Mapping | None:
    """The long post that a cut one is the beginning of: written in the same second, and beginning as it does."""
    near = notes.get(_at(tweet), ()) if notes else ()
    return next((note for note in near if _is_start_of(_words(tweet), (_core(note) or {}).get("text", ""))), None)


def _at(tweet: Mapping) -> datetime | None:
    return parse_time(text(tweet.get("created_at")) or "")[0]


def _iso(told: object) -> str | None:
    at = parse_time(text(told) or "")[0]
    return at.isoformat() if at else None


def _id(tweet: Mapping) -> str | None:
    return text(tweet.get("id_str")) or text(tweet.get("id"))


def _words(tweet: Mapping) -> str:
    return text(tweet.get("full_text")) or text(tweet.get("text")) or ""


def _tags(of: object) -> list[str]:
    """{"hashtags": [{"text": …}]} → […], of a post's entities or of a long post's core."""
    tags = (text(h.get("text")) or text(h.get("tag")) for h in members(member(of, "hashtags")))
    return [tag for tag in tags if tag]


def _versions(tweet: Mapping) -> list[str]:
    """Ids of all versions, oldest first; [] where the archive is too old to tell."""
    info = tweet.get("edit_info")
    ids = member(info, "initial", "editTweetIds") or member(info, "edit", "editControlInitial", "editTweetIds")
    return [i for i in ids if text(i)] if isinstance(ids, list) else []


def _quoted(body: str, urls: list[dict]) -> str | None:
    """The post that the last link of a text leads to: that is how a quote stands in an archive."""
    last = next((u for u in reversed(urls) if text(u["url"]) and body.rstrip().endswith(u["url"])), None)
    found = _POST_LINK.match(text(last["expanded_url"]) or "") if last else None
    return found[1] if found else None


def _core(note: object) -> Mapping | None:
    """Where a long post's text stands; older archives call it otherwise."""
    cores = (member(note, name) for name in ("core", "noteTweetContents", "noteTweetResults"))
    return next((core for core in cores if text(member(core, "text"))), None)


def _is_start_of(body: str, whole: str) -> bool:
    """Whether a cut text is the beginning of a long one; mentions in front stand in one of them only."""
    ours, theirs = (_MENTIONS.sub("", told, count=1) for told in (body, whole))
    beginning = ours.partition("…")[0].partition(" https://t.co/")[0][:_ALIKE].rstrip()
    return bool(beginning) and theirs.startswith(beginning)

"""Channel youtube: comments under listed videos, such as the author's own call.

What     GET /youtube/v3/commentThreads?part=snippet,replies&videoId&order=time&maxResults=100, and /comments?parentId
         for the replies that a thread does not carry. One file = one answer, or JSON Lines with an answer a line.
Access   an API key, by the name of its environment variable in key_env; one unit of 10,000 a day per answer.
Settings videos = ["<id or address>", …]; key_env = "YOUTUBE_KEY"; needs_hashtag = false: under a video that is itself
         the call every comment is meant for it; true under any other (what is set when a comment lands stays with it).
         text_format = "plainText" for files that were asked for so. api = "https://www.googleapis.com".
Identity namespace youtube, the comment's id (a reply's is PARENT.CHILD). An edit keeps it; updatedAt tells the
         revision. A person is the channel id; display names change.
Cursor   none that could be trusted: order=time is by creation, so edits and replies of old threads show in a whole
         walk only. Every pull walks every video, with a span or without; the cursor remembers how many threads there
         were.
Quirks   textOriginal may be missing for other people's comments; textDisplay is HTML unless plainText was asked, which
         pull does and marks in the file's name. etag and likeCount change by themselves.
         403 is commentsDisabled (one video) or quotaExceeded (all).
Unseen   deletions. Never asked the live service; built from developers.google.com/youtube/v3/docs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.http import RateLimited, Unreachable
from tasks.live import Well
from tasks.sources.api_pages import (
    JSON_FILES,
    MEDIA_TYPE,
    Page,
    Refused,
    ask,
    cut_pages,
    each,
    member,
    members,
    odd,
    read,
    text,
    unknown,
    walk,
    without,
)
from tasks.sources.json_value import canonical
from tasks.text.dates import parse_time
from tasks.text.html import readable

NAMESPACE = "youtube"
FILES = JSON_FILES
API = "https://www.googleapis.com"
PLAIN = ".plain.json"  # how a file says that textFormat=plainText was asked

# Of a comment's snippet: counters, what the asking account may do, pictures; names and places go to the context.
VOLATILE = frozenset(
    (
        "likeCount viewerRating canRate moderationStatus authorProfileImageUrl authorDisplayName"
        " authorChannelUrl videoId channelId"
    ).split()
)
_KNOWN = frozenset(["textOriginal", "textDisplay", "authorChannelId", "publishedAt", "updatedAt", "parentId"])
_VIDEO = re.compile(r"(?:.*(?:[?&]v=|youtu\.be/|/shorts/|/live/))?([\w-]{11})(?:[?&#].*)?", re.ASCII)
_QUOTA = frozenset(("quotaExceeded", "rateLimitExceeded", "dailyLimitExceeded", "userRateLimitExceeded"))
_OF_ONE_VIDEO = {"commentsDisabled": "comments_off", "videoNotFound": "video_gone"}


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved answers among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item per comment and reply, without counters; its video, writer's name and format as context.

    Raises Unreadable: empty, json_broken, wrong_shape (an error answer, or none of this API).
    """
    is_plain = path.name.endswith(PLAIN) or options.get("text_format") == "plainText"
    around = {"is_plain": is_plain, "needs_hashtag": bool(options.get("needs_hashtag", False))}
    return cut_pages(path, lambda page: [_item(comment, around) for comment in _comments(page)])


def conform(item: Item) -> Message:
    """One comment → one message; Unreadable if it has no id, writer or text."""
    comment, context = read(item), dict(item.context)
    native_id, snippet = text(comment.get("id")), comment.get("snippet")
    author = text(member(snippet, "authorChannelId", "value"))
    if native_id is None or author is None:
        raise Unreadable("wrong_shape", "no id or authorChannelId")
    body = _words(snippet, context["is_plain"])
    if not body.strip():
        raise Unreadable("no_text", native_id)
    posted_at, zone = parse_time(text(snippet.get("publishedAt")) or "")
    parent, video = text(snippet.get("parentId")), text(context.get("video"))
    return Message(
        namespace=NAMESPACE,
        native_id=native_id,
        channel="youtube",
        body=body,
        author_id=author,
        author_name=text(context.get("name")),
        conversation_id=parent or native_id,
        in_reply_to=parent,
        posted_at=posted_at,
        revised_at=parse_time(text(snippet.get("updatedAt")) or "")[0],
        zone=zone,
        url=f"https://www.youtube.com/watch?v={video}&lc={native_id}" if video else None,
        needs_hashtag=context["needs_hashtag"],
        flags=unknown(snippet, _KNOWN),
    )


def pull(well: Well) -> Mapping:
    """Every comment and reply of the listed videos; the new cursor. Raises NoSecret, RateLimited, Unreachable.

    A video whose comments are off, or that is gone, is told and holds up no other.
    """
    videos = list(map(_video_id, well.options.get("videos", ())))
    if not videos:
        raise Unreachable("option_missing", "[channels.youtube] videos")
    key = well.secret("key_env")
    return each(well, videos, lambda video, cursor: _walked(well, key, video, cursor))


def _walked(well: Well, key: str, video: str, cursor: Mapping) -> Mapping:
    params = {"part": "snippet,replies", "videoId": video, "order": "time"}
    threads: list[dict] = []
    try:
        for page in _pages(well, key, "commentThreads", params, video):
            threads += page
    except Refused as refused:
        reason = _reason(refused)
        if reason not in _OF_ONE_VIDEO:
            raise
        well.tell(_OF_ONE_VIDEO[reason], video)
        return dict(cursor)
    for thread in filter(_is_short, threads):
        _walk_replies(well, key, video, thread)
    if not threads and (not cursor or cursor.get("threads")):
        well.tell("nothing_found", video)
    return {"threads": len(threads)}


def _walk_replies(well: Well, key: str, video: str, thread: Mapping) -> None:
    """Keep all replies of a thread; one that was deleted since its page came has none."""
    try:
        for _ in _pages(well, key, "comments", {"part": "snippet", "parentId": str(thread["id"])}, video):
            pass
    except Refused as refused:
        if refused.status != 404:
            raise


def _pages(well: Well, key: str, kind: str, params: Mapping, source: str) -> Iterator[list[dict]]:
    """Every page of an answer, kept; its items."""
    url = f"{well.options.get('api', API)}/youtube/v3/{kind}"
    read_items: list[dict] = []

    def page_after(token: str | None) -> Page:
        nonlocal read_items
        more = {"maxResults": "100", "textFormat": "plainText", "key": key} | ({"pageToken": token} if token else {})
        answer, value = _asked(well, url, {**params, **more})
        if not isinstance(member(value, "items"), list):
            raise Unreachable("answer_broken", source)
        well.keep(answer.content, PLAIN)
        read_items = members(value["items"])
        return Page(frozenset(i["id"] for i in read_items if text(i.get("id"))), text(value.get("nextPageToken")))

    for _ in walk(page_after, source):
        yield read_items


def _asked(well: Well, url: str, params: Mapping):
    try:
        return ask(well.http, url, params, {})
    except Refused as refused:
        if _reason(refused) in _QUOTA:
            raise RateLimited(url.split("/")[2], 0.0) from None
        raise


def _reason(refused: Refused) -> str | None:
    return next((text(error.get("reason")) for error in members(member(refused.said, "error", "errors"))), None)


def _is_short(thread: Mapping) -> bool:
    """Whether a thread has more replies than the answer carries."""
    told, carried = member(thread, "snippet", "totalReplyCount"), members(member(thread, "replies", "comments"))
    return isinstance(told, int) and told > len(carried)


def _video_id(told: str) -> str:
    found = _VIDEO.fullmatch(told.strip())
    if not found:
        raise Unreachable("option_missing", f"[channels.youtube] videos: {told}")
    return found[1]


def _comments(page: object) -> Iterator[tuple[object, str | None]]:
    """(comment, its video) of an answer of commentThreads or comments; a thread's own comment before its replies."""
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise Unreadable("wrong_shape", str(member(page, "error", "code") or "no items")[:100])
    for item in page["items"]:
        top = member(item, "snippet", "topLevelComment")
        video = text(member(item, "snippet", "videoId"))
        yield (item if top is None else top), video
        for reply in members(member(item, "replies", "comments")):
            yield reply, text(member(reply, "snippet", "videoId")) or video


def _item(found: tuple[object, str | None], around: Mapping) -> Item:
    comment, video = found
    native_id, snippet = text(member(comment, "id")), member(comment, "snippet")
    if native_id is None or not isinstance(snippet, dict):
        return odd(comment, "wrong_shape", "no comment")
    payload = canonical({"id": native_id, "snippet": without(snippet, VOLATILE)})
    context = {**around, "video": video, "name": text(snippet.get("authorDisplayName"))}
    updated = text(snippet.get("updatedAt"))
    return Item(f"{native_id}@{updated}" if updated else native_id, payload, MEDIA_TYPE, context)


def _words(snippet: Mapping, is_plain: bool) -> str:
    """What was written; of the two texts the original, where the API tells it."""
    if original := text(snippet.get("textOriginal")):
        return original
    shown = text(snippet.get("textDisplay")) or ""
    return shown if is_plain else readable(shown)

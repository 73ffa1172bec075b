"""Channel bluesky: posts that carry the call's hashtag, from app.bsky.feed.searchPosts.

What     GET /xrpc/app.bsky.feed.searchPosts?q=#<tag>&tag=<tag>&sort=latest&since&until&limit=100&cursor: an object with
         `posts`, newest first. One file = one answer, or JSON Lines with an answer a line.
Access   without login; a service may ask for one (then it answers 401 or 403, which is told). Logging in is a POST
         for a token of two hours, which this channel does not do: save answers to files then.
Settings api = "https://api.bsky.app"; overlap_days = 2: how far back every pull looks again.
Identity namespace bluesky, uri (at://did/app.bsky.feed.post/rkey); cid tells the revision; a person is the did, because
         handles change.
Cursor   newest sort time by tag, that is the earlier of createdAt and indexedAt; `since` includes, `until` excludes it.
         A cursor "may not scroll the whole set" (lexicon), so a walk that ends is asked on from its oldest post, until
         nothing new comes.
Quirks   createdAt is the writer's clock and may lie: after indexedAt it is not believed. Facets count UTF-8 bytes, and
         may lie outside the text, overlap or be empty. record.tags are hashtags that are not in the text. Clients
         shorten links in the text; the whole address stands in the facet and is put back.
Unseen   deletions; posts dated back further than the overlap. Never asked the live service; built from the lexicons
         of github.com/bluesky-social/atproto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.http import Unreachable
from tasks.live import Well
from tasks.sources.api_pages import (
    JSON_FILES,
    MEDIA_TYPE,
    Page,
    Seen,
    ask,
    call_tags,
    cut_pages,
    each,
    member,
    members,
    needed,
    newest,
    odd,
    read,
    scroll,
    text,
    unknown,
    without,
)
from tasks.sources.json_value import canonical
from tasks.text.dates import parse_time

NAMESPACE = "bluesky"
FILES = JSON_FILES
API = "https://api.bsky.app"
OVERLAP_DAYS = 2
LIMIT = 100  # the most that searchPosts gives
PERIOD = timedelta(milliseconds=1)  # what its times are told in

# Counters, what the asking account sees, and views that are made anew for every answer.
VOLATILE = frozenset(
    "replyCount repostCount likeCount quoteCount bookmarkCount viewer author embed labels threadgate debug".split()
)
_KNOWN = frozenset(["uri", "cid", "record", "indexedAt"])
_KNOWN_RECORD = frozenset("$type text createdAt facets langs tags reply embed labels entities via".split())
_TAG, _LINK = "app.bsky.richtext.facet#tag", "app.bsky.richtext.facet#link"


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved answers among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item per post, without counters and views; its author as context.

    Raises Unreadable: empty, json_broken, wrong_shape (an error answer, or none of this API).
    """
    return cut_pages(path, lambda page: map(_item, _posts(page)))


def conform(item: Item) -> Message:
    """One post → one message; Unreadable if it has no uri or text."""
    post = read(item)
    uri, record = needed(post, "uri"), post.get("record")
    words = member(record, "text")
    if not isinstance(words, str) or not words.strip():
        raise Unreadable("no_text", uri)
    did, rkey = _parts(uri)
    body, facet_flags = _whole_links(words, members(member(record, "facets")))
    posted_at, zone, clock_flags = _time(post)
    return Message(
        namespace=NAMESPACE,
        native_id=uri,
        channel="bluesky",
        body=body,
        author_id=did,
        author_name=text(member(dict(item.context), "author", "displayName")),
        conversation_id=text(member(record, "reply", "root", "uri")) or uri,
        in_reply_to=text(member(record, "reply", "parent", "uri")),
        posted_at=posted_at,
        zone=zone,
        url=f"https://bsky.app/profile/{did}/post/{rkey}",
        hashtags=_hashtags(record),
        needs_hashtag=True,
        flags=(*facet_flags, *clock_flags, *unknown(post, _KNOWN), *unknown(record, _KNOWN_RECORD)),
    )


def pull(well: Well) -> Mapping:
    """Every post with the call's hashtags since the cursor, an overlap again; the new cursor. Raises Unreachable."""
    return each(well, call_tags(well.options), lambda tag, cursor: _searched(well, tag, cursor))


def _searched(well: Well, tag: str, cursor: Mapping) -> Mapping:
    known = parse_time(text(cursor.get("newest")) or "")[0]
    overlap = timedelta(days=well.options.get("overlap_days", OVERLAP_DAYS))
    since, seen = well.since or (known - overlap if known else None), {}
    scroll(lambda until, token: _page(well, tag, since, until, token, seen), seen, well.until, PERIOD)
    if not seen and not (well.since or well.until) and (not cursor or (known and overlap)):
        well.tell("nothing_found", f"#{tag}")
    last = newest(seen, known, well.now)
    return {"newest": last and _written(last)}


def _page(well: Well, tag: str, since, until, token: str | None, seen: Seen) -> Page:
    bounds = {"since": since and _written(since), "until": until and _written(until), "cursor": token}
    params = {"q": f"#{tag}", "tag": tag, "sort": "latest", "limit": str(LIMIT)}
    url = f"{well.options.get('api', API)}/xrpc/app.bsky.feed.searchPosts"
    answer, value = ask(well.http, url, params | {k: v for k, v in bounds.items() if v}, {})
    if not isinstance(member(value, "posts"), list):
        raise Unreachable("answer_broken", url.split("/")[2])
    well.keep(answer.content, ".json")
    found = {post["uri"]: _sort_time(post) for post in members(value["posts"]) if text(post.get("uri"))}
    seen.update(found)
    return Page(frozenset(found), text(value.get("cursor")))


def _sort_time(post: Mapping) -> datetime | None:
    times = [parse_time(text(told) or "")[0] for told in (member(post, "record", "createdAt"), post.get("indexedAt"))]
    return min([at for at in times if at], default=None)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _posts(page: object) -> list:
    if isinstance(page, dict) and isinstance(page.get("posts"), list):
        return page["posts"]
    raise Unreadable("wrong_shape", str(member(page, "error") or "no posts")[:100])


def _item(post: object) -> Item:
    uri = text(member(post, "uri"))
    if uri is None:
        return odd(post, "wrong_shape", "no uri")
    author = {name: member(post, "author", name) for name in ("did", "handle", "displayName")}
    author = {name: value for name, value in author.items() if isinstance(value, str)}
    cid = text(post.get("cid"))
    return Item(f"{uri}@{cid}" if cid else uri, canonical(without(post, VOLATILE)), MEDIA_TYPE, {"author": author})


def _parts(uri: str) -> tuple[str, str]:
    """at://did:plc:abc/app.bsky.feed.post/3k… → did and record key; Unreadable for any other address."""
    scheme, _, rest = uri.partition("://")
    did, *middle, rkey = rest.split("/")
    if scheme != "at" or not did.startswith("did:") or middle != ["app.bsky.feed.post"] or not rkey:
        raise Unreadable("wrong_shape", "uri")
    return did, rkey


def _time(post: Mapping) -> tuple[datetime | None, str, tuple[str, ...]]:
    """When it was written, by the writer's clock unless that is missing or ahead of the server's."""
    created_at, zone = parse_time(text(member(post, "record", "createdAt")) or "")
    indexed_at, indexed_zone = parse_time(text(post.get("indexedAt")) or "")
    if indexed_at and (created_at is None or created_at > indexed_at):
        return indexed_at, indexed_zone, ("clock_wrong",)
    return created_at, zone, ()


def _hashtags(record: object) -> tuple[str, ...]:
    """Tags of the text and those beside it, without empty ones."""
    extra = member(record, "tags")
    features = (f for facet in members(member(record, "facets")) for f in members(facet.get("features")))
    tags = [feature.get("tag") for feature in features if feature.get("$type") == _TAG]
    tags += extra if isinstance(extra, list) else []
    return tuple(dict.fromkeys(tag for tag in tags if isinstance(tag, str) and tag.strip()))


def _whole_links(words: str, facets: list[dict]) -> tuple[str, tuple[str, ...]]:
    """The text with whole addresses where a client shortened them, and a flag if a facet fits no text."""
    data, flags = words.encode("utf-8", "surrogatepass"), set()
    ends = len(data)
    for start, end, facet in sorted(map(_range, facets), key=lambda told: told[:2], reverse=True):
        link = next((f.get("uri") for f in members(facet.get("features")) if f.get("$type") == _LINK), None)
        if not (0 <= start < end <= len(data) and _is_character(data, start) and _is_character(data, end)):
            flags.add("facet_out_of_range")
        elif isinstance(link, str) and link.startswith(("https://", "http://")) and end <= ends:
            data, ends = data[:start] + link.encode("utf-8", "surrogatepass") + data[end:], start
    return data.decode("utf-8", "surrogatepass"), tuple(flags)


def _range(facet: Mapping) -> tuple[int, int, Mapping]:
    """Bytes of a facet, -1 where it does not tell."""
    told = (member(facet, "index", "byteStart"), member(facet, "index", "byteEnd"))
    start, end = (n if type(n) is int else -1 for n in told)
    return start, end, facet


def _is_character(data: bytes, at: int) -> bool:
    """Whether a character begins here, or the text ends."""
    return at == len(data) or data[at] & 0xC0 != 0x80

"""Channel x_hashtag: posts on X that carry the call's hashtag, by the search API v2, from an archive, or taken back.

What     GET /2/tweets/search/recent and /search/all; query `(#a OR #b) -is:retweet`. One file = one page, a list of
         pages, or JSON Lines with a page a line. Also the archive of one's own data (ZIP, or unzipped), and what was
         deleted: results of batch compliance jobs and messages of compliance streams, as JSON Lines.
Access   bearer token of an app; recent search reaches back 7 days, all search to 2006 at a request a second.
Settings token_env = "…"; endpoint = "recent" | "all"; spelling = "post" | "tweet" (without it both are tried);
         overlap_hours = 24: how far back every pull looks again (what is read is billed); api = "https://api.x.com".
Identity namespace x, the first id of the edit history; every edit is a post id of its own. The same post by search and
         by archive is one.
Scope    of an archive: posts that carry the hashtag, from `opens` on. The rest is counted as outside, never kept.
Deleted  by file only. `action: delete` of batch compliance, whatever its reason, a stream's `delete`, and an archive's
         deleted-tweets.js (its ids and times, not its texts): the post leaves the counts for good. Whoever un-protects
         or un-suspends an account does not bring it back. scrub_geo, withheld, drop, undrop are kept and change
         nothing: places are not asked for nor used, and `drop` may be undone. That search says not-found is no proof.
Quirks   2026-08: OpenAPI 2.167 renamed tweet to post in field names (note_tweet -> note_post …). Streams and older
         files keep the old names, so both are read.
         Long posts: `text` is cut, the whole text and its hashtags stand in note_* only. In an archive it stands in
         note-tweet.js, without the post's id: found by second and beginning.
         A page without hits has no `data`; posts that are gone are told in `errors` of a 200.
Unseen   deletions that nobody tells by a file. Never asked the live service.
Source   github.com/xdevplatform/docs, openapi.json 2.165 and 2.167; archives: see tasks/sources/x_archive.py.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.live import Well
from tasks.sources import x_archive, x_archive_posts, x_compliance, x_search
from tasks.sources.api_pages import JSON_FILES, member, read, unknown, utf8
from tasks.sources.json_value import canonical, loads, parsed
from tasks.text.dates import parse_time

NAMESPACE = "x"
FILES = (*JSON_FILES, *x_archive.FILES)
LINES = (".jsonl", ".ndjson")
MEDIA_TYPE = "application/json"

# What a thing is called since OpenAPI 2.167, and before.
SPELLINGS = {
    "note": ("note_post", "note_tweet"),
    "referenced": ("referenced_posts", "referenced_tweets"),
    "edit_history": ("edit_history_post_ids", "edit_history_tweet_ids"),
    "included": ("posts", "tweets"),
}

# Counters that change with every reading; never kept.
VOLATILE = frozenset(
    "public_metrics non_public_metrics organic_metrics promoted_metrics suggested_source_links_with_counts".split()
)
VOLATILE_EDIT_CONTROLS = frozenset({"edits_remaining", "is_edit_eligible"})

USED = frozenset(["id", "author_id", "text", "created_at", "conversation_id", "entities"]).union(
    *(SPELLINGS[name] for name in ("note", "referenced", "edit_history"))
)
# Known and of no use here: who may answer, what X guesses a post is about, where it was written, attached media.
IGNORED = frozenset(
    (
        "article article_title attachments card_uri community_id context_annotations display_text_range"
        " edit_controls geo in_reply_to_user_id lang matched_media_notes media_metadata"
        " note_request_suggestions paid_partnership possibly_sensitive reply_settings scopes source"
        " suggested_source_links username withheld"
    ).split()
)
_KNOWN = USED | IGNORED

_HANDLE = re.compile(r"\w{1,15}", re.ASCII)
_LAST_LINK = re.compile(r"\s*https://t\.co/\w+\s*$", re.ASCII)


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved pages and archives among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item per post of `data`: the post without its counters, keys sorted; its author and parents as context.
    One per deletion; of an archive those that belong to the call.

    Raises Unreadable for a file that is no JSON, or one answer that is an error; among several pages a bad one is an
    item with a problem, and so is a damaged file inside an archive.
    """
    if x_archive.is_archive(path):
        yield from x_archive_posts.cut(path, options)[0]
        return
    for where, page in _pages(path):
        try:
            yield from _told(parsed(page) if isinstance(page, bytes) else page)
        except Unreadable as error:
            if not where:
                raise
            raw = page if isinstance(page, bytes) else canonical(page)
            item_id = "page:" + hashlib.sha256(raw).hexdigest()
            yield Item(item_id, raw, MEDIA_TYPE, {"file": path.name}, None, error.problem, f"{where}: {error.detail}")


def outside(path: Path, options: Mapping) -> int:
    """How many posts of an archive `cut` leaves out with the same options. Raises Unreadable as `cut` does."""
    return x_archive_posts.cut(path, options)[1] if x_archive.is_archive(path) else 0


def pull(well: Well) -> Mapping:
    """Every post with the call's hashtags since the cursor; the new cursor. Raises NoSecret, Unreachable."""
    return x_search.search(well)


def conform(item: Item) -> Message:
    """One post -> one message in the writer's own words; Unreadable if it has no id, author or text.

    What compliance tells is a message without words: a deletion by the post's id, anything else by an id of its own.
    """
    told = read(item)
    if notice := x_compliance.notice(told):
        return x_compliance.message(item, *notice)
    is_archived = "archive" in item.context
    post = x_archive_posts.as_post(told, item.context) if is_archived else told
    post_id, author_id = _native_id(post, "id"), _native_id(post, "author_id")
    note = _dict(_either(post, "note"))
    text = note.get("text") or post.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Unreadable("no_text", post_id)
    parents = {_text(p.get("type")): _text(p.get("id")) for p in _dicts(_either(post, "referenced"))}
    # A version tells its own time only, so the first one's is unknown once a post was edited (within 30 minutes).
    revised_at, zone = parse_time(str(post.get("created_at") or ""))
    author = _dict(item.context.get("author"))
    return Message(
        namespace=NAMESPACE,
        native_id=_first_version(post) or post_id,
        channel="x_hashtag",
        body=_own_words(text, parents.get("quoted"), post, note),
        author_id=author_id,
        author_name=_text(author.get("name")),
        versions=x_compliance.chain(_either(post, "edit_history")),
        conversation_id=_text(post.get("conversation_id")),
        in_reply_to=parents.get("replied_to"),
        posted_at=revised_at,
        revised_at=revised_at,
        zone=zone,
        url=_permalink(author.get("username"), post_id),
        links=_links(post, note),
        hashtags=_hashtags(post, note),
        needs_hashtag=True,
        truncated=not note and text.endswith("…"),
        flags=x_archive_posts.drift(told) if is_archived else unknown(post, _KNOWN),
        set_aside="repost" if "retweeted" in parents or text.startswith("RT @") else None,
    )


def _pages(path: Path) -> Iterator[tuple[str, bytes | dict]]:
    """(where, page) of a file; `where` is empty if the file is one page and nothing but that."""
    data = utf8(path.read_bytes())
    if path.suffix.lower() in LINES or _is_lines(data):
        yield from ((f"line {n}", line) for n, line in enumerate(io.BytesIO(data), 1) if line.strip())
        return
    page = parsed(data)
    if isinstance(page, list):
        yield from ((f"page {n}", each) for n, each in enumerate(page, 1))
    else:
        yield "", page


def _is_lines(data: bytes) -> bool:
    """True if the first line is JSON by itself and more follow, whatever the file is called."""
    first, _, more = data.lstrip().partition(b"\n")
    if not more.strip():
        return False
    try:
        return isinstance(loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _told(page: object) -> Iterator[Item]:
    """The posts of a page, or what a line of compliance says."""
    for line in (page, member(page, "data")):
        if x_compliance.notice(line):
            return iter([x_compliance.item(line)])
    return _posts(page)


def _posts(page: object) -> Iterator[Item]:
    """The posts of one answer; Unreadable if it is an error or no answer of this API."""
    if not isinstance(page, dict):
        raise Unreadable("wrong_shape", "not a page")
    posts = page.get("data")
    if posts is None:
        return _nothing(page)
    includes = _dict(page.get("includes"))
    users = {_text(u.get("id")): _card(u) for u in _dicts(includes.get("users"))}
    writers = {_text(p.get("id")): p.get("author_id") for p in _dicts(_either(includes, "included"))}
    return (_item(post, users, writers) for post in (posts if isinstance(posts, list) else [posts]))


def _nothing(page: dict) -> Iterator[Item]:
    """No `data`: no hits, or only posts that are gone; anything else is an error answer, told by its title."""
    title = page.get("title") or page.get("message")
    if title or not ("meta" in page or "errors" in page):
        raise Unreadable("wrong_shape", str(title or "neither data nor meta"))
    return iter(())


def _item(post: object, users: Mapping, writers: Mapping) -> Item:
    if not isinstance(post, dict):
        payload = canonical(post)
        return Item(_digest(payload), payload, MEDIA_TYPE, problem="wrong_shape", detail="not a post")
    kept = {k: v for k, v in post.items() if k not in VOLATILE}
    if isinstance(controls := kept.get("edit_controls"), dict):
        kept["edit_controls"] = {k: v for k, v in controls.items() if k not in VOLATILE_EDIT_CONTROLS}
    payload = canonical(kept)
    context = {}
    if author := users.get(_text(post.get("author_id"))):
        context["author"] = author
    if parents := _dicts(_either(post, "referenced")):
        context["referenced"] = [_parent(p, writers) for p in parents]
    post_id = post.get("id")
    return Item(post_id if post_id and isinstance(post_id, str) else _digest(payload), payload, MEDIA_TYPE, context)


def _card(user: dict) -> dict:
    return {k: user[k] for k in ("id", "username", "name") if k in user}


def _parent(parent: dict, writers: Mapping) -> dict:
    return {"id": parent.get("id"), "author_id": writers.get(_text(parent.get("id")))}


def _own_words(text: str, quoted: str | None, post: dict, note: dict) -> str:
    """HTML entities undone once; the link that stands for a quoted post cut off."""
    if quoted and (link := _LAST_LINK.search(text)) and _leads_to(link.group().strip(), quoted, post, note):
        text = text[: link.start()]
    return html.unescape(text) if "&" in text else text


def _leads_to(link: str, post_id: str, post: dict, note: dict) -> bool:
    """True if the link is told to lead to that post; True too if nothing is told of it: X puts it there."""
    told = {_text(u.get("url")): u.get("expanded_url") for u in _entities(post, "urls") + _entities(note, "urls")}
    return link not in told or f"/status/{post_id}" in str(told[link])


def _hashtags(post: dict, note: dict) -> tuple[str, ...]:
    tags = [h.get("tag") for h in _entities(post, "hashtags") + _entities(note, "hashtags")]
    return tuple(dict.fromkeys(tag for tag in tags if isinstance(tag, str)))


def _links(post: dict, note: dict) -> tuple[str, ...]:
    """Where its t.co addresses lead, as X tells."""
    told = [_text(u.get("expanded_url")) for u in _entities(post, "urls") + _entities(note, "urls")]
    return tuple(dict.fromkeys(link for link in told if link))


def _entities(of: dict, kind: str) -> list[dict]:
    return _dicts(_dict(of.get("entities")).get(kind))


def _first_version(post: dict) -> str | None:
    history = _either(post, "edit_history")
    return history[0] if isinstance(history, list) and history and isinstance(history[0], str) else None


def _native_id(post: dict, name: str) -> str:
    """An id as text: tools that save it as a number round off its last digits."""
    value = post.get(name)
    if not value or not isinstance(value, str):
        raise Unreadable("wrong_shape", f"no {name}")
    return value


def _permalink(username: object, post_id: str) -> str | None:
    if not (post_id.isascii() and post_id.isdigit()):
        return None
    known = isinstance(username, str) and _HANDLE.fullmatch(username)
    return f"https://x.com/{username if known else 'i/web'}/status/{post_id}"


def _either(of: dict, name: str) -> object:
    new, old = SPELLINGS[name]
    return of[new] if new in of else of.get(old)


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()

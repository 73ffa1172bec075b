"""note's own JSON: lists of a hashtag's or a creator's articles, and single articles, in both spellings (v3, v2).

No official interface. Fields change without notice, and most of them are counters and pictures: what is used is kept,
by name, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tasks.channels import Item, Unreadable
from tasks.text.dates import parse_time

if TYPE_CHECKING:
    from tasks.live import Well

KIND = "article"  # in the context, tells these items from entries of a feed
PAUSE = 1.0  # seconds between two articles
KNOWN = 5000  # keys that the cursor remembers

# snake_case in v3, camelCase in v2.
_KEPT = frozenset(
    "key name body publish_at publishAt price is_limited isLimited can_read canRead note_url noteUrl".split()
)
_TAGS = ("hashtag_notes", "hashtagNotes", "hashtags")


def articles(path: Path) -> Iterator[Item]:
    """One saved answer, or JSON Lines with an answer a line -> its articles; the shown name as context.

    Raises Unreadable: empty, json_broken, wrong_shape (an error answer, or none of these).
    """
    from tasks.sources.api_pages import cut_pages

    return cut_pages(path, lambda page: [_item(article, is_list) for article, is_list in _articles_of(page)])


def told(article: Mapping, name: str) -> object:
    """A field in either spelling: publish_at or publishAt."""
    first, *rest = name.split("_")
    return article.get(name, article.get(first + "".join(part.capitalize() for part in rest)))


def pull_articles(well: Well, base: str, tag: str, state: Mapping) -> Mapping:
    """Every article with a hashtag that is not known yet, in full; the new state {keys, whole}.

    Walks the list by time of publication, until a page of which every key is known. Articles that could not be fetched
    are told, and looked for again by a walk to the end. Raises Unreachable if the list could not be read.
    """
    keys = _new_keys(well, base, tag, state)
    fetched = _fetch_all(well, base, keys)
    if well.since or well.until:
        return state
    return {"keys": [*fetched, *state.get("keys", ())][:KNOWN], "whole": len(fetched) == len(keys)}


def _new_keys(well: Well, base: str, tag: str, state: Mapping) -> list[str]:
    from tasks.sources.api_pages import Page, ask, walk

    known = set() if well.since or well.until else set(state.get("keys", ()))
    found: dict[str, None] = {}

    def page_after(token: str | None) -> Page:
        number = int(token or 1)
        url = f"{base}/api/v3/hashtags/{quote(tag, safe='')}/notes"
        _, value = ask(well.http, url, {"order": "new", "page": str(number), "paid_only": "false"}, {})
        listed = _listed(value, url)
        found.update(dict.fromkeys(a["key"] for a in listed if a["key"] not in known and _is_within(well, a)))
        ids = frozenset(a["key"] for a in listed)
        is_enough = (state.get("whole") and ids <= known) or _is_before(well, listed)
        is_last = not listed or told(value["data"], "is_last_page") is not False
        return Page(ids, None if is_enough or is_last else str(number + 1))

    for _ in walk(page_after, f"#{tag}"):
        pass
    return list(found)


def _fetch_all(well: Well, base: str, keys: list[str]) -> list[str]:
    """Keep each article; the keys of those that came, or that are not there any more."""
    from tasks.http import Unreachable
    from tasks.sources.api_pages import Refused, ask

    for number, key in enumerate(keys):
        well.http.sleep(PAUSE)
        try:
            answer, _ = ask(well.http, f"{base}/api/v3/notes/{key}", {}, {})
            well.keep(answer.content, ".json")
        except Unreachable as error:
            if not (isinstance(error, Refused) and error.status in (404, 410)):
                well.tell(error.problem, error.detail)
                return keys[:number]
    return keys


def _listed(value: object, url: str) -> list[Mapping]:
    from tasks.http import Unreachable

    try:
        found = [article for article, _ in _articles_of(value)]
    except Unreadable:
        found = [None]
    if not all(isinstance(a, dict) and isinstance(a.get("key"), str) and a["key"].isalnum() for a in found):
        raise Unreachable("answer_broken", url.split("/")[2])
    return found


def _is_within(well: Well, article: Mapping) -> bool:
    at = _published(article)
    return at is None or not ((well.since and at < well.since) or (well.until and at >= well.until))


def _is_before(well: Well, listed: list[Mapping]) -> bool:
    times = [at for at in map(_published, listed) if at]
    return bool(well.since and times and max(times) < well.since)


def _published(article: Mapping):
    return parse_time(str(told(article, "publish_at") or ""))[0]


def _articles_of(page: object) -> Iterator[tuple[object, bool]]:
    """(article, whether it stands in a list, which cuts its text) of one answer."""
    data = page.get("data") if isinstance(page, dict) else None
    if not isinstance(data, dict):
        raise Unreadable("wrong_shape", "no data")
    if "key" in data:
        yield data, False
        return
    listed = data.get("notes", data.get("contents"))
    listed = listed.get("contents") if isinstance(listed, dict) else listed
    if not isinstance(listed, list):
        raise Unreadable("wrong_shape", "no notes")
    yield from ((article, True) for article in listed)


def _item(article: object, is_list: bool) -> Item:
    from tasks.sources.api_pages import MEDIA_TYPE, canonical, member, odd

    key = member(article, "key")
    if not isinstance(key, str) or not key:
        return odd(article, "wrong_shape", "no key")
    kept = {name: value for name, value in article.items() if name in _KEPT}
    kept["user"] = {"urlname": member(article, "user", "urlname")}
    kept["hashtags"] = [name for name in map(_tag_name, _tag_list(article)) if name]
    kept["is_list"] = is_list
    context = {"kind": KIND, "nickname": member(article, "user", "nickname")}
    return Item(key, canonical(kept), MEDIA_TYPE, context)


def _tag_list(article: Mapping) -> list:
    return next((article[name] for name in _TAGS if isinstance(article.get(name), list)), [])


def _tag_name(told_tag: object) -> str | None:
    from tasks.sources.api_pages import member

    name = member(told_tag, "hashtag", "name") or member(told_tag, "name") or told_tag
    return name.lstrip("#＃♯") if isinstance(name, str) else None

"""Announcements: "noteに書きました" and a link. The post leads to a submission, so it is no story of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.text.addresses import canonical, web_url
from tasks.text.normalise import match_key

BRIEF = 60  # comparable characters beside link and title: more may be a story of its own, so a person is asked
_ADDRESS = re.compile(r"https?://[!-~]+")
_TRAILING = ".,;:!?)]}>'\""
# 「○○さんのnoteがすごい」: somebody recommends what another wrote
_ANOTHERS = re.compile(r"(?:さん|様|氏|先生|ちゃん|くん|君)の(?:note|ノート|記事|ブログ|blog|投稿|文章)")


def address(url: object) -> str | None:
    """A web address as it is compared: canonical, without fragment, query of no use and closing slash."""
    if not web_url(url):
        return None
    plain = canonical(str(url)).partition("#")[0]
    return plain.rstrip("/?")


def leads_to(body: str, links: Iterable[str]) -> set[str]:
    """Addresses that a post leads to: those its channel tells, and those written in its text."""
    written = (found.rstrip(_TRAILING) for found in _ADDRESS.findall(body))
    return {found for found in map(address, (*links, *written)) if found}


@dataclass(frozen=True, slots=True)
class Post:
    """What of a submission tells whether it announces another."""

    body: str
    links: Sequence[str]
    url: str | None
    title: str | None
    namespace: str
    author: str | None


def announced(posts: Sequence[Post]) -> list[tuple[int, int, str]]:
    """(post, submission that it leads to, same or perhaps), by row; the first row stands for an address.

    Nobody announces what another account of the same place wrote: that is an answer or a recommendation.
    """
    homes: dict[str, int] = {}
    for row, post in enumerate(posts):
        if place := address(post.url):
            homes.setdefault(place, row)
    return [
        (row, target, _verdict(post.body, posts[target].title))
        for row, post in enumerate(posts)
        if len(post.links) or "://" in post.body
        for target in sorted({homes[place] for place in leads_to(post.body, post.links) if place in homes})
        if target != row and _may_announce(post, posts[target])
    ]


def _may_announce(post: Post, article: Post) -> bool:
    if post.namespace == article.namespace and post.author != article.author:
        return False
    return len(match_key(article.body)) > len(match_key(post.body))


def _verdict(body: str, title: str | None) -> str:
    said = match_key(body)
    if title and (name := match_key(title)):
        said = said.replace(name, "")
    return "same" if len(said) <= BRIEF and not _ANOTHERS.search(said) else "perhaps"

"""Announcements: "noteに書きました" and a link. The post leads to a submission, so it is no story of its own.

Nobody knows that the account on X and the one on note are one person's, so what decides is what would be lost. A post
that says no more than "I wrote this" holds nothing of its own: it joins its article silently, whoever sent it. One that
tells something beside, or recommends, may be another person's telling, and a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tasks.text.addresses import canonical, web_url
from tasks.text.normalise import match_key

BRIEF = 60  # comparable characters beside link, title and call: more may be a story of its own, so a person is asked
BESIDE = 20  # of these in sentences that do not announce; as in other texts, fewer are no evidence of a story
UNSAID = 10  # where no sentence announces: room for the name or service that a share button adds to a title
_ADDRESS = re.compile(r"https?://[!-~]+")
_TRAILING = ".,;:!?)]}>'\""
_SENTENCE = re.compile(r"[。.!?！？\s]+")  # on X a blank often stands for a full stop
# 「○○さんのnoteがすごい」: somebody recommends what another wrote
_ANOTHERS = re.compile(r"(?:さん|様|氏|先生|ちゃん|くん|君)の(?:note|ノート|記事|ブログ|blog|投稿|文章)")
# 「写真集になった話をnoteに書きました」「ブログ更新」「まとめてみた↓」: the first person, at the end of a sentence, after match_key
_WRITES = re.compile(
    r"(?:(?:書き|書いてみ|書いておき|まとめ|まとめてみ|(?:公開|更新|投稿|アップ|記事に|noteに|ブログに)し|載せ|綴り)(?:まし)?た"
    r"|書いた|綴った|(?:note|ノート|ブログ|記事|blog)を?更新)[よーwｗ笑、,:~↓→⇒▼)」]*$"
)
# 「仕事が来ました」「本が出たんです」: what happened is told in the past
_TELLS = re.compile(r"(?:た|んだ|いだ)(?:[のん]です|よ|ね|な|わ|ぞ|w|笑|[ー~…、)」])*$")


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


class Post(NamedTuple):
    """What of a submission tells whether it announces another."""

    body: str
    links: Sequence[str]
    url: str | None
    title: str | None
    namespace: str
    author: str | None


def announced(posts: Sequence[Post], call: Sequence[str] = ()) -> list[tuple[int, int, str]]:
    """(post, submission that it leads to, same or perhaps), by row; the first row stands for an address.

    Nobody announces what another account of the same place wrote: that is an answer or a recommendation. call: as
    comparable text, its own sentences.
    """
    homes: dict[str, int] = {}
    for row, post in enumerate(posts):
        if place := address(post.url):
            homes.setdefault(place, row)
    led = ((row, _target(row, posts, homes)) for row, post in enumerate(posts) if len(post.links) or "://" in post.body)
    return [(row, target, _verdict(posts[row], posts[target], call)) for row, target in led if target is not None]


def _target(row: int, posts: Sequence[Post], homes: Mapping[str, int]) -> int | None:
    """The one submission that a post leads to; who leads to several lists them and announces none."""
    post = posts[row]
    targets = {homes[place] for place in leads_to(post.body, post.links) if place in homes} - {row}
    return targets.pop() if len(targets) == 1 and _may_announce(post, posts[min(targets)]) else None


def _may_announce(post: Post, article: Post) -> bool:
    if post.namespace == article.namespace and post.author != article.author:
        return False
    return len(match_key(article.body)) > len(match_key(post.body))


def _verdict(post: Post, article: Post, call: Sequence[str]) -> str:
    sentences = [said for part in _sentences(post.body) if (said := _without(part, article.title, call))]
    whole = "".join(sentences)
    if len(whole) > BRIEF or _ANOTHERS.search(whole):
        return "perhaps"
    own = post.author is not None and post.author == article.author
    return "same" if own or _says_nothing_else(sentences) else "perhaps"


def _sentences(body: str) -> list[str]:
    return [match_key(part) for part in _SENTENCE.split(_ADDRESS.sub("\n", body))]


def _without(said: str, title: str | None, call: Sequence[str]) -> str:
    for part in (*filter(None, _sentences(title or "")), *call):
        said = said.replace(part, "")
    return said


def _says_nothing_else(sentences: Sequence[str]) -> bool:
    beside = [said for said in sentences if not _WRITES.search(said)]
    room = BESIDE if len(beside) < len(sentences) else UNSAID
    return sum(map(len, beside)) < room and not any(map(_TELLS.search, beside))

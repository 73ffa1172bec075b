"""Stories: what hangs together by links, after what people parted is apart. A function of sets alone: no order counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

PERSON = 2.0  # a person's link is stronger than any found


class Link(NamedTuple):
    """One link between two submission_ids, one < other. kind: exact prefix edited announcement person."""

    one: str
    other: str
    kind: str
    score: float
    verdict: str  # same, perhaps, cut
    containment: float | None = None
    resemblance: float | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What people said of pairs (one < other): the latest word on each."""

    same: frozenset[tuple[str, str]] = frozenset()
    apart: frozenset[tuple[str, str]] = frozenset()


class Groups:
    """Union-find whose groups know which others they must not join."""

    def __init__(self, apart: Iterable[tuple[str, str]] = ()):
        self._parent: dict[str, str] = {}
        self._foes: dict[str, set[str]] = {}  # root -> ids that must stay outside
        self._members: dict[str, set[str]] = {}  # root -> those of its ids that are parted from somebody
        for one, other in apart:
            for a, b in ((one, other), (other, one)):
                self._foes.setdefault(a, set()).add(b)
                self._members[a] = {a}

    def root(self, of: str) -> str:
        while (up := self._parent.get(of, of)) != of:
            self._parent[of] = self._parent.get(up, up)
            of = up
        return of

    def parted(self, one: str, other: str) -> bool:
        """Whether the groups of the two hold a parted pair between them."""
        foes, members = self._foes.get(self.root(one)), self._members.get(self.root(other))
        return bool(foes and members and foes & members)

    def join(self, one: str, other: str) -> bool:
        """False, and nothing done, if that would bring a parted pair together."""
        a, b = sorted((self.root(one), self.root(other)))
        if a == b or self.parted(a, b):
            return a == b
        self._parent[b] = a
        for kept in (self._foes, self._members):
            if b in kept:
                kept.setdefault(a, set()).update(kept.pop(b))
        return True


def strongest_first(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (-link.score, link.one, link.other, link.kind))


def settle(ids: Iterable[str], links: Iterable[Link], decided: Decided) -> tuple[dict[str, str], list[Link], dict]:
    """(submission_id -> smallest id of its story, links with their verdict, submission_id -> the same if every open
    *perhaps* were one).

    From the strongest on every link joins, unless that would bring together a pair that a person parted: so in a story
    that holds such a pair the weakest links between the two go (by score, then ids), and no others.
    """
    known = set(ids)
    links = [link for link in links if link.one in known and link.other in known and link.kind != "person"]
    links += [Link(*pair, "person", PERSON, "same") for pair in decided.same if known.issuperset(pair)]
    apart = [pair for pair in sorted(decided.apart) if known.issuperset(pair)]
    groups, told = Groups(apart), []
    for link in strongest_first(link for link in links if link.verdict == "same"):
        told.append(link if groups.join(link.one, link.other) else link._replace(verdict="cut"))
    now = {i: groups.root(i) for i in known}
    asked = [link for link in links if link.verdict == "perhaps" and now[link.one] != now[link.other]]  # else answered
    told += [link._replace(verdict="cut") if groups.parted(link.one, link.other) else link for link in asked]
    for link in strongest_first(link for link in told if link.verdict == "perhaps"):
        groups.join(link.one, link.other)
    return now, sorted(told), {i: groups.root(i) for i in known}

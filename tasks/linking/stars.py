"""Stars: across authors a story is its fullest telling and copies of that, never a chain of texts each like the next.

A short text may be a copy of two longer ones that have only its sentence in common; by chains the two would become one
story of two people. What one author told hangs together by chains: it is theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tasks.linking.alike import Telling, Tellings, between
from tasks.linking.stories import Groups, Link, strongest_first

LEADERS = 8  # of those that hang together by chains the fullest: what has no link to any is compared with these


def starred(links: Iterable[Link], tellings: Tellings) -> list[Link]:
    """The links, those *same* ones as *perhaps* that would join two people's texts neither of which is a copy of the other.

    Groups (equal texts, tellings of one author, announcements) come from the fullest on; each joins the story whose
    fullest group holds what it is a copy of, the likest if there are several, or begins one. A copy of a story's fullest
    telling that was no candidate is found here; its link is added. A function of the sets of links and tellings.
    """
    links = list(links)
    across = [found for found in links if _is_across(found, tellings)]
    groups = Groups()
    for found in links:
        if found.verdict == "same" and not _is_across(found, tellings):
            groups.join(found.one, found.other)
    leaders, made = _led(across, groups, _Ranks(links, groups, tellings))

    def holds(found: Link) -> bool:
        return leaders[groups.root(found.one)] == leaders[groups.root(found.other)]

    kept = {found: found if holds(found) else found._replace(verdict="perhaps") for found in across}
    return [kept.get(found, found) for found in links] + made


def _is_across(found: Link, tellings: Tellings) -> bool:
    author = tellings[found.one].author
    by_text = found.verdict == "same" and found.kind in ("prefix", "edited")
    return by_text and (author is None or author != tellings[found.other].author)


class _Ranks:
    """The fullest telling of each group, and which group is the fuller one."""

    def __init__(self, links: Iterable[Link], groups: Groups, tellings: Tellings):
        self.tellings = tellings
        self.fullest: dict[str, str] = {}
        for own in sorted({end for found in links for end in found[:2]}, key=self._rank):
            self.fullest.setdefault(groups.root(own), own)

    def _rank(self, own: str) -> tuple[int, str]:
        return -len(self.tellings[own].text), own

    def ordered(self, groups: Iterable[str]) -> list[str]:
        return sorted(groups, key=lambda group: self._rank(self.fullest[group]))

    def link(self, group: str, other: str) -> Link | None:
        """Between the fullest of both, if one is a copy of the other."""
        one, two = self.fullest[group], self.fullest[other]
        found = between(Telling(self.tellings[one].text, None), self.tellings[two], one, two)
        return found if found and found.verdict == "same" else None


def _led(across: Iterable[Link], groups: Groups, ranks: _Ranks) -> tuple[dict[str, str], list[Link]]:
    """(group -> group that leads its story, links that had to be made)."""
    chains, near = _chained(across, groups)
    leading, leaders, made = defaultdict(list), {}, []
    for own in ranks.ordered(near):
        begun = leading[chains.root(own)]
        linked = [(-score, ranks.fullest[other]) for other, score in near[own].items() if leaders.get(other) == other]
        if linked:
            leaders[own] = groups.root(min(linked)[1])
            continue
        around = {leaders[other] for other in near[own] if other in leaders}
        found = [link for other in ranks.ordered({*begun[:LEADERS], *around}) if (link := ranks.link(own, other))]
        if found:
            made.append(best := strongest_first(found)[0])
            leaders[own] = next(g for g in map(groups.root, best[:2]) if g != own)
        else:
            leaders[own] = own
            begun.append(own)
    return leaders, made


def _chained(across: Iterable[Link], groups: Groups) -> tuple[Groups, dict[str, dict[str, float]]]:
    """(groups of groups that hang together by chains, group -> linked group -> score of the strongest link)."""
    chains, near = Groups(), defaultdict(dict)
    for found in across:
        one, other = groups.root(found.one), groups.root(found.other)
        chains.join(one, other)
        for a, b in ((one, other), (other, one)):
            near[a][b] = max(found.score, near[a].get(b, 0.0))
    return chains, near

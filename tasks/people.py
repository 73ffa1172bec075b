"""People: which accounts are one person's. Proposed by what tellers and sources say of accounts, decided by a person.

A contributor is an account in a namespace; a person is a set of contributors that somebody decided to be one. Proposals
join nobody: they are asked (`neta people`), and say how many people there would be at least.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from tasks.link import decided as latest
from tasks.linking.stories import Decided, Link, settle
from tasks.refs import ref
from tasks.text.accounts import known_as
from warehouse.ledger import Entry

SAME, OTHER = "same_person", "other_person"  # kinds of the ledger; subject and payload["other"]: contributor refs
# Kinds of evidence, strongest first: which of two doubtful links goes, where they cannot both stand.
EVIDENCE = {"mail": 0.9, "form_answer": 0.8, "url": 0.7, "handle": 0.6, "announcement": 0.5, "same_text": 0.4}
_REFS = ("person_ref", "merged_person_ref")
CROWD = 8  # an account that more contributors name is no one person's: a firm's, or a mark of many


class Pair(NamedTuple):
    """Two contributor refs (contributor < other), what speaks for one person, and what became of it: open, same, other
    (decided), apart (other decisions leave no way to join them).
    """

    contributor: str
    other: str
    evidence: tuple[str, ...]
    decision: str = "open"


class People(NamedTuple):
    """persons: contributor ref → smallest ref of its person; merged: the same if every open pair were one; pairs: all."""

    persons: dict[str, str]
    merged: dict[str, str]
    pairs: list[Pair]


def decided(entries: Iterable[Entry]) -> Decided:
    """The latest word on each pair of contributors; what was decided of submissions is left out."""
    kinds = {SAME: "same", OTHER: "apart"}
    return latest(replace(entry, kind=kinds[entry.kind]) for entry in entries if entry.kind in kinds)


def proposed(submissions: pd.DataFrame, links: Iterable[Link]) -> list[Pair]:
    """Pairs of contributors that may be one person, each once, sorted.

    submissions: contributor_ref as the sources tell it, namespace, author_id, url, accounts, submission_id; links: of
    submissions, with their verdict. A function of sets.
    """
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, other, kinds in (*_by_accounts(submissions), *_by_links(submissions, links)):
        if one != other:
            found[min(one, other), max(one, other)] |= kinds
    return [Pair(*pair, tuple(kind for kind in EVIDENCE if kind in found[pair])) for pair in sorted(found)]


def settled(refs: Iterable[str], proposals: Iterable[Pair], said: Decided) -> People:
    """Who is one person with whom. A decided pair that nothing proposed has no evidence; a pair whose contributors are
    not all in `refs` is left out, but what was decided of it still stands between others.
    """
    refs, proposals = set(refs), {pair[:2]: pair for pair in proposals}
    ids = refs.union(*proposals, *said.same, *said.apart)
    asked = [Link(*ends, "", max(map(EVIDENCE.get, p.evidence)), "perhaps") for ends, p in proposals.items()]
    persons, told, merged = settle(ids, asked, said)
    still_open = {link[:2] for link in told if link.verdict == "perhaps"}
    ends = sorted(end for end in {*proposals, *said.same, *said.apart} if refs.issuperset(end))
    pairs = [Pair(*end, proposals[end].evidence if end in proposals else ()) for end in ends]
    pairs = [pair._replace(decision=_decision(pair[:2], persons, still_open, said)) for pair in pairs]
    return People({r: persons[r] for r in refs}, {r: merged[r] for r in refs}, pairs)


def known(protected: pd.DataFrame, key: bytes, entries: Iterable[Entry]) -> pd.DataFrame:
    """Submissions with person_ref by what was decided so far: linking asks less of two tellings of one person."""
    who = settled(protected["contributor_ref"].dropna(), (), decided(entries))
    return protected.assign(person_ref=named(protected["contributor_ref"], who.persons, key))


def found(
    protected: pd.DataFrame, linked: pd.DataFrame, links: Iterable[Link], key: bytes, entries: Iterable[Entry]
) -> tuple[pd.DataFrame, list[Pair]]:
    """(linked submissions with person_ref and merged_person_ref, every pair that was proposed or decided).

    protected: the same submissions before linking gave copies without a sender the contributor of their story.
    """
    said = decided(entries)
    who = settled(protected["contributor_ref"].dropna(), proposed(protected, links), said)
    refs = {name: named(linked["contributor_ref"], of, key) for name, of in zip(_REFS, who[:2], strict=True)}
    return linked.assign(**refs), who.pairs


def named(contributors: pd.Series, persons: Mapping[str, str], key: bytes) -> pd.Series:
    """Contributor refs → refs of their persons; missing where no contributor is known."""
    refs = {smallest: ref(key, "person", smallest) for smallest in set(persons.values())}
    return contributors.map(lambda c: refs[persons[c]], na_action="ignore").astype("str")


def accounts_of(
    named: Iterable[tuple[str, str]], everyone: Iterable[tuple[str, str]], entries: Iterable[Entry], key: bytes
) -> set[tuple[str, str]]:
    """(namespace, author_id) of some accounts → of all accounts that people decided to be theirs, among `everyone`."""
    named = set(named)
    refs = {account: ref(key, "contributor", *account) for account in named.union(everyone)}
    persons = settled(refs.values(), (), decided(entries)).persons
    wanted = {persons[refs[account]] for account in named}
    return {account for account, own in refs.items() if persons[own] in wanted}


def _decision(ends: tuple[str, str], persons: Mapping[str, str], still_open: set, said: Decided) -> str:
    if ends in said.apart:
        return "other"
    if persons[ends[0]] == persons[ends[1]]:
        return "same"
    return "open" if ends in still_open else "apart"


def _by_accounts(submissions: pd.DataFrame) -> Iterable[tuple[str, str, set[str]]]:
    """Contributors that go by one account: it is theirs by their source, or they name it as theirs."""
    own, told = _holders(submissions)
    for account in sorted({*own, *told}):
        holders = sorted({*own[account], *told[account]})
        for one, other in combinations(holders, 2) if len(holders) <= CROWD else ():
            if kinds := told[account].get(one, set()) | told[account].get(other, set()):
                yield one, other, kinds
            elif own[account][one][0] != own[account][other][0]:  # in one namespace: a handle that changed hands
                yield one, other, {own[account][one][1]}


def _holders(submissions: pd.DataFrame) -> tuple[dict, dict]:
    """(account → contributor → (namespace, kind), account → contributor → kinds by which it is named)."""
    own, told = defaultdict(dict), defaultdict(dict)
    columns = ["contributor_ref", "namespace", "author_id", "url", "accounts"]
    plain = submissions[columns].astype(object).where(submissions[columns].notna(), None)
    for who, namespace, author_id, url, accounts in plain.dropna(subset="contributor_ref").itertuples(index=False):
        for kind, account in map(str.split, known_as(namespace, author_id, url)):
            own[account][who] = namespace, kind
        for kind, account in map(str.split, accounts):
            told[account].setdefault(who, set()).add(kind)
    return own, told


def _by_links(submissions: pd.DataFrame, links: Iterable[Link]) -> Iterable[tuple[str, str, set[str]]]:
    """Contributors of different places who sent equal texts, or one of whom announced what the other wrote."""
    kinds = {"exact": "same_text", "announcement": "announcement"}
    who = dict(zip(submissions["submission_id"], submissions["contributor_ref"], strict=True))
    where = dict(zip(submissions["submission_id"], submissions["namespace"], strict=True))
    for link in links:
        is_told = link.kind in kinds and link.verdict == "same" and where[link.one] != where[link.other]
        if is_told and isinstance(who[link.one], str) and isinstance(who[link.other], str):
            yield who[link.one], who[link.other], {kinds[link.kind]}

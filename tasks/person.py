"""Who withdraws: from a name to every raw item that holds the person, the marks to keep them out, the traces to look for.

A person is a namespace and an author id, with every account that was decided to be the same person's (tasks/people.py);
with `only` it is one submission. Beside what they wrote go those items that no
other teller wrote and that hold something of theirs: the owner's answers that quote them, reposts, texts pasted without
an author, what could not be read; and the owner's part of a conversation with nobody else in it. What another teller
wrote stays theirs: that it holds something is told by the proof, and they are asked for by their own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tasks import conform, people
from tasks.refs import ref
from tasks.stored import Reading, texts
from tasks.text.accounts import known_as
from tasks.tombstones import mark, marks_of
from tasks.traces import PIECE, Traces, dense, pieces, traces
from tasks.turns import is_own, settle
from warehouse import ledger
from warehouse.lake import Lake, read_parquet

_NOBODYS = ("own_message", "repost", "unreadable", "auto_mail", "system_message", "deleted")
_STRINGS = [
    "raw_id",
    "submission_id",
    "namespace",
    "author_id",
    "author_name",
    "conversation_id",
    "url",
    "title",
    "body",
]


@dataclass(frozen=True)
class Person:
    """What a withdrawal takes away. subject: their keyed name; marks: tombstones; texts, names … only in memory."""

    subject: str
    refs: tuple[str, ...]  # keyed names of their submissions and, for a person, of themselves
    is_whole: bool  # False: one submission, not its author
    marks: tuple[str, ...]
    raw_ids: frozenset[str]
    written: frozenset[str]  # those raw_ids whose text is by themselves
    traces: Traces
    submission_count: int
    channels: tuple[str, ...]


class NoSuchPerson(LookupError):
    """Nothing in raw goes by this name."""


class IsOwner(ValueError):
    """The name is the owner's own: neta.toml [me]."""


def find(lake: Lake, key: bytes, name: str, only: bool, call, me: Mapping, gap_minutes: int, common: str) -> Person:
    """The person behind NAMESPACE:NATIVE_ID (of a submission or of an author) or a ref (s…, p…).

    common: texts of the home itself, which are nobody's traces. NoSuchPerson, IsOwner.
    """
    table = conform.messages(lake).to_pandas()
    messages = table.astype(dict.fromkeys(_STRINGS, object)).where(table.notna(), None)
    named = messages[_is_named(messages, key, name)]
    if named.empty:
        raise NoSuchPerson(name)
    own = is_own(messages, me) | (messages["set_aside"] == "own_message")
    if own[named.index].any():
        raise IsOwner(name)
    accounts = set(zip(named["namespace"], named["author_id"], strict=True))
    is_whole = not only and all(author is not None for _, author in accounts)
    if is_whole:
        accounts = people.accounts_of(accounts, _senders(messages[~own]), ledger.read(lake.ledger), key)
        theirs = pd.Series([p in accounts for p in zip(messages["namespace"], messages["author_id"], strict=True)])
    else:
        theirs = _one_submission(table, messages, set(named["raw_id"]), call, me, gap_minutes)
    theirs = pd.Series(theirs.to_numpy(), index=messages.index, dtype=bool)
    return _person(lake, key, messages, theirs, own, is_whole, common)


def _senders(messages: pd.DataFrame) -> set[tuple[str, str]]:
    told = messages.dropna(subset="author_id")
    return set(zip(told["namespace"], told["author_id"], strict=True))


def _is_named(messages: pd.DataFrame, key: bytes, name: str) -> list[bool]:
    if ":" not in name:
        kinds = {"s": "submission", "p": "contributor"}
        kind = kinds.get(name[:1])
        ids = [(i,) for i in messages["submission_id"]]
        people = list(zip(messages["namespace"], messages["author_id"], strict=True))
        parts = ids if kind == "submission" else people if kind else [(None,)] * len(messages)
        return [p[-1] is not None and ref(key, kind, *p) == name for p in parts]
    rows = zip(*(messages[c] for c in ("submission_id", "namespace", "author_id", "versions")), strict=True)
    return [
        name in (own, f"{space}:{author}", *(f"{space}:{v}" for v in _several(vs))) for own, space, author, vs in rows
    ]


def _several(values) -> Iterable[str]:
    return () if values is None else values


def _one_submission(table, messages: pd.DataFrame, raw_ids: set[str], call, me, gap_minutes: int) -> pd.Series:
    """The whole turn that holds the named message, and every revision of its messages."""
    turns, _ = settle(table, me, call.hashtags, call.opens, gap_minutes)
    for turn in turns["raw_ids"]:
        if raw_ids.intersection(turn):
            raw_ids = raw_ids.union(turn)
    ids = set(messages.loc[messages["raw_id"].isin(raw_ids), "submission_id"].dropna())
    return messages["raw_id"].isin(raw_ids) | messages["submission_id"].isin(ids)


def _person(lake, key: bytes, messages: pd.DataFrame, theirs, own, is_whole: bool, common: str) -> Person:
    nobodys = ~theirs & (own | messages["set_aside"].isin(_NOBODYS))
    copies = ~theirs & ~nobodys & _are_copies(messages, messages[theirs])
    others = messages[~theirs & ~nobodys & ~copies]
    told = messages[theirs | copies]
    private = nobodys & is_whole & _in_private(messages, theirs, own)
    wanted = _traces(told, _items(lake, told), others, is_whole, messages[private], common)
    beside = copies | private | nobodys & messages["raw_id"].isin(_holding(lake, messages[nobodys & ~private], wanted))
    gone = messages[theirs | beside]
    items = _items(lake, gone)
    marks = {mark(key, "item", row["channel"], row["item_id"]) for row in items.values()}
    for row, is_theirs in zip(gone.to_dict("records"), theirs[gone.index], strict=True):
        marks |= set(_marks(key, row, is_whole and is_theirs))
    refs = _refs(key, messages[theirs], is_whole)
    marks |= {mark(key, "contributor", own) for own in refs if own.startswith("p")}
    by = messages[theirs].iloc[0]
    who = (by["namespace"], by["author_id"]) if is_whole else (by["submission_id"] or by["raw_id"],)
    return Person(
        subject=mark(key, "author" if is_whole else "submission", *who),
        refs=tuple(refs),
        is_whole=is_whole,
        marks=tuple(sorted(marks)),
        raw_ids=frozenset(gone["raw_id"]),
        written=frozenset(messages.loc[theirs, "raw_id"]),
        traces=wanted,
        submission_count=messages.loc[theirs, "submission_id"].nunique(),
        channels=tuple(sorted({row["channel"] for row in items.values()})),
    )


def _refs(key: bytes, theirs: pd.DataFrame, is_whole: bool) -> list[str]:
    people = {(n, a) for n, a in zip(theirs["namespace"], theirs["author_id"], strict=True) if is_whole and a}
    submissions = sorted(theirs["submission_id"].dropna().unique())
    return [ref(key, "submission", i) for i in submissions] + [ref(key, "contributor", *p) for p in sorted(people)]


def _marks(key: bytes, row: Mapping, with_author: bool) -> set[str]:
    """An author's mark only for who withdraws as a person: the owner's answers go, the owner does not."""
    found = set(marks_of(key, row))
    author = row["author_id"] is not None and mark(key, "author", row["namespace"], row["author_id"])
    return found if with_author else found - {author}


def _are_copies(messages: pd.DataFrame, theirs: pd.DataFrame) -> pd.Series:
    """Tellings without an author that are, for at least half of their length, what this person wrote."""
    own = {piece for body in theirs["body"].dropna() for piece in pieces(body) if len(piece) == PIECE}
    bodies = messages["body"].where(messages["author_id"].isna(), None)
    return pd.Series([bool(body) and _covered(dense(body), own) for body in bodies], index=messages.index, dtype=bool)


def _covered(body: str, own: set[str]) -> bool:
    return 2 * PIECE * sum(piece in body for piece in own) >= len(body)


def _in_private(messages: pd.DataFrame, theirs, own) -> pd.Series:
    """Rows of conversations in which only this person and the owner speak."""
    places = pd.Series(list(zip(messages["namespace"], messages["conversation_id"], strict=True)), messages.index)
    has_place = messages["conversation_id"].notna()
    shared = set(places[has_place & ~theirs & ~own])
    return places.isin(set(places[has_place & theirs]) - shared)


def _items(lake: Lake, messages: pd.DataFrame) -> dict[str, dict]:
    """raw_id -> channel and item_id."""
    wanted, found = set(messages["raw_id"]), {}
    for file in lake.raw_files():
        for row in read_parquet(file, ["raw_id", "channel", "item_id"]).to_pylist():
            if row["raw_id"] in wanted:
                found[row["raw_id"]] = row
    return found


def _traces(theirs: pd.DataFrame, items: Mapping, others, is_whole: bool, private, common: str) -> Traces:
    bodies = [text for column in ("title", "body") for text in theirs[column] if text]
    natives = {i.partition(":")[2] for i in theirs["submission_id"].dropna()}
    natives |= {v for versions in theirs["versions"] for v in _several(versions)} | set(theirs["url"].dropna())
    natives |= {row["item_id"] for row in items.values()}
    names: set[str] = set()
    if is_whole:
        names = set(theirs["author_name"].dropna())
        natives |= set(theirs["author_id"].dropna()) | set(private["conversation_id"].dropna())
        sources = zip(theirs["namespace"], theirs["author_id"], theirs["url"], strict=True)
        natives |= {told.partition(":")[2] for source in sources for told in known_as(*source)}  # the handle too
    written = [
        text for column in ("title", "body", "author_name", "author_id") for text in others[column].dropna().unique()
    ]
    return traces(bodies, names, natives, written, common)


def _holding(lake: Lake, candidates: pd.DataFrame, wanted: Traces) -> set[str]:
    """raw_ids of those items that hold a trace, in whatever they are wrapped."""
    ids, found = set(candidates["raw_id"]), set()
    for file in lake.raw_files() if ids else ():
        rows = read_parquet(file, ["raw_id", "item_id", "source_url", "payload", "context"]).to_pylist()
        for row in rows:
            if row["raw_id"] in ids and _holds(row, wanted):
                found.add(row["raw_id"])
    return found


def _holds(row: Mapping, wanted: Traces) -> bool:
    parts: Sequence = [row["item_id"], row["source_url"] or "", row["context"] or "", row["payload"] or b""]
    return any(True for part in parts for text in texts(part, Reading()) for _ in wanted.found_in(text))


def summary(person: Person) -> dict:
    """What of it may be written down: no name, no text."""
    return {
        "scope": "person" if person.is_whole else "submission",
        "submissions": person.submission_count,
        "items": len(person.raw_ids),
        "channels": list(person.channels),
    }

"""Link: submissions that carry the same telling are one story; what people decided of two of them beats what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from tasks.aside import must_conserve, set_aside
from tasks.linking import candidates
from tasks.linking.announcements import Post, announced
from tasks.linking.comparable import call_parts, comparable, head, tail
from tasks.linking.evidence import SHORT, compare, verdict
from tasks.linking.signatures import signed
from tasks.linking.stars import Telling, starred
from tasks.linking.stories import Decided, Link, settle, strongest_first
from tasks.refs import ref
from warehouse.ledger import Entry

ANNOUNCED = 0.9  # the score of an announcement: below an exact copy, above most edited ones


class Linked(NamedTuple):
    """submissions: with story_id, merged_story_id and is_representative; copies: set aside; links: with evidence."""

    submissions: pd.DataFrame
    copies: pd.DataFrame
    links: list[Link]


def link(
    submissions: pd.DataFrame,
    key: bytes,
    decisions: Iterable[Entry] = (),
    call: Sequence[str] = (),
    cache: Path | None = None,
) -> Linked:
    """Submissions as stories. The rest of a story's members is set aside as `exact_copy`, detail: by which kind of link.

    decisions: entries `same` and `apart`; call: its own texts, which are no part of a telling; cache: folder for
    signatures. The representative is the fullest telling, then the earliest; what an editor pasted yields to the message
    itself; story_id comes from the smallest submission_id; merged_story_id is the same if every open *perhaps* were a
    link. A copy without contributor_ref gets the one of its story. A function of the sets of rows and decisions.
    """
    rows = submissions.sort_values("submission_id", ignore_index=True)
    parts = call_parts(call)
    texts = [comparable(body, parts) for body in rows["body"]]
    led = announced(_posts(rows), parts)
    for post in {post for post, _, said in led if said == "same"}:
        texts[post] = ""  # "noteに書きました" in the same words is no evidence that two articles are one
    found = [*_copies(rows, texts), *_alike(rows, texts, cache), *_announcements(rows, led)]
    found = starred(found, _tellings(rows, texts))
    stories, links, merged = settle(rows["submission_id"], found, decided(decisions))
    chosen = _fullest(rows, stories)
    linked = rows.assign(
        story_id=_story_refs(rows, stories, key),
        merged_story_id=_story_refs(rows, merged, key),
        is_representative=rows["submission_id"].isin(chosen),
    )
    linked["contributor_ref"] = _tellers(linked)
    copies = linked[~linked["is_representative"]]
    aside = set_aside(copies, "link", "exact_copy", copies["submission_id"].map(_kinds(links)))
    must_conserve("link", list(rows["submission_id"]), sorted(chosen), list(copies["submission_id"]))
    return Linked(linked, aside, links)


def decided(entries: Iterable[Entry]) -> Decided:
    """The latest word on each pair."""
    latest = {tuple(sorted((e.subject, e.payload["other"]))): e.kind for e in sorted(entries, key=lambda e: e.id)}
    told = {kind: frozenset(pair for pair, said in latest.items() if said == kind) for kind in ("same", "apart")}
    return Decided(**told)


def _copies(rows: pd.DataFrame, texts: Sequence[str]) -> Iterable[Link]:
    """Equal texts: each to the first. Short ones count as equal only when the same person sent them, empty ones never."""
    first: dict[str, str] = {}
    for text, author, own_id in zip(texts, _authors(rows), rows["submission_id"], strict=True):
        if not text:
            continue
        key = text if len(text) >= SHORT else f"{author or own_id}\0{text}"
        if (earlier := first.setdefault(key, own_id)) != own_id:
            yield Link(earlier, own_id, "exact", 1.0, "same", 1.0, 1.0)


def _alike(rows: pd.DataFrame, texts: Sequence[str], cache: Path | None) -> Iterable[Link]:
    """Texts that are not equal: candidates by key, signature or author, each pair compared."""
    ids, authors = list(rows["submission_id"]), _authors(rows)
    first: dict[tuple[str, str | None], int] = {}
    for n, (text, author) in enumerate(zip(texts, authors, strict=True)):
        if len(text) >= SHORT:
            first.setdefault((text, author), n)
    of = [first[key] for key in sorted(first, key=lambda key: (key[0], key[1] or ""))]
    for a, b in _pairs([texts[n] for n in of], [authors[n] for n in of], cache):
        one, other = sorted((of[a], of[b]))
        if texts[one] == texts[other]:
            continue
        evidence = compare(texts[one], texts[other])
        said = verdict(evidence, authors[one] is not None and authors[one] == authors[other])
        if said:
            cut_off = head(texts[one]) is not None and head(texts[one]) == head(texts[other])
            told = evidence.containment, said, evidence.containment, evidence.resemblance
            yield Link(ids[one], ids[other], "prefix" if cut_off else "edited", *told)


def _pairs(texts: Sequence[str], authors: Sequence[str | None], cache: Path | None) -> list[tuple[int, int]]:
    if not texts:
        return []
    sizes = np.fromiter((len(text) - 2 for text in texts), np.int64, len(texts))
    return candidates.together(
        [
            candidates.near(signed(texts, cache), sizes),
            candidates.sharing([head(text) for text in texts]),
            candidates.sharing([tail(text) for text in texts]),
            candidates.sharing(authors, candidates.OF_ONE_AUTHOR),
        ]
    )


def _posts(rows: pd.DataFrame) -> list[Post]:
    columns = ["body", "links", "url", "title", "namespace", "contributor_ref"]
    plain = rows[columns].astype(object).where(rows[columns].notna(), None)
    return [Post(*row) for row in plain.itertuples(index=False)]


def _announcements(rows: pd.DataFrame, led: Iterable[tuple[int, int, str]]) -> Iterable[Link]:
    ids = list(rows["submission_id"])
    for post, article, said in led:
        yield Link(*sorted((ids[post], ids[article])), "announcement", ANNOUNCED, said)


def _tellings(rows: pd.DataFrame, texts: Sequence[str]) -> dict[str, Telling]:
    return dict(zip(rows["submission_id"], map(Telling, texts, _authors(rows)), strict=True))


def _authors(rows: pd.DataFrame) -> list[str | None]:
    return [author if isinstance(author, str) else None for author in rows["contributor_ref"]]


def _story_refs(rows: pd.DataFrame, stories: dict[str, str], key: bytes) -> list[str]:
    made = {smallest: ref(key, "story", smallest) for smallest in set(stories.values())}
    return [made[stories[submission_id]] for submission_id in rows["submission_id"]]


def _fullest(rows: pd.DataFrame, stories: dict[str, str]) -> set[str]:
    """submission_ids of the representatives, one a story."""
    ranked = rows[["submission_id", "posted_at"]].assign(
        story=rows["submission_id"].map(stories),
        is_pasted=rows["namespace"] == "pasted",
        length=-rows["body"].str.len(),
    )
    ranked = ranked.sort_values(["story", "is_pasted", "length", "posted_at", "submission_id"])
    return set(ranked.drop_duplicates("story")["submission_id"])


def _kinds(links: Iterable[Link]) -> dict[str, str]:
    """submission_id -> kind of its strongest link."""
    kinds: dict[str, str] = {}
    for found in strongest_first(found for found in links if found.verdict == "same"):
        for end in (found.one, found.other):
            kinds.setdefault(end, found.kind)
    return kinds


def _tellers(linked: pd.DataFrame) -> pd.Series:
    """contributor_ref by row: a copy that tells no sender is no second person."""
    known = linked["contributor_ref"]
    return known.where(known.notna(), linked.groupby("story_id")["contributor_ref"].transform("first"))

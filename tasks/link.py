"""Link: submissions that carry the same telling are one story; what people decided of two of them beats what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tasks.aside import must_conserve, set_aside
from tasks.linking.alike import Telling, alike, equal
from tasks.linking.announcements import Post, announced
from tasks.linking.comparable import call_parts, comparable
from tasks.linking.stars import starred
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
    led = announced(_posts(rows), parts)
    tellings = _tellings(rows, parts, {post for post, _, said in led if said == "same"})
    found = starred([*equal(tellings), *alike(tellings, cache), *_announcements(rows, led)], tellings)
    stories, links, merged = settle(tellings, found, decided(decisions))
    chosen = _fullest(rows, stories)
    named = {smallest: ref(key, "story", smallest) for smallest in {*stories.values(), *merged.values()}}
    linked = rows.assign(
        story_id=[named[stories[own]] for own in tellings],
        merged_story_id=[named[merged[own]] for own in tellings],
        is_representative=rows["submission_id"].isin(chosen),
    )
    linked["contributor_ref"] = _tellers(linked)
    copies = linked[~linked["is_representative"]]
    aside = set_aside(copies, "link", "exact_copy", copies["submission_id"].map(_kinds(links)))
    must_conserve("link", list(tellings), sorted(chosen), copies["submission_id"].tolist())
    return Linked(linked, aside, links)


def decided(entries: Iterable[Entry]) -> Decided:
    """The latest word on each pair."""
    latest = {tuple(sorted((e.subject, e.payload["other"]))): e.kind for e in sorted(entries, key=lambda e: e.id)}
    told = {kind: frozenset(pair for pair, said in latest.items() if said == kind) for kind in ("same", "apart")}
    return Decided(**told)


def _author(rows: pd.DataFrame) -> str:
    """The column that says who told: a person, where accounts were put together."""
    return "person_ref" if "person_ref" in rows else "contributor_ref"


def _posts(rows: pd.DataFrame) -> list[Post]:
    columns = ["body", "links", "url", "title", "namespace", _author(rows)]
    plain = rows[columns].astype(object).where(rows[columns].notna(), None)
    return [Post(*row) for row in zip(*(plain[column].tolist() for column in columns), strict=True)]


def _announcements(rows: pd.DataFrame, led: Iterable[tuple[int, int, str]]) -> Iterable[Link]:
    ids = rows["submission_id"].tolist()
    for post, article, said in led:
        yield Link(*sorted((ids[post], ids[article])), "announcement", ANNOUNCED, said)


def _tellings(rows: pd.DataFrame, call: Sequence[str], announcing: set[int]) -> dict[str, Telling]:
    """By submission_id. "noteに書きました" in the same words is no evidence that two articles are one."""
    texts = [comparable(body, call) for body in rows["body"].tolist()]
    for post in announcing:
        texts[post] = ""
    authors = [author if isinstance(author, str) else None for author in rows[_author(rows)].tolist()]
    return dict(zip(rows["submission_id"].tolist(), map(Telling, texts, authors), strict=True))


def _fullest(rows: pd.DataFrame, stories: dict[str, str]) -> set[str]:
    """submission_ids of the representatives, one a story."""
    story = rows["submission_id"].map(stories)
    is_shared = story.duplicated(keep=False).to_numpy(bool)
    several = rows.assign(story=story).loc[is_shared]
    columns = (several[name].tolist() for name in ("story", "namespace", "body", "posted_at", "submission_id"))
    best: dict[str, tuple] = {}
    for place, namespace, body, *rest in zip(*columns, strict=True):
        rank = namespace == "pasted", -len(body), *rest
        best[place] = min(rank, best.get(place, rank))
    return {*rows.loc[~is_shared, "submission_id"].tolist(), *(rank[-1] for rank in best.values())}


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

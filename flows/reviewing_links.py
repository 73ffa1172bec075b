"""Verbs on links: see which submissions may be one story, say that two are, or that they are not."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from pathlib import Path

from dashboards.plain import plain
from flows import show
from flows.failures import Refused
from flows.reviewing import find_in
from flows.settings import Settings, load
from tasks.taken_back import decided
from warehouse import ledger, store
from warehouse.words import Words

LISTED = 20  # pairs shown on a terminal
Pair = frozenset[str]  # of submission_refs


def show_links(home: Path, also_linked: bool, as_json: bool) -> None:
    """Pairs that may be one story and that nobody decided, the likeliest first; also_linked: then those linked."""
    settings = load(home)
    words, answered = Words(settings.language), _decided(settings)
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = store.ask(con, store.question("links"), {"all": also_linked, "most": None})
        pairs = list(asked(rows, answered)) + [row for row in rows if row["verdict"] == "same"]
        shown = pairs if as_json else pairs[:LISTED]
        refs = sorted({row[end] for row in shown for end in ("submission_ref", "other_ref")})
        texts = {row["submission_ref"]: row for row in store.ask(con, store.question("texts"), {"refs": refs})}
    if as_json:
        show.as_json({"is_sample": settings.sample, "links": [_told(row, texts, words) for row in pairs]})
        return
    print(words("link.open", n=sum(row["verdict"] == "perhaps" for row in pairs)))
    for row in shown:
        _print(row, texts, words)
    if len(pairs) > len(shown):
        print("\n" + words("link.more", n=len(pairs) - len(shown)))


def asked(rows: Iterable[dict], decided: set[Pair]) -> Iterator[dict]:
    """Open pairs, one between two stories: who answers for one pair answers for the stories that hold it."""
    rows = [row for row in rows if row["verdict"] == "perhaps"]
    told = {_stories(row) for row in rows if frozenset((row["submission_ref"], row["other_ref"])) in decided}
    for row in rows:
        if _stories(row) not in told:
            told.add(_stories(row))
            yield row


def _stories(row: dict) -> tuple[str, str]:
    return row["one_story_id"], row["other_story_id"]


def _decided(settings: Settings) -> set[Pair]:
    entries = decided(settings.lake.ledger, "same", "apart")
    return {frozenset((e.payload["submission_ref"], e.payload["other_ref"])) for e in entries}


def _told(row: dict, texts: dict[str, dict], words: Words) -> dict:
    kept = ("verdict", "kind", "score", "containment", "resemblance")
    both = [texts[row[end]] for end in ("submission_ref", "other_ref")]
    return {name: row[name] for name in kept} | {"evidence": evidence(row, words), "submissions": both}


def evidence(row: dict, words: Words) -> str:
    """What speaks for a pair."""
    share = "" if row["containment"] is None else f"{row['containment']:.0%}"
    return words(f"link.kind_{row['kind']}", share=share)


def _print(row: dict, texts: dict[str, dict], words: Words) -> None:
    one, other = row["submission_ref"], row["other_ref"]
    print(f"\n{words('link.' + row['verdict'])}: {evidence(row, words)}")
    for ref in (one, other):
        told = texts[ref]
        print(f"■ {ref}  {words('channel.' + told['channel'])}  {told['local_date']}")
        print(plain("\n".join(filter(None, [told["title_masked"], told["body_masked"]]))))
    if row["verdict"] == "perhaps":
        print(words("link.how", one=one, other=other))
    else:
        print(words("link.how_apart", one=one, other=other))


def say(home: Path, verdict: str, one: str, other: str, who: str | None, why: str | None) -> str:
    """Write into the ledger that two submissions (refs or native ids) are one story (`same`) or are not (`apart`).

    It names submissions, never stories: stories come and go with what links. Returns what to tell.
    """
    settings = load(home)
    with store.reading(settings.lake, str(settings.zone)) as con:
        new = said(con, settings, verdict, one, other, who or getpass.getuser(), why)
    (entry,) = ledger.append_many(settings.lake.ledger, [new])
    refs = {"one": new.payload["submission_ref"], "other": new.payload["other_ref"]}
    return Words(settings.language)(f"link.said_{verdict}", id=entry, **refs)


def said(con, settings: Settings, verdict: str, one: str, other: str, who: str, why: str | None = None) -> ledger.New:
    """What is to be written of a pair. Refused for what is no pair."""
    (subject, ref, seen), (other_id, other_ref, other_seen) = (find_in(con, settings, name) for name in (one, other))
    if ref == other_ref:
        raise Refused(Words(settings.language)("link.one_only", ref=ref))
    payload = {"other": other_id, "submission_ref": ref, "other_ref": other_ref}
    payload |= {"text_hash": seen, "other_text_hash": other_seen}
    return ledger.New(who, verdict, subject, payload, why)

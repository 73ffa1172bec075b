"""`neta people`: accounts that may be one person's, what speaks for it, and what somebody decides."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from tasks import people
from tasks.people import EVIDENCE, Pair, People
from tasks.refs import ref
from warehouse import ledger, store
from warehouse.words import Words

LISTED = 20  # pairs shown on a terminal
SHOWN = 3  # submissions shown of an account


def show_people(home: Path, with_decided: bool, as_json: bool) -> None:
    """Open pairs, the strongest evidence first, with what each account sent; also the decided ones if asked for."""
    settings = load(home)
    words = Words(settings.language)
    with store.reading(settings.lake, str(settings.zone)) as con:
        pairs = [p for p in standing(settings, con).pairs if with_decided or p.decision == "open"]
        refs = sorted({end for pair in pairs for end in pair[:2]})
        sent = {row["contributor_ref"]: row for row in store.ask(con, store.question("sent_by"), {"refs": refs})}
    if as_json:
        accounts = lambda pair: [sent[end] for end in pair[:2]]  # noqa: E731
        told = [{"evidence": p.evidence, "decision": p.decision, "accounts": accounts(p)} for p in pairs]
        show.as_json({"is_sample": settings.sample, "open": _open_count(pairs), "pairs": told})
    else:
        _print(settings, pairs, sent, words)


def standing(settings: Settings, con) -> People:
    """Who is one person with whom by what was decided up to now, and every pair, the open ones first."""
    rows = store.ask(con, store.question("same_person"))
    proposals = [Pair(row["contributor_ref"], row["other_contributor_ref"], tuple(row["evidence"])) for row in rows]
    said = people.decided(ledger.read(settings.lake.ledger))
    found = people.settled(_contributors(con), [pair for pair in proposals if pair.evidence], said)
    weight = lambda p: (p.decision != "open", -max(map(EVIDENCE.get, p.evidence), default=0), p)  # noqa: E731
    return found._replace(pairs=sorted(found.pairs, key=weight))


def _contributors(con) -> list[str]:
    return [row["contributor_ref"] for row in store.ask(con, store.question("contributors"))]


def _open_count(pairs: Iterable[Pair]) -> int:
    return sum(pair.decision == "open" for pair in pairs)


def _print(settings: Settings, pairs: list[Pair], sent: Mapping[str, dict], words: Words) -> None:
    out = show.console()
    count = _open_count(pairs)
    out.print(show.sample_mark(settings, words) + (words("people.open", n=count) if count else words("people.none")))
    for pair in pairs[:LISTED]:
        evidence = words("people.and").join(words(f"people.by_{kind}") for kind in pair.evidence)
        out.print(f"\n[bold]{words(f'people.is_{pair.decision}')}[/bold]  {evidence or words('people.by_nothing')}")
        for end in pair[:2]:
            _print_account(out, sent[end], words)
        if pair.decision == "open":
            out.print(words("people.how", one=pair.contributor, other=pair.other), style="dim", markup=False)
    if len(pairs) > LISTED:
        out.print("\n" + words("people.more", n=len(pairs) - LISTED))


def _print_account(out, account: Mapping, words: Words) -> None:
    told = account["submissions"]
    out.print(f"  {account['contributor_ref']}  {words('people.sent', n=len(told))}", markup=False)
    for one in told[:SHOWN]:
        text = show.one_line(" ".join(filter(None, [one["title_masked"], one["body_masked"]])))
        short = text if len(text) <= 80 else text[:80] + "…"
        out.print(f"    {one['local_date']}  {words('channel.' + one['channel'])}  {short}", markup=False)


def decide(home: Path, kind: str, one: str, other: str, who: str | None, why: str | None) -> str:
    """Write into the ledger that two accounts (p… or NAMESPACE:AUTHOR_ID) are one person's or not; what to tell of it."""
    settings = load(home)
    words = Words(settings.language)
    entry, ends, barred = say(settings, kind, one, other, who or getpass.getuser(), why)
    told = words(f"people.said_{kind}", id=entry, one=ends[0], other=ends[1])
    return f"{told}\n{words('people.barred', n=barred)}" if barred else told


def say(settings: Settings, kind: str, one: str, other: str, who: str, why: str | None) -> tuple[int, list[str], int]:
    """(ledger entry, the two refs, pairs decided to be one that cannot be joined). Refused: an account nobody knows."""
    words = Words(settings.language)
    with store.reading(settings.lake, str(settings.zone)) as con:
        known = set(_contributors(con))
    ends = sorted(_contributor(settings, known, name, words) for name in (one, other))
    if ends[0] == ends[1]:
        raise Refused(words("people.one_only", name=one))
    entry = ledger.append(settings.lake.ledger, who, kind, ends[0], {"other": ends[1]}, why)
    stand = people.settled(known, (), people.decided(ledger.read(settings.lake.ledger))).pairs  # all are decided
    return entry, ends, sum(pair.decision == "apart" for pair in stand)


def _contributor(settings: Settings, known: set[str], name: str, words: Words) -> str:
    found = ref(settings.key(), "contributor", *name.split(":", 1)) if ":" in name else name
    if found not in known:
        raise Refused(words("people.unknown", name=name))
    return found

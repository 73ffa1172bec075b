"""What a withdrawal tells: before it, what would go and what would stay; after it, what was read, what was found in it, and
which copies are out of reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from flows import handing, show
from flows.pending import Pending, every
from flows.settings import Settings
from tasks.stored import Reading
from tasks.traces import Found, Traces
from warehouse import ledger, store
from warehouse.words import Words

_REF = re.compile(r"[sp][0-9a-f]{20}")


def foretell(settings: Settings, pending: Pending | None, words: Words, as_json: bool) -> None:
    """What would go and what would stay. None: it went before."""
    told = _beforehand(settings, pending, words) if pending else {"withdrawal": None}
    if as_json:
        show.as_json(told)
        return
    if not pending:
        print(words("forget.gone_before"))
        return
    print(words(f"forget.asks_{pending.told['scope']}", **{k: pending.told[k] for k in ("submissions", "items")}))
    for file in told["waiting"]:
        print(fate_of(file, pending, words))
    for row in told["still_told_in"]:
        print("  " + _told_in(row, words))
    print(words("forget.beyond"))
    for line in told["out_of_reach"]:
        print(f"  - {line}")


def _beforehand(settings: Settings, pending: Pending, words: Words) -> dict:
    return {
        "withdrawal": dict(pending.told),
        "is_broken_off": pending.subject in {one.subject for one in every(settings.lake)},
        "refs": [name for name in pending.names if _REF.fullmatch(name)],
        "waiting": list(pending.waiting),
        "still_told_in": [r for r in _still_told_in(settings, pending) if r["submission_ref"] not in pending.names],
        "out_of_reach": _copies(settings, pending, words),
    }


def fate_of(file: str, pending: Pending, words: Words) -> str:
    """What becomes of a file of the inbox that holds the person."""
    if pending.move_to:
        return words("forget.moves", file=file, folder=pending.move_to)
    return words("forget.waits_zip" if file.lower().endswith(".zip") else "forget.waits", file=file)


def afterwards(settings: Settings, pending: Pending, found: Sequence[Found], reading: Reading) -> dict:
    """What was done, read and found."""
    home, words = settings.lake.home, Words(settings.language)
    files = [words("forget.file", file=file) for file in pending.waiting if Path(file).exists()]
    return {
        "withdrawal": dict(pending.told),
        "searched": {"traces": pending.traces.count, "too_short": pending.traces.short},
        "read": {"files": dict(reading.files), "parts": dict(reading.parts), "unread": reading.unread},
        "found": [{"file": str(f.path.relative_to(home)), "where": f.where, "kind": f.kind} for f in found],
        "still_told_in": _still_told_in(settings, pending) if found else [],
        "out_of_reach": [*files, *_copies(settings, pending, words)],
        "kept_in": str(pending.file(settings.lake)),
    }


def tell(told: Mapping, words: Words, as_json: bool, unsaid: Traces | None) -> None:
    """Print it. unsaid: lines in which these stand are told without what they say."""
    if as_json:
        show.as_json({name: part for name, part in told.items() if name != "kept_in"})
        return
    for line in _lines(told, words):
        print(words("forget.unsaid") if unsaid and any(unsaid.found_in(line)) else line)


def _lines(told: Mapping, words: Words) -> Iterator[str]:
    yield words("forget.done", **{k: told["withdrawal"][k] for k in ("submissions", "items")})
    yield words("forget.searched", n=told["searched"]["traces"])
    if told["searched"]["too_short"]:
        yield words("forget.short", n=told["searched"]["too_short"])
    nothing = dict.fromkeys(("parquet", "duckdb", "sqlite", "other", "cells", "members", "mails"), 0)
    yield words("forget.read", **{**nothing, **told["read"]["files"], **told["read"]["parts"]})
    for name in told["read"]["unread"]:
        yield words("forget.unread", name=show.one_line(name))
    for place in told["found"]:
        yield "✗ " + words("forget.found", **{**place, "kind": words(f"forget.kind_{place['kind']}")})
    for row in told["still_told_in"]:
        yield "  " + _told_in(row, words)
    yield words("forget.not_clean", file=told["kept_in"]) if told["found"] else words("forget.clean")
    yield words("forget.beyond")
    yield from (f"  - {line}" for line in told["out_of_reach"])


def _told_in(row: Mapping, words: Words) -> str:
    return words("forget.told_in", **{**row, "channel": words(f"channel.{row['channel']}")})


def _still_told_in(settings: Settings, pending: Pending) -> list[dict]:
    """Submissions that hold what is withdrawn, as the warehouse shows them: submission_ref, channel, local_date. None while
    there is no warehouse: a withdrawal was broken off.
    """
    if not settings.lake.published.exists():
        return []
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = store.ask(con, store.question("texts"), {"refs": None})
    texts = ["\n".join(filter(None, [row.pop("title_masked"), row.pop("body_masked")])) for row in rows]
    return [row for row, text in zip(rows, texts, strict=True) if any(pending.traces.found_in(text))]


def _copies(settings: Settings, pending: Pending, words: Words) -> list[str]:
    """Copies that neta cannot remove, by what is known of them."""
    lines = [words("forget.source", channel=words(f"channel.{c}")) for c in pending.told["channels"]]
    entries = ledger.read(settings.lake.ledger)
    lines += [words("forget.backup", file=e.payload["file"], at=e.at[:10]) for e in entries if e.kind == "backup"]
    lines += [words("forget.handed_out", **out) for out in handing.those_of(settings.lake, pending.names)]
    used = [(e, pending.used[str(e.id)]) for e in entries if str(e.id) in pending.used]
    lines += [words("forget.used", id=e.id, at=e.at[:10], where=show.one_line(where)) for e, where in used]
    return [*lines, words("forget.elsewhere")]

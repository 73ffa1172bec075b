"""`neta about`: one page for one person, of everything that is held of them. Reading it is written into the ledger."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from dashboards.about import Chapter, Section, as_html, as_text
from flows import handing, runlog, show
from flows.failures import Refused
from flows.forgetting import own_texts
from flows.settings import Settings, load
from tasks import conform, consent, person
from tasks.refs import ref
from tasks.taken_back import decided
from warehouse import codebook, counts, ledger, store
from warehouse.lake import write_private
from warehouse.scopes import SCOPES
from warehouse.words import Words

_DAY = "%Y-%m-%d %H:%M"


def about(home: Path, name: str, html: Path | None, who: str | None, as_json: bool = False) -> None:
    """Show the page, or write it as one HTML file. Refused where nobody goes by this name."""
    settings, who = load(home), who or getpass.getuser()
    words = Words(settings.language)
    held = _held(settings, name, words)
    refs = held.person.refs  # the person's own comes last
    ledger.append(settings.lake.ledger, who, "about", refs[-1], {"refs": sorted(refs)})
    told = words("about.title"), _head(held, name), list(_chapters(held, name))
    if as_json:
        show.as_json({"refs": refs, "title": told[0], "head": told[1], "chapters": [asdict(c) for c in told[2]]})
        return
    if html is None:
        print(as_text(*told))
        return
    handing.handed_out(settings.lake, html, refs, who)
    write_private(as_html(*told, words, settings.sample).encode(), html)
    print(words("about.written", file=html))


@dataclass(frozen=True)
class Held:
    """What is known of a person, from raw, the warehouse and the ledger, before it is put into words."""

    settings: Settings
    words: Words
    person: person.Person
    messages: list[dict]  # theirs and what holds something of theirs, in the order in which they were told
    fates: Mapping[str, dict]  # raw_id -> its row of about.sql
    stories: Mapping[str, dict]  # story_id -> its row of explain.sql
    entries: list[ledger.Entry]


def _held(settings: Settings, name: str, words: Words) -> Held:
    lake, s = settings.lake, settings
    try:
        who = person.find(lake, s.key(), name, False, s.call, s.me, s.gap_minutes, own_texts(s))
    except (person.NoSuchPerson, person.IsOwner):
        raise Refused(words("about.nothing", name=name)) from None
    rows = [row for row in conform.messages(lake).to_pylist() if row["raw_id"] in who.raw_ids]
    with store.reading(lake, str(s.zone)) as con:
        fates = store.ask(con, store.question("about"), {"raw_ids": sorted(who.raw_ids)})
        ids = sorted({row["story_id"] for row in fates if row["story_id"]})
        stories = {i: counts.stories(con, {"story": i}, True, words)[0] for i in ids}
    rows.sort(key=lambda row: (row["posted_at"] or row["received_at"], row["raw_id"]))
    return Held(s, words, who, rows, {row["raw_id"]: row for row in fates}, stories, decided(lake.ledger))


def _head(held: Held, name: str) -> str:
    at = runlog.now().astimezone(held.settings.zone).strftime(_DAY)
    return held.words("about.head", title=held.settings.call.title, name=name, at=at)


def _chapters(held: Held, name: str) -> Iterator[Chapter]:
    words = held.words
    for submission_ref, rows in _by_submission(held).items():
        yield _telling(held, submission_ref, rows)
    beside = [row for row in held.messages if row["raw_id"] not in held.person.written]
    lines = [words("about.beside_line", channel=_channel(row, words), when=_when(row, held)) for row in beside]
    handed = handing.those_of(held.settings.lake, held.person.refs)
    out = [words("about.out_line", at=o["at"], file=Path(o["file"]).name) for o in handed]
    purpose = [held.settings.call.purpose] if held.settings.call.purpose else []
    parts = {"beside": lines, "out": out, "purpose": purpose, "rights": _rights(held, name)}
    sections = [Section(words(f"about.{part}"), told) for part, told in parts.items() if told]
    yield Chapter(words("about.rest"), sections)


def _by_submission(held: Held) -> dict[str, list[dict]]:
    """The person's own messages by the submission that they are part of; what is part of none, each by itself."""
    key, found = held.settings.key(), {}
    for row in held.messages:
        if row["raw_id"] in held.person.written:
            own = ref(key, "submission", row["submission_id"]) if row["submission_id"] else row["raw_id"][:20]
            fate = held.fates.get(row["raw_id"])
            found.setdefault((fate and fate["submission_ref"]) or own, []).append(row)
    return found


def _telling(held: Held, submission_ref: str, rows: list[dict]) -> Chapter:
    words, first = held.words, rows[0]
    fate = held.fates.get(first["raw_id"])
    story = held.stories.get(fate["story_id"]) if fate else None
    ids = {row["submission_id"] for row in rows}
    said = [entry for entry in held.entries if entry.subject in ids]
    texts = [text for row in rows for text in (row["title"], row["body"]) if text]
    parts = {
        "fate": [_fate(fate, story, words)],
        "codes": list(_codes(held, story)) if story and fate["is_heard"] else [],
        "decided": [_decision(held, entry) for entry in said if entry.kind == "code"],
        "scopes": list(_scopes(held, first, said)),
        "used": list(_used(held, said)),
        "kept": [_kept(held, entry) for entry in said if entry.kind in ("note", "address") and entry.payload],
    }
    title = words("about.telling", ref=submission_ref, channel=_channel(first, words), when=_when(first, held))
    text = Section(words("about.text"), texts or [words("about.no_text")], is_text=True)
    return Chapter(title, [text, *(Section(words(f"about.{name}"), lines) for name, lines in parts.items() if lines)])


def _fate(fate: dict | None, story: dict | None, words: Words) -> str:
    if fate is None:
        return words("about.not_yet")
    if story is None:
        return words("about.aside", reason=words(f"reason.{fate['reason']}"))
    tests = {
        "unconsented": not story["can_count"],
        "unheard": not fate["is_heard"],
        "not_story": not story["is_story"],
        "late": story["is_after_close"],
        "apart": story["is_apart"],
    }
    key = next((name for name, holds in tests.items() if holds), "counted")
    return words(f"about.{key}", story=story["story_id"])


def _codes(held: Held, story: dict) -> Iterator[str]:
    book, words = codebook.load(held.settings.codebook), held.words
    told: dict[tuple[str, str], list[str]] = {}
    for code in story["codes"]:
        label = _label(book, code["dimension"], code["code"], words)
        told.setdefault((code["dimension"], code["decided_by"]), []).append(label)
    for (dimension, by), labels in told.items():
        named = _label(book, dimension, None, words)
        yield words("about.code", dimension=named, codes="、".join(labels), by=words(f"about.by_{by}"))


def _label(book: codebook.Codebook, dimension: str, code: str | None, words: Words) -> str:
    """In words; a code that the codebook no longer has, as it is."""
    known = book.by_name.get(dimension)
    entry = known.by_code.get(code) if known and code else known
    return getattr(entry, words.language) if entry else code or dimension


def _decision(held: Held, entry: ledger.Entry) -> str:
    book, words = codebook.load(held.settings.codebook), held.words
    dimension = entry.payload["dimension"]
    labels = [_label(book, dimension, code, words) for code in entry.payload["codes"]]
    named = _label(book, dimension, None, words)
    at = _day(entry, held)
    who = words("about.by_contributor") if "as" in entry.payload else entry.who
    return words("about.decision", at=at, who=who, dimension=named, codes="、".join(labels) or "–")


def _scopes(held: Held, row: dict, said: Iterable[ledger.Entry]) -> Iterator[str]:
    words, entries = held.words, [entry for entry in said if entry.kind == "consent"]
    granted = held.settings.consent.get(row["channel"], consent.DEFAULT)
    latest = consent.said_of(entries)
    latest = {scope: entry for by_scope in latest.values() for scope, entry in by_scope.items()}
    allowed = consent.allowed_of(granted, latest)
    for scope in SCOPES:
        entry = latest.get(scope)
        by = words("about.by_channel") if scope in allowed else words("about.by_default")
        if entry:
            by = words("about.by_ledger", at=_day(entry, held), evidence=entry.payload["evidence"])
        if entry and scope == "name" and scope in allowed:
            by += words("about.exact_name", name=entry.payload["name_as"])
        is_allowed = words("about.yes" if scope in allowed else "about.no")
        yield words("about.scope", scope=words(f"consent.{scope}"), said=is_allowed, by=by)


def _used(held: Held, said: Iterable[ledger.Entry]) -> Iterator[str]:
    used = [entry for entry in said if entry.kind == "used"]
    lines = [held.words("about.used_line", where=e.payload.get("where", "–"), at=_day(e, held), id=e.id) for e in used]
    yield from lines or [held.words("about.not_used")]


def _kept(held: Held, entry: ledger.Entry) -> str:
    return held.words("about.kept_line", at=_day(entry, held), what=entry.payload.get(entry.kind, ""))


def _rights(held: Held, name: str) -> list[str]:
    words, refs = held.words, held.person.refs
    return [words("about.right_scopes", ref=refs[-1]), words("about.right_codes", ref=refs[0])] + [
        words("about.right_forget", name=name)
    ]


def _channel(row: dict, words: Words) -> str:
    key = f"channel.{row['channel']}"
    return words(key) if words.has(key) else row["channel"]


def _when(row: dict, held: Held) -> str:
    return (row["posted_at"] or row["received_at"]).astimezone(held.settings.zone).strftime(_DAY)


def _day(entry: ledger.Entry, held: Held) -> str:
    return datetime.fromisoformat(entry.at).astimezone(held.settings.zone).strftime("%Y-%m-%d")

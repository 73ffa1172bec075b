"""`neta publish`: the public edition as static files, of counts that nobody can be worked out from.

What is published is remembered in the home before it is written outside. The pages are made from that alone.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboards.public import Quote, files
from flows import show
from flows.failures import Refused
from flows.quoting import hand_out, quotes
from flows.settings import Settings, load
from tasks.public import counted
from tasks.public.edition import Outcome, axes_of, cells_of, edition, lattice_of, tables_of
from tasks.public.suppress import TooFew
from warehouse import counts, editions, store
from warehouse.lake import locked, write_bytes
from warehouse.words import Words

MANIFEST = "edition.json"
LEAST = 3  # a smaller k protects nobody


@dataclass(frozen=True)
class Made:
    """An edition. outcome: how it came about; None where it is one that was published already."""

    edition: dict
    outcome: Outcome | None


def publish(
    home: Path, directory: Path, k: int, refs: Sequence[str], anew: bool, only_check: bool, who: str | None
) -> None:
    """Write the public edition of the published warehouse into a folder, and tell what it shows.

    refs: tellings to quote. Refused: a folder that holds something else, a quote that is not allowed, too few people.
    """
    settings = load(home)
    words = Words(settings.language)
    _must_fit(settings, directory, k, words)
    with locked(settings.lake), store.reading(settings.lake, str(settings.zone)) as con:
        made = _made(settings, con, k, anew, words)
        quoted = quotes(settings, con, refs, words)
        if not only_check:
            editions.remember(settings.lake, made.edition)
            hand_out(settings, directory, made.edition["name"], quoted, who or getpass.getuser())
            _write(directory, made.edition, [quote for _, quote in quoted], words)
    _tell(made, len(quoted), directory, only_check, words)


def _must_fit(settings: Settings, directory: Path, k: int, words: Words) -> None:
    if k < LEAST:
        raise Refused(words("publish.k", least=LEAST))
    if directory.resolve().is_relative_to(settings.lake.home.resolve()):
        raise Refused(words("publish.inside", directory=directory))
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir()) and _name_there(directory) is None):
        raise Refused(words("publish.not_empty", directory=directory))
    there, known = _name_there(directory), {edition["name"] for edition in editions.every(settings.lake)}
    if there is not None and there not in known:
        raise Refused(words("publish.foreign", directory=directory))


def _name_there(directory: Path) -> str | None:
    """Name of the edition that a folder holds."""
    try:
        return str(json.loads((directory / MANIFEST).read_bytes())["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(settings: Settings, con, k: int, anew: bool, words: Words) -> Made:
    """The edition of this warehouse: the one that was published, or the next."""
    build, known = counts.build_info(con), editions.every(settings.lake)
    if found := next((e for e in known if e["version"] == build["version"]), None):
        if found["k"] != k:
            raise Refused(words("publish.other_k", k=found["k"]))
        return Made(found, None)
    series = known[-1]["series"] + anew if known else 1
    earlier = [e for e in known if e["series"] == series]
    if any((e["codebook_version"], e["k"]) != (build["codebook_version"], k) for e in earlier):
        raise Refused(words("publish.not_alike"))
    try:
        return _next(settings, con, {**_head(settings, build), "k": k, "series": series}, earlier)
    except TooFew:
        raise Refused(words("publish.too_few", k=k)) from None


def _head(settings: Settings, build: Mapping) -> dict:
    built_at = build["built_at"].astimezone(settings.zone)
    day, version = f"{built_at:%Y-%m-%d}", build["version"]
    head = {"name": f"{day}_{version}", "date": day, "version": version, "built_at": built_at.isoformat()}
    return {
        **head,
        "title": build["call_title"],
        "is_sample": build["is_sample"],
        "codebook_version": build["codebook_version"],
    }


def _next(settings: Settings, con, head: dict, earlier: list[dict]) -> Made:
    """Where too little changed to say anything new, all is as it was, and the next edition is held against the last."""
    until = None if settings.sample else head["date"][:7]  # whole months; the sample's months are of any time
    rows, moved = counted.rows(con, until), list({e["counted_at"]: e for e in reversed(earlier)}.values())[::-1]
    if not rows:
        raise TooFew
    lattice = counted.lattice_of(con, rows)
    before = [(lattice_of(e), cells_of(e)) for e in moved]
    outcome = edition(lattice, counted.told(lattice, rows, moved), before, head["k"])
    if not outcome.has_moved:
        return Made({**moved[-1], **head}, outcome)
    when = {"counted_at": head["built_at"], "until": until}
    return Made({**head, **when, "axes": axes_of(lattice), **tables_of(lattice, outcome.shown)}, outcome)


def _write(directory: Path, edition: Mapping, quoted: Sequence[Quote], words: Words) -> None:
    """A list of everything that may lie there, the new files, then the list of these alone; so it can be broken off."""
    made = files(edition, quoted, words)
    old = _listed(directory)
    _list(directory, edition, {*old, *made})
    for name, data in made.items():
        write_bytes(data, directory / name)
    for name in old - made.keys():
        (directory / name).unlink(missing_ok=True)
    _list(directory, edition, set(made))


def _list(directory: Path, edition: Mapping, names: set[str]) -> None:
    told = {"name": edition["name"], "version": edition["version"], "files": sorted(names)}
    write_bytes(editions.as_json(told), directory / MANIFEST)


def _listed(directory: Path) -> set[str]:
    """Plain names only: a list that somebody else wrote must not lead out of the folder."""
    try:
        names = json.loads((directory / MANIFEST).read_bytes())["files"]
    except OSError:
        return set()
    return {name for name in names if isinstance(name, str) and Path(name).name == name and name != MANIFEST}


def _tell(made: Made, quoted: int, directory: Path, only_check: bool, words: Words) -> None:
    out, edition = show.console(), made.edition
    cells = cells_of(edition)
    shown = sum(count is not None for count in cells.values())
    out.print(words("publish.edition", name=edition["name"]), markup=False)
    out.print(words("publish.cells", cells=f"{len(cells):,}", shown=f"{shown:,}", hidden=f"{len(cells) - shown:,}"))
    if made.outcome is None:
        out.print(words("publish.again"))
    elif made.outcome.has_moved:
        o = made.outcome
        out.print(words("publish.why", k=edition["k"], few=o.few, beside=o.beside, still=o.still, held=o.held))
    else:
        out.print(words("publish.nothing_new", k=edition["k"]))
    if quoted:
        out.print(words("publish.quoted", n=quoted))
    if edition["is_sample"]:
        out.print(words("page.sample"))
    out.print(
        words("publish.checked") if only_check else words("publish.written", file=directory / "index.html"),
        markup=False,
    )

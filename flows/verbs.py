"""Verbs that run and tell: run, ingest, build, counts, status."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from warehouse import counts, store
from warehouse.words import Words

QUARANTINE = 3


def run_day_and_show(home: Path, no_prefect: bool, as_json: bool) -> int:
    """Ingest, build, show the account and the counts. Exit code."""
    settings = load(home)
    from flows.ingest import not_read

    words, out, before = Words(settings.language), show.console(), held_items(settings)
    day = _run_day(settings, no_prefect, out, words, as_json)
    new_held = len(held_items(settings) - before)
    if as_json:
        told = {"landings": day.landings, "failures": day.failures, "built": day.built, "new_quarantine": new_held}
        show.as_json({**told, "not_read": not_read(settings)})
    else:
        notices(out, not_read(settings), words)
        _show_day(out, settings, day, new_held, words)
    is_whole = all(landing["is_whole"] for landing in day.landings.values())
    return 1 if day.failures or not is_whole else QUARANTINE if new_held else 0


def _run_day(settings: Settings, no_prefect: bool, out, words: Words, quiet: bool):
    if no_prefect:
        from flows.daily import run_day

        return run_day(settings)
    prefect_home = settings.lake.state / "prefect"
    prefect_home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(prefect_home))
    if quiet:
        return _orchestrated(settings)
    with out.status(words("run.starting")):
        return _orchestrated(settings)


def _orchestrated(settings: Settings):
    from flows.orchestrated import run_daily

    return run_daily(str(settings.lake.home))


def _show_day(out, settings: Settings, day, new_held: int, words: Words) -> None:
    show.banner(out, settings, words)
    notices(out, [n for landing in day.landings.values() for n in landing["notices"]], words)
    for channel, what in day.failures.items():
        label = words(f"channel.{channel}") if words.has(f"channel.{channel}") else channel
        out.print(f"✗ {label}: {what}", style="red", markup=False)
    with store.reading(settings.lake, str(settings.zone)) as con:
        show.account(out, counts.account(con, words), words)
        show.stages(out, counts.stages(con, words), words)
    if new_held:
        out.print(f"[yellow]{words('run.new_held', n=new_held)}[/yellow]")
    if not day.built["changed"]:
        out.print(words("run.unchanged"))
    _tell_if_no_model(out, settings, words)
    out.print()
    show_counts(settings.lake.home, None, False, False, False)
    _where(out, settings, words)


def notices(out, rows: Sequence, words: Words) -> None:
    """What could not be read in this run, one line each: which, what, what to do."""
    for name, problem, detail in rows:
        where = f"({show.one_line(detail)})" if detail else ""
        out.print(f"△ {show.one_line(name)}: {words('problem.' + problem)}{where}", style="yellow", markup=False)


def _tell_if_no_model(out, settings: Settings, words: Words) -> None:
    """Where cues alone coded what is on show, whoever looks at the counts must know."""
    with store.reading(settings.lake, str(settings.zone)) as con:
        if counts.build_info(con)["coder_version"].startswith("rules-"):
            out.print(words("coder.no_model"), markup=False)


def _where(out, settings: Settings, words: Words) -> None:
    from flows.build import report_file

    home = settings.lake.home
    short = os.path.relpath(home)
    home = short if len(short) < len(str(home)) else str(home)
    neta = ".venv/bin/neta" if Path(".venv/bin/neta").exists() else "neta"
    out.print()
    show.lines(out, [
        (words("where.warehouse"), f'{home}/warehouse/warehouse.duckdb  →  {neta} sql --home {home} "SELECT * FROM mart_total"'),
        (words("where.report"), f"{home}/{report_file(settings.lake).relative_to(settings.lake.home)}  →  {words('where.browser')}"),
        (words("where.page"), f"{neta} web --home {home}  →  http://127.0.0.1:8321/"),
    ])  # fmt: skip


def ingest_and_show(
    home: Path,
    channel: str,
    paths: Sequence[Path],
    as_json: bool,
    conversation: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Land one channel and tell what came. conversation: those ticked for this run; times in the call's zone. Exit code."""
    from flows.ingest import ingest, summary

    settings = with_channel(load(home), channel, conversation)
    words, out = Words(settings.language), show.console()
    if (since or until) and (paths or not settings.options(channel).get("live")):
        raise Refused(words("ingest.no_span"))
    span = {name: at and at.replace(tzinfo=settings.zone) for name, at in (("since", since), ("until", until))}
    done = summary(ingest(settings, channel, [p.absolute() for p in paths], **span))
    missing = any(problem in _NOT_OPENED for _, problem, _ in done["notices"])
    unheard = bool(conversation and done["outside"] and not done["items"])
    if as_json:
        show.as_json(done)
    else:
        notices(out, done["notices"], words)
        if unheard:
            out.print(f"△ {words('ingest.unheard')}", style="yellow", markup=False)
        out.print(words("ingest.done", channel=words(f"channel.{channel}"), **{k: done[k] for k in _TOLD}))
    return 1 if missing or unheard or not done["is_whole"] else QUARANTINE if done["quarantined"] else 0


def with_channel(settings: Settings, channel: str, conversation: Sequence[str] = ()) -> Settings:
    """The settings with the conversations ticked; Refused for a channel that neta does not have."""
    from tasks import channels

    if channel not in channels.names():
        raise Refused(f"「{channel}」という経路はありません。使えるもの: {' '.join(channels.names())}")
    if not conversation:
        return settings
    own = {**settings.channels.get(channel, {}), "conversations": list(conversation)}
    return replace(settings, channels={**settings.channels, channel: own})


_NOT_OPENED = ("not_found", "not_a_file", "not_permitted")
_TOLD = ("sources", "items", "new", "known", "quarantined", "outside")


def build_and_show(home: Path, as_json: bool, empty_cache: bool) -> int:
    """Build (or rebuild) and tell the version. Exit code."""
    from flows.build import build

    settings = load(home)
    words, out, before = Words(settings.language), show.console(), held_items(settings)
    tell = (lambda step: None) if as_json else lambda step: out.print(f"[dim]… {words('step.' + step)}[/dim]")
    built = build(settings, tell, empty_cache)
    new_held = len(held_items(settings) - before)
    if as_json:
        show.as_json({"version": built.version, "changed": built.changed, "new_quarantine": new_held})
    else:
        out.print(words("build.done" if built.changed else "run.unchanged", version=built.version))
        _tell_if_no_model(out, settings, words)
    return QUARANTINE if new_held else 0


def show_counts(
    home: Path,
    by: str | None,
    include_late: bool,
    codes: bool,
    as_json: bool,
    of_persons: bool = False,
    parts: bool = False,
) -> None:
    """Counts by each breakdown asked for, groups first; of stories, or of persons.

    by: if None, all that are charted. parts: of each range.
    """
    settings = load(home)
    words, out = Words(settings.language), show.console()
    with store.reading(settings.lake, str(settings.zone)) as con:
        names = _asked(by) if by is not None else counts.charted(con)
        total = counts.totals(con, include_late)
        tables = [counts.breakdown(con, name, words, include_late) for name in names]
    if as_json:
        by_name = {table.name: table.rows for table in tables}
        show.as_json({"is_sample": settings.sample, "totals": total, "counts": by_name, "note": words("count.note")})
        return
    for table in tables:
        show.breakdown(out, table, codes, words, "person" if of_persons else "story", parts)
        out.print()
    rest = words("count.rest", **total) if total["apart_count"] or total["not_story_count"] else ""
    out.print(
        show.sample_mark(settings, words) + words("people.total" if of_persons else "count.total", **total) + rest
    )
    if total["estimate"] is None or total["low"] < total["high"]:
        out.print(words("estimate.unmeasured" if total["estimate"] is None else "estimate.total", **total))
    for said, column in (("link.total_range", "story_count"), ("people.total_range", "person_count")):
        if total[f"{column}_low"] < total[column]:
            out.print(words(said, **total))
    if total["unconsented_count"]:
        out.print(words("consent.uncounted", n=total["unconsented_count"]))
    if total["late_count"] and not include_late:
        out.print(words("count.late", n=total["late_count"]))
    out.print(f"[dim]{words('count.note')}[/dim]")


def _asked(by: str) -> list[str]:
    return [name for name in by.replace(" ", "").split(",") if name]


def held_items(settings: Settings) -> set[str]:
    """raw_ids that the published warehouse holds back; none before the first build."""
    try:
        with store.reading(settings.lake, str(settings.zone)) as con:
            return {r["raw_id"] for r in store.ask(con, store.question("held"))}
    except store.NotBuilt:
        return set()


def show_status(home: Path, as_json: bool) -> None:
    """Freshness, account, backlog."""
    from flows.standing import standing

    settings = load(home)
    words, out = Words(settings.language), show.console()
    with store.reading(settings.lake, str(settings.zone)) as con:
        account, path = counts.account(con, words), counts.stages(con, words)
        told = standing(settings, con)
    if as_json:
        show.as_json({"account": account, "stages": path, **told})
        return
    show.banner(out, settings, words)
    for kind, at in told["runs"].items():
        when = at and f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        out.print(f"{words('notice.' + kind)}: {when or words('notice.never')}")
    show.account(out, account, words)
    show.stages(out, path, words)
    for row in told["freshness"]:
        when = row["last_received"] or words("notice.never")
        out.print(f"{words('status.fresh')} {words('channel.' + row['channel'])}: {when}")
    for row in told["drift"]:
        out.print(words("status.drift", **row | {"channel": words("channel." + row["channel"])}), markup=False)
    _tell_if_no_model(out, settings, words)
    out.print(words("status.backlog", **told["backlog"]))
    if any(told["unbuilt"].values()):
        out.print(words("status.unbuilt", **told["unbuilt"]))

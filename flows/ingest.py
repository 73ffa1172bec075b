"""Ingest: land one channel, from its inbox or from files named, under the home's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flows import runlog, uploads
from flows.settings import Settings, WrongHome, load
from tasks import channels
from tasks.inbox import land_inbox
from tasks.land import Landing, barred, file_digest, land
from tasks.sample.manifest import is_sample_file
from warehouse.lake import locked


def ingest(
    settings: Settings,
    channel: str,
    paths: Sequence[Path] = (),
    run_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Landing:
    """Land `paths`; without any, ask the live source (if the settings say live) and land what waits in the inbox.

    since, until: a span to fetch again, UTC. ValueError for an unknown channel, WrongHome, Busy.
    """
    started = runlog.now()
    run_id = run_id or runlog.new_run_id(started)
    uploads.sweep(settings.lake, started.timestamp())
    _refuse_mixture(settings, channel, paths or [settings.inbox(channel)])
    try:
        with locked(settings.lake):
            if paths:
                landing = land(settings.lake, channel, paths, settings.options(channel), started, run_id)
            else:
                landing = _land_live_and_inbox(settings, channel, started, run_id, (since, until))
    except Exception as error:
        runlog.record(settings.lake, run_id, "ingest", started, "failed", channel, error=type(error).__name__)
        raise
    status = "done" if landing.is_whole else "partial"
    runlog.record(settings.lake, run_id, "ingest", started, status, channel, **_counts(landing))
    return landing


def not_read(settings: Settings) -> list[tuple[str, str, str]]:
    """What lies in the home's inbox where no run looks, as notices: folders of channels that the settings do not name,
    and whatever lies beside the folders.
    """
    inbox, read = settings.lake.home / "inbox", {settings.inbox(channel) for channel in settings.channels}
    lying = sorted(inbox.iterdir()) if inbox.is_dir() else []
    return [
        (path.name, "no_such_channel" if path.name in channels.names() else "no_such_folder", "")
        for path in lying
        if not path.name.startswith(".")
        and not any(folder.is_relative_to(path) for folder in read)
        and (not path.is_dir() or any(path.iterdir()))
    ]


def _refuse_mixture(settings: Settings, channel: str, sources: Sequence[Path]) -> None:
    for path in channels.module(channel).fetch(p for p in sources if p.exists()):
        if not barred(path) and path.stat().st_size and is_sample_file(file_digest(path)) != settings.sample:
            raise WrongHome(path.name, settings.sample)


def _land_live_and_inbox(settings: Settings, channel: str, now: datetime, run_id: str, span: tuple) -> Landing:
    options, inbox = settings.options(channel), settings.inbox(channel)
    if not options.get("live"):
        return land_inbox(settings.lake, channel, inbox, options, now, run_id)
    if settings.sample:
        raise WrongHome(f"[channels.{channel}] live", sample_home=True)
    from tasks.http import Client  # 0.1 s of imports that only a live source needs
    from tasks.live import Well, draw, read_cursor, write_cursor

    with Client(trusted=frozenset(options.get("trusted_hosts", []))) as http:
        well = Well(inbox, options, read_cursor(settings.lake, channel), now, http, *span)
        cursor = draw(channels.module(channel), well)
    landing = land_inbox(settings.lake, channel, inbox, options, now, run_id)
    if cursor is not None and not any(span):
        write_cursor(settings.lake, channel, cursor)
    well.empty(but={name for name, _, _ in landing.notices})
    landing.is_whole = cursor is not None
    landing.notices += [(channel, problem, detail) for problem, detail in well.notices]
    return landing


def ingest_home(
    home: str, channel: str, run_id: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> dict:
    """As `ingest`, for a task runner: plain values in, counts out."""
    return summary(ingest(load(Path(home)), channel, run_id=run_id, since=since, until=until))


def summary(landing: Landing) -> dict:
    """A landing as plain values, for --json and for task results: no content, no name of a person."""
    return {
        "channel": landing.channel,
        "sources": landing.sources,
        "skipped": landing.skipped,
        "items": landing.items,
        "new": landing.new,
        "known": landing.known,
        "withdrawn": landing.withdrawn,
        "outside": landing.outside,
        "is_whole": landing.is_whole,
        "set_aside": dict(landing.problems),
        "quarantined": landing.quarantined,
        "notices": landing.notices,
    }


def _counts(landing: Landing) -> dict[str, int]:
    return {
        "item_count": landing.items,
        "new_count": landing.new,
        "known_count": landing.known,
        "quarantined_count": landing.quarantined,
    }

"""Ingest: land one channel, from its inbox or from files named, under the home's lock."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows import runlog
from flows.settings import Settings, load
from tasks import channels
from tasks.land import Landing, file_digest, land, land_inbox
from tasks.sample.manifest import is_sample_file
from warehouse.lake import locked


class WrongHome(ValueError):
    """Sample input for a real home, or the reverse: `name` is the file."""

    def __init__(self, name: str, sample_home: bool):
        super().__init__(name)
        self.name = name
        self.sample_home = sample_home


def ingest(settings: Settings, channel: str, paths: Sequence[Path] = (), run_id: str | None = None) -> Landing:
    """Land `paths`, or what waits in the channel's inbox. ValueError for an unknown channel, WrongHome, Busy."""
    module, started = channels.module(channel), runlog.now()
    run_id = run_id or runlog.new_run_id(started)
    sources = list(paths) or [settings.inbox(channel)]
    for path in module.fetch(p for p in sources if p.exists()):
        if path.stat().st_size and is_sample_file(file_digest(path)) != settings.sample:
            raise WrongHome(path.name, settings.sample)
    options = settings.options(channel)
    try:
        with locked(settings.lake):
            if paths:
                landing = land(settings.lake, channel, paths, options, started, run_id)
            else:
                landing = land_inbox(settings.lake, channel, sources[0], options, started, run_id)
    except Exception as error:
        runlog.record(settings.lake, run_id, "ingest", started, "failed", channel, error=type(error).__name__)
        raise
    runlog.record(settings.lake, run_id, "ingest", started, "done", channel, **_counts(landing))
    return landing


def ingest_home(home: str, channel: str, run_id: str | None = None) -> dict:
    """As `ingest`, for a task runner: plain values in, counts out."""
    return summary(ingest(load(Path(home)), channel, run_id=run_id))


def summary(landing: Landing) -> dict:
    """A landing as plain values, for --json and for task results: no content, no name of a person."""
    return {
        "channel": landing.channel,
        "sources": landing.sources,
        "skipped": landing.skipped,
        "items": landing.items,
        "new": landing.new,
        "known": landing.known,
        "outside": landing.outside,
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

"""Notices: a failed or overdue run is told, to a log in the home and to the command that the settings name."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta

from flows import runlog
from flows.settings import Settings
from warehouse.words import Words


def tell(settings: Settings, text: str) -> None:
    """Write a notice to <home>/state/notices.log and hand it to [notify] command on its standard input.

    A command that fails is itself noted: a notice never breaks a run.
    """
    _log(settings, text)
    if not settings.notify:
        return
    try:
        subprocess.run(settings.notify, input=text, text=True, timeout=60, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        _log(settings, f"[notify] {settings.notify[0]}: {type(error).__name__}: {error}")


def _log(settings: Settings, text: str) -> None:
    settings.lake.state.mkdir(parents=True, exist_ok=True)
    with (settings.lake.state / "notices.log").open("a", encoding="utf-8") as file:
        file.write(f"{runlog.now():%Y-%m-%dT%H:%M:%SZ} {text}\n")


def overdue(settings: Settings, at: datetime) -> list[str]:
    """One line for every kind of run, and every live source, whose last good run is older than [notify] overdue_hours or
    never was.
    """
    words = Words(settings.language)
    live = [channel for channel, options in settings.channels.items() if options.get("live")]
    asked = [("ingest", None), ("build", None), *[("ingest", channel) for channel in live]]
    late = []
    for kind, channel in asked:
        last = runlog.last_success(settings.lake, kind, channel)
        if last is None or at - last > timedelta(hours=settings.overdue_hours):
            what = words(f"notice.{kind}") + (f"({words('channel.' + channel)})" if channel else "")
            since = f"{last.astimezone(settings.zone):%Y-%m-%d %H:%M}" if last else words("notice.never")
            late.append(words("notice.overdue", kind=what, since=since, hours=f"{settings.overdue_hours:g}"))
    return late

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


def overdue(settings: Settings, kind: str, at: datetime) -> str | None:
    """One line if the last good run of a kind is older than [notify] overdue_hours, or never was; else None."""
    last = runlog.last_success(settings.lake, kind)
    if last and at - last <= timedelta(hours=settings.overdue_hours):
        return None
    words = Words(settings.language)
    since = last.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") if last else words("notice.never")
    return words("notice.overdue", kind=words(f"notice.{kind}"), since=since, hours=f"{settings.overdue_hours:g}")

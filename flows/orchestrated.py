"""Prefect at the edge: the plain functions as tasks and flows. Nothing here decides anything."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

# Read by Prefect when it is imported: results are plain JSON, nothing is sent anywhere, the log tells what went wrong.
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}
for _name, _value in _QUIET.items():
    os.environ.setdefault(_name, _value)

from prefect import flow, task  # noqa: E402
from prefect.client.schemas.objects import ConcurrencyLimitConfig  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from prefect.schedules import Cron  # noqa: E402
from prefect.states import Failed, State  # noqa: E402

from flows import daily as day  # noqa: E402
from flows import notify, runlog  # noqa: E402
from flows.build import build_home  # noqa: E402
from flows.ingest import ingest_home  # noqa: E402
from flows.settings import Settings, load  # noqa: E402
from warehouse.lake import Busy  # noqa: E402
from warehouse.words import Words  # noqa: E402


def _passing(task, run, state) -> bool:
    """Retry what may pass by itself: a busy home, a disk or a network that stutters."""
    return isinstance(state.result(raise_on_failure=False), (OSError, Busy))


land_task = task(
    ingest_home,
    name="land",
    task_run_name="land-{channel}",
    retries=3,
    retry_delay_seconds=[1, 5, 30],
    retry_jitter_factor=0.5,
    retry_condition_fn=_passing,
)
build_task = task(build_home, name="build", retries=1, retry_delay_seconds=30, retry_condition_fn=_passing)


def _tell_failure(flow, run, state) -> None:
    settings = load(Path(run.parameters["home"]))
    notify.tell(settings, Words(settings.language)("notice.failed", flow=flow.name, what=state.message or state.name))


_TOLD = {"on_failure": [_tell_failure], "on_crashed": [_tell_failure]}


@flow(name="ingest", **_TOLD)
def ingest(home: str) -> dict | State:
    """Land every configured channel of a home; a schedule that was missed is made up for once, not once an hour."""
    if _made_up_for(home, "ingest"):
        return {}
    return _ended(day.run_day(load(Path(home)), land_task, lambda home: {}))


@flow(name="build", **_TOLD)
def build(home: str) -> dict:
    """Raw + ledger → published warehouse."""
    return {} if _made_up_for(home, "build") else build_task(home)


@flow(name="daily", **_TOLD)
def daily(home: str) -> dict | State:
    """Ingest, then build: what `neta run` runs. One channel's failure does not stop the others; it fails the flow."""
    return _ended(day.run_day(load(Path(home)), land_task, build_task))


@flow(name="watch")
def watch(home: str) -> list[str]:
    """Tell what is overdue."""
    settings = load(Path(home))
    late = notify.overdue(settings, runlog.now())
    for line in late:
        notify.tell(settings, line)
    return late


@flow(name="backfill", **_TOLD)
def backfill(home: str, channel: str, since: datetime, until: datetime | None = None) -> dict:
    """Ask one live source for a span again; the cursor stays where it is, and what is known lands no second time.

    since, until: of a time without a zone the call's is meant.
    """
    zone = load(Path(home)).zone
    span = [at and (at if at.tzinfo else at.replace(tzinfo=zone)) for at in (since, until)]
    return land_task(home, channel, None, *span)


def _made_up_for(home: str, kind: str) -> bool:
    """After a sleep every missed run comes at once: those due before the last good run began have nothing to add."""
    last = runlog.last_success(load(Path(home)).lake, kind)
    due = flow_run.scheduled_start_time
    return bool(last and due and due <= last)


def _ended(done: day.Day) -> dict | State:
    """What the day did; a failed state around it if a channel failed."""
    if not done.failures:
        return asdict(done)
    what = "; ".join(f"{channel}: {why}" for channel, why in done.failures.items())
    return Failed(message=what, data=asdict(done))


def run_daily(home: str) -> day.Day:
    """The daily flow against Prefect's own temporary server, and what it did; a failed build raises its error."""
    done = daily(home, return_state=True).result(raise_on_failure=False)
    if isinstance(done, BaseException):
        raise done
    return day.Day(**done)


def deployments(settings: Settings) -> list:
    """What `neta serve` serves: ingest and build by the settings' cron, the watch every hour, all in the call's zone, and
    the backfill for whoever starts it.

    A run that is still going makes the next one of its kind give way.
    """
    home, zone = str(settings.lake.home), str(settings.zone)
    one = ConcurrencyLimitConfig(limit=1, collision_strategy="CANCEL_NEW")
    crons = {ingest: settings.schedule["ingest"], build: settings.schedule["build"], watch: "15 * * * *"}
    scheduled = [
        work.to_deployment(
            name="neta", parameters={"home": home}, schedule=Cron(cron, timezone=zone), concurrency_limit=one
        )
        for work, cron in crons.items()
    ]
    return [*scheduled, backfill.to_deployment(name="neta", parameters={"home": home})]

"""The day: ingest every configured channel, then build. The same steps with Prefect around them, or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flows.addresses import purge
from flows.build import build_home
from flows.failures import one_line
from flows.ingest import ingest_home
from flows.settings import Settings


@dataclass
class Day:
    """What a day's run did. landings: channel -> counts; failures: channel -> what went wrong; built: version, changed."""

    landings: dict[str, Mapping] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    built: Mapping = field(default_factory=dict)


def run_day(
    settings: Settings,
    ingest_step: Callable[[str, str], Mapping] = ingest_home,
    build_step: Callable[[str], Mapping] = build_home,
    tell: Callable[[str, str], None] = lambda step, what: None,
) -> Day:
    """Ingest channel by channel, let go of addresses that are used up, build.

    A channel that fails is told and stops no other; a failed build raises.
    """
    day, home = Day(), str(settings.lake.home)
    for channel in settings.channels:
        tell("ingest", channel)
        try:
            day.landings[channel] = ingest_step(home, channel)
        except Exception as error:  # one bad source costs one source; it is told below and in the run log
            day.failures[channel] = one_line(error)
    purge(settings)
    tell("build", "")
    day.built = build_step(home)
    return day

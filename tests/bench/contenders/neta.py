"""neta: the functions that `neta run` calls, on a home made by what `neta init` calls."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from flows.build import build
from flows.home import Answers, init
from flows.ingest import ingest
from flows.settings import load as settings_of
from tasks import path
from tests.bench.meter import Meter
from warehouse import store

CHANNEL = "x_hashtag"
DOES = (
    "keeps every post as it came (Parquet, checksums, fsync) · latest version stays · joins turns · validates by Great"
    " Expectations · masks · finds copies · codes every dimension · star schema, marts and report"
)
# Stages that no step of the build announces by itself.
WATCHED = (
    (path, "settle", "turns"),
    (path, "protect", "mask"),
    (path, "_check_coding", "code"),
)


def prepare(pages: Path, work: Path) -> None:
    """A home with the pages in its inbox."""
    init(work, Answers(channels=(CHANNEL,)))
    for page in sorted(pages.iterdir()):
        os.link(page, work / "inbox" / CHANNEL / page.name)


def load(pages: Path, work: Path, meter: Meter) -> int:
    """Ingest, then build. Returns submissions published."""
    settings = settings_of(work)
    with ExitStack() as after:
        for module, function, stage in WATCHED:
            after.callback(meter.watch(module, function, stage))
        meter.enter("land")
        ingest(settings, CHANNEL)
        build(settings, tell=meter.enter)
    with store.reading(settings.lake, str(settings.zone)) as con:
        return con.execute("SELECT submission_count FROM mart_total").fetchone()[0]

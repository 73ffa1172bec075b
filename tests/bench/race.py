"""One contender in a process of its own: `python -m tests.bench.race NAME FIRST_PAGE PAGES WORK` tells what it used."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.meter import Meter, peak_megabytes


def race(name: str, first_page: Path, pages: Path, work: Path) -> dict:
    """What the contender used, in seconds and megabytes.

    start: imports and a load of one page, so that whatever a library does once is not counted with the posts.
    """
    start, meter = Meter(), Meter()
    start.enter("start")
    contender = import_module(f"tests.bench.contenders.{name}")
    contender.prepare(first_page, work / "first")
    contender.load(first_page, work / "first", Meter())
    start.enter(None)
    contender.prepare(pages, work / "all")
    loaded = contender.load(pages, work / "all", meter)
    meter.enter(None)
    return {
        "does": contender.DOES,
        "loaded": loaded,
        "start": start.wall["start"],
        "cpu": meter.cpu,
        "wall": sum(meter.wall.values()),
        "peak": peak_megabytes(),
    }


if __name__ == "__main__":
    name, *folders = sys.argv[1:]
    print(json.dumps(race(name, *map(Path, folders))))

"""`python -m tests.bench.exports`: Facebook's JSON read with its mojibake repaired, and a 1 GB export landed.

The peer of the first is Python's json.loads, which leaves the mojibake as it is; for the second there is none, only a
bound on memory.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from tasks.land import land
from tasks.memory import few_searches
from tasks.sample.messenger import as_facebook
from tasks.sample.tellings import stories
from tasks.sources.meta_export import loads_repaired
from tests.bench.meter import cpu_seconds, peak_megabytes
from warehouse.lake import Lake

ROOT = Path(__file__).parent.parent.parent
A_PAGE = 10_000  # messages, as Facebook splits threads
PAGES_A_THREAD = 5
SEED = 20260701
TAG = "速さを測る札"
START = 1_773_360_000_000
NOW = datetime(2026, 7, 1, tzinfo=UTC)
TARGET, MEGABYTES = 1.2, 500
LABELS = {"few": "one chat in six chosen", "all": "every chat chosen"}


@click.command()
@click.option("--size", default=1000, show_default=True, help="megabytes of the export")
@click.option("--json", "as_json", is_flag=True, help="figures for a program")
def main(size: int, as_json: bool) -> None:
    """Read and land exports of Facebook's as large as they get."""
    told = {"repair": _in_a_process("repair")}
    with TemporaryDirectory(prefix="neta-bench-") as folder:
        export = Path(folder) / "facebook-bench.zip"
        _in_a_process("write", export, size * 1_000_000)
        for choice in LABELS:
            told[choice] = _in_a_process("land", export, Path(folder) / choice, choice) | {
                "bytes": export.stat().st_size
            }
    if as_json:
        click.echo(json.dumps(told))
    else:
        _show(Console(), told)


def page(number: int, with_tag: bool) -> dict:
    """A message_N.json with A_PAGE messages of the sample's words, not yet with its mojibake."""
    dice = random.Random(SEED + number)
    words = [story.text for story in stories()]
    people = [f"人{number // PAGES_A_THREAD}", "本の著者"]
    messages = [
        {
            "sender_name": dice.choice(people),
            "timestamp_ms": START - (number * A_PAGE + n) * 60_000,
            "content": dice.choice(words)[: dice.randint(5, 120)],
            "is_geoblocked_for_viewer": False,
            "is_unsent_image_by_messenger_kid_parent": False,
        }
        for n in range(A_PAGE)
    ]
    if with_tag:
        messages[0]["content"] += f" #{TAG}"
    rest = {"title": people[0], "is_still_participant": True, "thread_path": f"inbox/t_{number // PAGES_A_THREAD}"}
    return {"participants": [{"name": name} for name in people], "messages": messages, **rest, "magic_words": []}


def write_export(path: Path, size: int) -> dict:
    """A ZIP of at least `size` bytes, nearly all of it messages, stored: nothing is left out of what has to be read."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        number = 0
        while file.fp.tell() < size:
            thread, place = divmod(number, PAGES_A_THREAD)
            name = f"your_facebook_activity/messages/inbox/t_{thread}/message_{place + 1}.json"
            file.writestr(name, as_facebook(page(number, thread % 6 == 0 and place == 0)))
            number += 1
    return {"pages": number}


def repair_against_json() -> dict[str, float]:
    """Seconds of each for one page, the best of many; ratio: how many times faster. Page after page, as exports come:
    who follows the other has to ask the system again for the memory that the other gave back."""
    data = as_facebook(page(0, False))
    assert loads_repaired(data) == page(0, False)
    seconds: dict[str, float] = {}
    with few_searches():  # as wherever neta reads; it serves both
        for name, read in (("neta", loads_repaired), ("json", json.loads)) * 3:
            seconds[name] = min(seconds.get(name, 1e9), *(_seconds(read, data) for _ in range(20)))
    return seconds | {"ratio": seconds["json"] / seconds["neta"], "megabytes": len(data) / 1e6}


def _seconds(read: Callable[[bytes], object], data: bytes) -> float:
    start = time.process_time()
    read(data)
    return time.process_time() - start


def _in_a_process(*words: object) -> dict:
    """Linux counts a parent's memory as its child's, so whatever needs much runs in a child, also the writing."""
    command = [sys.executable, "-m", "tests.bench.exports_work", *map(str, words)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


def land_export(export: Path, home: Path, choice: str) -> dict:
    """What landing took, in seconds and megabytes."""
    options = {"hashtags": [TAG]} if choice == "few" else {"conversations": ["*"]}
    start, clock = cpu_seconds(), time.perf_counter()
    done = land(Lake(home), "facebook_messenger", [export], options, NOW, "bench")
    used = {"cpu": cpu_seconds() - start, "wall": time.perf_counter() - clock, "peak": peak_megabytes()}
    return used | {"landed": done.new, "outside": done.outside}


def _show(out: Console, told: dict[str, dict]) -> None:
    for line in _lines(told):
        out.print(line, highlight=False)


def _lines(told: dict[str, dict]) -> Iterator[str]:
    repair = told["repair"]
    yield (
        f"Facebook JSON with repair, {repair['megabytes']:.0f} MB: {repair['neta'] * 1000:.1f} ms, json.loads without"
        f" {repair['json'] * 1000:.1f} ms: {repair['ratio']:.2f}× (target ≥ {TARGET}×)"
    )
    for choice, label in LABELS.items():
        used = told[choice]
        yield (
            f"Facebook export of {used['bytes'] / 1e9:.2f} GB, {label}: {used['landed']:,} messages landed,"
            f" {used['outside']:,} left outside, {used['wall']:.0f} s ({used['cpu']:.0f} s CPU), peak"
            f" {used['peak']:.0f} MB (target ≤ {MEGABYTES} MB)"
        )


if __name__ == "__main__":
    main()

"""Linking beside the LSH of gaoya and rensa: the same texts in the same run, each in a process of its own.

Texts are new words in the manner of the sample stories (chains of two characters, as long as the stories): two of them
have as many 3-grams in common as two stories of different people have. The sentences of tests/bench/posts.py are no
use here: any two posts that draw the same one are near copies. Two in a hundred are edited copies of a text before
them, by another person. The same seed gives the same texts.

What is compared is not the same work: the peers get comparable texts and give candidates; neta gets bodies, normalises
them, verifies each pair with its evidence, and gives stories.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import click
import pandas as pd
from rich.console import Console
from rich.table import Table

from tasks.link import link
from tasks.linking.comparable import comparable
from tasks.linking.signatures import BINS, ROWS
from tasks.sample.tellings import stories
from tests.bench.meter import Meter, peak_megabytes

SEED = 20260201
COPY_EVERY = 50
ALIKE = 0.5  # Jaccard's index from which a peer may leave a pair out
ROOT = Path(__file__).parent.parent.parent
Pairs = set[tuple[int, int]]


def texts(count: int) -> Iterator[str]:
    """`count` bodies; each COPY_EVERY-th an edited copy of the one before it."""
    random, following, lengths = Random(SEED), defaultdict(list), []
    for body in dict.fromkeys(telling.text for telling in stories() if telling.is_story):
        lengths.append(len(body))
        for n in range(len(body) - 2):
            following[body[n : n + 2]].append(body[n + 2])
    openings = sorted(following)
    body = ""
    for n in range(count):
        copied = n % COPY_EVERY == COPY_EVERY - 1
        body = _edited(body, random) if copied else _walk(random, following, openings, random.choice(lengths))
        yield body


def _walk(random: Random, following: dict[str, list[str]], openings: list[str], length: int) -> str:
    letters = list(random.choice(openings))
    while len(letters) < length:
        letters += random.choice(following.get(letters[-2] + letters[-1]) or random.choice(openings))
    return "".join(letters)


def _edited(body: str, random: Random) -> str:
    """A letter in forty changed, and a remark behind."""
    letters = list(body)
    for place in random.sample(range(len(letters)), len(letters) // 40):
        letters[place] = random.choice("のをがにはとも、。")
    return "".join(letters) + "(追記:直しました)"


def planted(count: int) -> Pairs:
    return {(n - 1, n) for n in range(COPY_EVERY - 1, count, COPY_EVERY)}


def neta(bodies: list[str]) -> Callable[[], Pairs]:
    rows = pd.DataFrame({"body": bodies})
    ids = [f"x:{n:08d}" for n in range(len(bodies))]
    rows = rows.assign(
        submission_id=ids, namespace="x", channel="x_hashtag", title=None, url=None, raw_ids=[[i] for i in ids]
    )
    rows["posted_at"] = pd.Timestamp("2026-03-01", tz="UTC")
    rows["contributor_ref"] = [f"p{n}" for n in range(len(bodies))]
    rows["links"] = [()] * len(bodies)

    def work() -> Pairs:
        found = link(rows, b"k" * 32).links
        return {(int(one.one[2:]), int(one.other[2:])) for one in found if one.verdict == "same"}

    return work


def gaoya(bodies: list[str]) -> Callable[[], Pairs]:
    from gaoya.minhash import MinHashStringIndex

    told = list(map(comparable, bodies))

    def work() -> Pairs:
        index = MinHashStringIndex(32, ALIKE, BINS // ROWS, ROWS, None, "char", False, (3, 3), "smallvec")
        index.par_bulk_insert_docs(list(range(len(told))), told)
        return {(a, b) for b, found in enumerate(index.par_bulk_query(told)) for a in found if a < b}

    return work


def rensa(bodies: list[str]) -> Callable[[], Pairs]:
    from rensa import RMinHash, RMinHashLSH

    told = list(map(comparable, bodies))

    def work() -> Pairs:
        index, signed = RMinHashLSH(ALIKE, BINS, BINS // ROWS), []
        for n, text in enumerate(told):
            made = RMinHash(BINS, 42)
            made.update([text[i : i + 3] for i in range(max(1, len(text) - 2))])
            index.insert(n, made)
            signed.append(made)
        return {(a, b) for b, made in enumerate(signed) for a in index.query(made) if a < b}

    return work


CONTENDERS = {made.__name__: made for made in (neta, gaoya, rensa)}


def measure(name: str, count: int) -> dict:
    """CPU seconds and megabytes of one contender; how many of the planted pairs it gave, and how many others."""
    bodies = list(texts(count))
    work, before, meter = CONTENDERS[name](bodies), peak_megabytes(), Meter()
    meter.enter("link")
    found = work()
    meter.enter(None)
    right = len(found & planted(count))
    return {
        "cpu": meter.cpu["link"],
        "wall": meter.wall["link"],
        "before": before,
        "peak": peak_megabytes(),
        "right": right,
        "beside": len(found) - right,
        "planted": len(planted(count)),
    }


def race(count: int) -> dict[str, dict]:
    """Every contender in a process of its own."""
    run = [sys.executable, "-m", "tests.bench.linking", "--rows", str(count), "--only"]
    done = {n: subprocess.run([*run, n], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True) for n in CONTENDERS}
    return {name: json.loads(ran.stdout.splitlines()[-1]) for name, ran in done.items()}


@click.command()
@click.option("--rows", default=100_000, show_default=True, help="stories")
@click.option("--only", type=click.Choice(sorted(CONTENDERS)), help="one contender, as JSON")
def main(rows: int, only: str | None) -> None:
    """Link ROWS stories; compare CPU with the LSH of others."""
    if only:
        click.echo(json.dumps(measure(only, rows)))
        return
    used = race(rows)
    names = ("CPU s", "wall s", "MB before", "peak MB", "planted pairs", "found", "other pairs", "CPU ÷ gaoya")
    table = Table(f"{rows:,} stories", *names)
    for name, u in used.items():
        figures = [f"{u[key]:.1f}" for key in ("cpu", "wall")] + [f"{u[key]:,.0f}" for key in ("before", "peak")]
        figures += [f"{u[key]:,}" for key in ("planted", "right", "beside")]
        table.add_row(name, *figures, f"{u['cpu'] / used['gaoya']['cpu']:.2f}")
    Console(width=max(Console().width, 110)).print(table)


if __name__ == "__main__":
    main()

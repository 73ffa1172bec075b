"""Retellings: stories told a second time in other words (`same_story_as`). `python -m tests.bench.retellings FILE`.

How many of the pairs linking joins or asks about, where it knows that one person sent both and where it does not, and
what it joins or asks about beside them. Nothing is tuned on these pairs. Lines are JSON: id, channel, text, same_story_as.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import pandas as pd
from rich.console import Console
from rich.table import Table

from tasks.link import link


def read(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def score(lines: Sequence[dict], authors_known: bool) -> Counter:
    """("pair", same/perhaps/nothing) and ("beside", same/perhaps) -> how many.

    authors_known: the two of a pair were sent by one person, everything else by others; else nobody knows who sent what.
    """
    pairs = {
        tuple(sorted((f"x:{line['id']}", f"x:{line['same_story_as']}"))) for line in lines if "same_story_as" in line
    }
    known = {f"x:{line['id']}" for line in lines}
    pairs = {pair for pair in pairs if known.issuperset(pair)}
    found = {one[:2]: one.verdict for one in link(_rows(lines, authors_known), b"k" * 32).links}
    told = Counter(("pair", found.get(pair, "nothing")) for pair in pairs)
    return told + Counter(("beside", said) for pair, said in found.items() if pair not in pairs)


def _rows(lines: Sequence[dict], authors_known: bool) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"submission_id": [f"x:{line['id']}" for line in lines], "body": [line["text"] for line in lines]}
    )
    rows = rows.assign(
        namespace="x", channel="x_hashtag", title=None, url=None, posted_at=pd.Timestamp("2026-03-01", tz="UTC")
    )
    rows["contributor_ref"] = [line.get("same_story_as", line["id"]) if authors_known else None for line in lines]
    rows["links"] = [()] * len(lines)
    rows["raw_ids"] = [[line["id"]] for line in lines]
    return rows


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(file: Path) -> None:
    """What linking makes of the pairs of FILE that are one story told twice."""
    lines = read(file)
    table = Table(
        f"{len(lines):,} texts", "pairs joined", "asked about", "not found", "others joined", "others asked about"
    )
    for known, label in ((True, "author known"), (False, "author not known")):
        told = score(lines, known)
        keys = [("pair", "same"), ("pair", "perhaps"), ("pair", "nothing"), ("beside", "same"), ("beside", "perhaps")]
        table.add_row(label, *(f"{told[key]}" for key in keys))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()

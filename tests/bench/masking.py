"""Masking: recall and precision of each kind of personal data, and stories a second. `python -m tests.bench.masking`.

Lines are JSON: text, pii = [[substring, kind], …] in order of the text, own = the teller's names, part. A span counts as
found when not one letter or digit of it is left; a mask counts as right when it lies on some span, of whatever kind.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tasks.text.mask import mask

LINES = Path(__file__).parent.parent / "fixtures" / "pii" / "lines.jsonl"
ROUNDS = 7  # the quickest counts: other work on the machine only makes one slower
WORDS = {
    "phone": "電話",
    "email": "メール",
    "postal_code": "郵便番号",
    "address": "住所",
    "url": "URL",
    "account": "アカウント",
    "person": "名前",
    "own": "名前",
    "number": "番号",
}
_MASK = re.compile("〔(" + "|".join(sorted(set(WORDS.values()))) + ")〕")
_TELLING = re.compile(r"\w")
Mask = Callable[[str, Sequence[str]], str]


@dataclass(slots=True)
class Score:
    """spans, found: by kind of span. masks, right: by word of mask. missed, wrong: (line id, kind, text), to be read."""

    spans: Counter = field(default_factory=Counter)
    found: Counter = field(default_factory=Counter)
    masks: Counter = field(default_factory=Counter)
    right: Counter = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def recall(self, kind: str) -> float | None:
        return self.found[kind] / self.spans[kind] if self.spans[kind] else None

    def precision(self, word: str) -> float | None:
        return self.right[word] / self.masks[word] if self.masks[word] else None


def read(file: Path, part: str | None = None) -> list[dict]:
    """Lines of a file with `pii` spans; part: only the lines of that part."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return [line for line in lines if part is None or line.get("part") == part]


def score(lines: Sequence[dict], masker: Mask = mask) -> Score:
    """What `masker` finds of the spans of `lines`, and where it masks beside them."""
    told = Score()
    for line in lines:
        _add(told, line, list(placed(line["text"], masker(line["text"], line.get("own", ())))))
    return told


def _add(told: Score, line: dict, masks: list[tuple[int, int, str]]) -> None:
    text, spans = line["text"], list(located(line["text"], line.get("pii", ())))
    hidden = {i for start, end, _ in masks for i in range(start, end)}
    for start, end, kind in spans:
        told.spans[kind] += 1
        if any(_TELLING.match(text[i]) for i in range(start, end) if i not in hidden):
            told.missed.append((line["id"], kind, text[start:end]))
        else:
            told.found[kind] += 1
    for start, end, word in masks:
        told.masks[word] += 1
        if any(s < end and start < e for s, e, _ in spans):
            told.right[word] += 1
        else:
            told.wrong.append((line["id"], word, text[start:end]))


def located(text: str, spans: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each span, looked for from the end of the one before. ValueError if one is not there."""
    at = 0
    for part, kind in spans:
        start = text.index(part, at)
        at = start + len(part)
        yield start, at, kind


def placed(text: str, masked: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, word) of the stretches of `text` that words in 〔〕 stand for in `masked`."""
    pieces = _MASK.split(masked)
    shape = "(.+?)".join(re.escape(kept) for kept in pieces[::2])
    match = re.fullmatch(shape, text, re.DOTALL)
    for number, word in enumerate(pieces[1::2], 1):
        yield *match.span(number), word


def stories_a_second(lines: Sequence[dict], masker: Mask = mask) -> float:
    """Of processor time, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        for line in lines:
            masker(line["text"], line.get("own", ()))
        best = min(best, time.process_time() - begun)
    return len(lines) / best


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=LINES)
@click.option("--part", help="only lines of this part: develop or held_out")
@click.option("--misses", is_flag=True, help="list what was missed and what was masked beside a span")
def main(file: Path, part: str | None, misses: bool) -> None:
    """Recall and precision of the masker on the `pii` spans of FILE, and its speed there."""
    lines = read(file, part)
    told, out = score(lines), Console(width=100)
    out.print(_table(told))
    letters = sum(len(line["text"]) for line in lines) / len(lines)
    out.print(f"{len(lines):,} texts of {letters:.0f} characters · {stories_a_second(lines):,.0f} texts/s of CPU")
    for name, cases in (("missed", told.missed), ("beside", told.wrong)) if misses else ():
        for case in cases:
            out.print(name, *case, markup=False, highlight=False)


def _table(told: Score) -> Table:
    table = Table("kind", "spans", "found", "recall", "masks of its word", "right", "precision")
    for kind, word in WORDS.items():
        figures = [f"{told.spans[kind]}", f"{told.found[kind]}", _share(told.recall(kind))]
        own = (
            ["", "", ""]
            if kind == "own"
            else [f"{told.masks[word]}", f"{told.right[word]}", _share(told.precision(word))]
        )
        table.add_row(kind, *figures, *own)
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()

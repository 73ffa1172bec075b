"""docs/coder.md, written from figures: `neta coder evaluate --leave-writers-out --json > F; python -m tests.bench.coder_doc F`
(together `make coder-doc`, about ten minutes)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from warehouse import codebook

PAGE = Path(__file__).parents[2] / "docs" / "coder.md"
AIMS = {"is_story": 0.92, "platform": 0.96, "industry": 0.82, "benefit": 0.75}
VIEWS = {"writers_tuned": "seen", "writers_fresh": "unseen", "apart": "apart"}
HEAD = """# How well the coder does

Figures of the coder that ships (model and rules), codebook {codebook}; written by `make coder-doc`. The page that
`neta coder evaluate` writes also has mix-ups, calibration and the learning curve as figures. 95 % intervals are over texts.
Three views, none of which trains on what it measures:

- **seen**: {seen:,} texts of writers whose words were in view when the rules' cues were made; each writer left out of the
  training in turn.
- **unseen**: {unseen:,} texts of writers that neither rules nor training saw; each left out in turn. The strictest: what a new
  writer gets.
- **apart**: the {apart} sample texts; nothing was tuned or trained on them, but on other texts of the same writers.

All texts were written for this by few hands; two careful readings of them agree almost wholly, so the figures say how well
the coder follows the codebook on plain Japanese, not how it will do on every reader's post.
"""
REVIEW = """
What goes to review, and how often the whole answer is wrong there and elsewhere (unseen):

| | sent to review | wrong among them | wrong among the rest | calibration error |
|---|---|---|---|---|
"""


def main(file: str) -> None:
    PAGE.write_text(written(json.loads(Path(file).read_text(encoding="utf-8"))), encoding="utf-8")


def written(report: Mapping) -> str:
    """The page for a report of `neta coder evaluate --leave-writers-out --json`."""
    views = {VIEWS[one["name"]]: one for one in report["sets"] if one["name"] in VIEWS}
    told = {name: one["coders"][one["main"]] for name, one in views.items()}
    told = {name: told[name] for name in VIEWS.values()}
    lines = [HEAD.format(codebook=report["codebook"], **{name: one["n"] for name, one in views.items()})]
    return "\n".join(
        [*lines, *_summary(told), REVIEW + _review(told["unseen"]), *_curve(report["curve"]), *_codes(told)]
    )


def _summary(told: Mapping) -> Iterator[str]:
    yield f"| | aim | {' | '.join(told)} | aim met |\n|---|---|{'---|' * len(told)}---|"
    for name, first in told["apart"].items():
        figures = [one[name]["value"] for one in told.values()]
        measure, aim = {"kappa": "κ", "micro": "micro-F1"}[first["measure"]], AIMS.get(name)
        met = [view for view, f in zip(told, figures, strict=True) if aim and round(f["value"], 3) >= aim]
        verdict = (", ".join(met) or "**nowhere**") if aim else ""
        yield f"| {name} {measure} | {_short(aim)} | {' | '.join(map(_ranged3, figures))} | {verdict} |"


def _review(dimensions: Mapping) -> str:
    rows = []
    for name, one in dimensions.items():
        share = one["review"]
        parts = [f"{share[part]:.0%}" for part in ("share", "wrong_inside", "wrong_outside")]
        rows.append(f"| {name} | {' | '.join(parts)} | {one['calibration']['error']:.3f} |")
    return "\n".join(rows) + "\n"


def _curve(curve: list[Mapping]) -> Iterator[str]:
    names = list(curve[0]["dimensions"])
    yield "The learning curve (trained on unseen writers' texts alone, measured on those apart):\n"
    yield f"| texts | {' | '.join(names)} |\n|---|{'---|' * len(names)}"
    for point in curve:
        yield f"| {point['n']:,} | {' | '.join(_ranged(point['dimensions'][n]['value']) for n in names)} |"


def _codes(told: Mapping) -> Iterator[str]:
    labels = codebook.load(codebook.BUILT_IN).by_name
    both = [told["seen"], told["unseen"]]
    for name in both[0]:
        yield f"\n## {name}: F1 by code\n\n| code | | n | seen | n | unseen |\n|---|---|---|---|---|---|"
        for one, other in zip(*(view[name]["codes"] for view in both), strict=True):
            figures = f"{one['n']} | {_ranged(one['f1'])} | {other['n']} | {_ranged(other['f1'])}"
            yield f"| {one['code']} | {labels[name].by_code[one['code']].ja} | {figures} |"
    yield ""


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".lstrip("0")


def _ranged(figure: Mapping) -> str:
    value, low, high = (_short(figure[part]) for part in ("value", "low", "high"))
    return f"{value} ({low}–{high})"


def _ranged3(figure: Mapping) -> str:
    value, low, high = (f"{figure[part]:.3f}".lstrip("0") for part in ("value", "low", "high"))
    return f"{value} ({low}–{high})"


if __name__ == "__main__":
    main(sys.argv[1])

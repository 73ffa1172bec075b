"""The validation report: one HTML page that needs nothing beside it; counts, reasons, references, no cell values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from expectations.validate import RuleResult, Validation
from warehouse.words import Words

ROWS_SHOWN = 20
_SMALLEST_SHARE = 0.001  # below it a bar would lie and a rounded figure would say 0.0 %
_BAR = 100  # width of a whole bar, in the SVG's own units
_BAR_VISIBLE = 1.5


class Meta(TypedDict):
    """title: of the call; version: of the warehouse; at: when it was checked, aware, in the zone to show."""

    title: str
    version: str
    at: datetime
    is_sample: bool


@dataclass(frozen=True, slots=True)
class StageResult:
    """One suite's outcome. stage: raw, submission, coding or story; ref: an id -> what a page may show of it."""

    stage: str
    validation: Validation
    ref: Callable[[str], str]

    @property
    def held(self) -> int:
        return len(self.validation.set_aside_rows)

    @property
    def warned(self) -> int:
        """Findings, not rows: a row with two warnings counts twice."""
        return sum(r.failed for r in self.validation.results if r.rule.severity == "warning")

    def refs(self, result: RuleResult) -> list[str]:
        """The first failing rows of a rule, as the page may show them; an id that is itself missing is a dash."""
        return [self.ref(i) if isinstance(i, str) else "—" for i in islice(result.failed_ids, ROWS_SHOWN)]


def render(results: Sequence[StageResult], language: str, meta: Meta) -> str:
    """The page as HTML text; the same input gives the same bytes. language: ja or en."""
    words = Words(language)
    return _page().render(
        stages=results,
        meta=meta,
        language=words.language,
        w=words,
        verdict=_verdict(results, words),
        warned=sum(s.warned for s in results),
        at=f"{meta['at']:%Y-%m-%d %H:%M %Z}",
        share=_share,
        percent=_percent,
        bar=_bar,
        rows_shown=ROWS_SHOWN,
    )


@cache
def _page() -> Template:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    page = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["count"] = "{:,}".format
    return page.get_template("report.html")


def _verdict(results: Sequence[StageResult], words: Words) -> str:
    """The one sentence at the top; where several stages were checked the same row may be counted in each."""
    several = sum(s.validation.checked > 0 for s in results) > 1
    checked, held = sum(s.validation.checked for s in results), sum(s.held for s in results)
    key = "validation.verdict_all" if several else "validation.verdict"
    return words(key, checked=f"{checked:,}", held=f"{held:,}")


def _share(result: RuleResult) -> float:
    return result.failed / result.checked if result.checked else 0.0


def _percent(share: float) -> str:
    if share == 0:
        return "0 %"
    return "< 0.1 %" if share < _SMALLEST_SHARE else f"{share:.1%}".replace("%", " %")


def _bar(share: float) -> float:
    """Length of the bar; anything above nothing stays visible."""
    return round(max(share * _BAR, _BAR_VISIBLE), 2) if share else 0

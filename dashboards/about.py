"""The page for one person: what is held of them, as text for a terminal and as one HTML file. The same content in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dashboards.plain import plain
from dashboards.rendering import templates
from warehouse.words import Words


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. is_text: its lines are somebody's own words, whose line ends count."""

    title: str
    lines: Sequence[str]
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Sections under one heading."""

    title: str
    sections: Sequence[Section]


def as_text(title: str, head: str, chapters: Sequence[Chapter]) -> str:
    """For a terminal: nothing in it commands it."""
    return "\n".join(_lines(title, head, chapters))


def _lines(title: str, head: str, chapters: Sequence[Chapter]) -> Iterator[str]:
    yield from (plain(title), plain(head))
    for chapter in chapters:
        yield from ("", f"■ {plain(chapter.title)}")
        for section in chapter.sections:
            yield f"  {plain(section.title)}"
            yield from (f"    {row}" for line in section.lines for row in plain(line).split("\n"))


def as_html(title: str, head: str, chapters: Sequence[Chapter], words: Words, is_sample: bool) -> str:
    """One file that needs no other and asks for none."""
    page = templates().get_template("about.html")
    told = {"title": title, "head": head, "chapters": chapters, "w": words, "language": words.language}
    return page.render(**told, is_sample=is_sample, style=_style())


@cache
def _style() -> str:
    return (Path(__file__).parent / "static" / "page.css").read_text(encoding="utf-8")

"""Stories as files for other tools: pure functions from rows of export_stories.sql and export_codes.sql to bytes."""

from __future__ import annotations

from collections.abc import Mapping


def text_of(story: Mapping) -> tuple[str, int]:
    """A story's masked text, title first, with line ends as \\n; and how many characters stand before its body."""
    title = (story["title_masked"] or "").strip()
    before = f"{title}\n\n" if title else ""
    return before + (story["body_masked"] or ""), len(before)

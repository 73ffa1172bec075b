"""KH Coder: a workbook with one story a row, the text in the first column, everything else a variable (外部変数).

What it expects was read in its source (kh_spreadsheet.pm of version 3): the first sheet; the first row names the columns;
one column is chosen as the text, by default the first, and the others become variables; at most 1,000 columns; < and > in
the text become ( and ); an empty cell becomes "."; a variable has one value a document. So a dimension with several codes
has a column for each group (or code) with 1 or 0, and one in which its codes stand together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tasks.exports import text_of
from warehouse import sheets
from warehouse.words import Words

_BRACKETS = str.maketrans("<>", "＜＞")  # what KH Coder would change without a word, its marks of headings
_TOGETHER = "・"


def workbook(stories: Sequence[Mapping], codes: Sequence[Mapping], made_at: datetime, words: Words) -> bytes:
    """The same stories and codebook give the same bytes."""
    rows = table(stories, codes, words)
    return sheets.to_xlsx({words("export.sheet"): rows}, made_at, [80, 24])


def table(stories: Sequence[Mapping], codes: Sequence[Mapping], words: Words) -> list[list[object]]:
    """Headings, then a row a story."""
    dimensions = _by_dimension(codes)
    return [_headings(dimensions, words), *(_row(story, dimensions, words) for story in stories)]


def _by_dimension(codes: Sequence[Mapping]) -> dict[str, list[Mapping]]:
    found: dict[str, list[Mapping]] = {}
    for code in codes:
        found.setdefault(code["dimension"], []).append(code)
    return found


def _headings(dimensions: Mapping[str, Sequence[Mapping]], words: Words) -> list[str]:
    plain = [words(f"export.{name}") for name in ("text", "story", "day", "month", "channel", "length", "reviewed")]
    return [_fit(name) for name in [*plain, *(name for codes in dimensions.values() for name in _names(codes, words))]]


def _names(codes: Sequence[Mapping], words: Words) -> Iterator[str]:
    title = codes[0][f"dimension_{words.language}"]
    yield title
    if _has_groups(codes):
        yield words("export.groups", title=title)
    yield from (f"{title}={label}" for label in _parts(codes, words).values())


def _parts(codes: Sequence[Mapping], words: Words) -> dict[str, str]:
    """What a dimension with several codes is told by: its groups, or its codes if it has none. code -> label of its part."""
    if not codes[0]["is_multi"]:
        return {}
    return {code["group_code"] or code["code"]: _group(code, words) for code in codes}


def _has_groups(codes: Sequence[Mapping]) -> bool:
    """Whether a story's one code has a group to stand in a column of its own."""
    return not codes[0]["is_multi"] and any(code["group_code"] for code in codes)


def _group(code: Mapping, words: Words) -> str:
    return code[f"group_{words.language}"] or code[f"label_{words.language}"]


def _row(story: Mapping, dimensions: Mapping[str, Sequence[Mapping]], words: Words) -> list[object]:
    text, _ = text_of(story)
    plain = [
        text,
        story["story_id"],
        story["local_date"].isoformat(),
        story["local_month"],
        story[f"channel_{words.language}"],
        len(text),
        int(story["is_reviewed"]),
    ]
    told = [cell for name, codes in dimensions.items() for cell in _cells(name, codes, story, words)]
    return [_fit(cell) if isinstance(cell, str) else cell for cell in [*plain, *told]]


def _cells(name: str, codes: Sequence[Mapping], story: Mapping, words: Words) -> Iterator[object]:
    has = {told["code"] for told in story["codes"] if told["dimension"] == name}
    mine = [code for code in codes if code["code"] in has]
    yield _TOGETHER.join(code[f"label_{words.language}"] for code in mine) or None
    if _has_groups(codes):
        yield _TOGETHER.join(_group(code, words) for code in mine) or None
    parts = {code["group_code"] or code["code"] for code in mine}
    yield from (int(part in parts) for part in _parts(codes, words))


def _fit(text: str) -> str:
    return text.translate(_BRACKETS)

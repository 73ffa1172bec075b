"""What stands behind a number: the list of stories, or of raw items, that a link asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dashboards import filters
from dashboards.edition import Edition
from dashboards.filters import Asked, Chip, parse
from dashboards.links import number, sentence, to
from warehouse import counts, trends

PAGE = 50
CLIPPED = 1200  # characters of a telling in a list; the whole stands on the story's own page


def stories(edition: Edition, query: Mapping[str, str]) -> dict:
    """Everything that stories.html needs. NoSuchBreakdown for a filter that there is not."""
    asked, con, words = parse("/stories", query), edition.asking(), edition.words
    with trends.chosen(con, asked.wanted, asked.include_late, words, over_time=False) as chosen:
        tally, found = chosen.totals(), chosen.stories(PAGE, PAGE * (asked.page - 1))
    alone = "story" in asked.wanted
    shown = list(edition.dimensions) if alone else edition.charted
    reviewed = number(tally["reviewed_count"], "story_count", "/stories", {**asked.query, "reviewed": "yes"})
    return {
        "build": counts.build_info(con),
        "asked": asked,
        "tally": tally,
        "reviewed": sentence(words, "web.reviewed", reviewed_count=reviewed),
        "chips": list(filters.chips(edition, asked)),
        "form": filters.form(edition, asked),
        "stories": [{**story, "codes": list(codes_told(edition, story, shown))} for story in found],
        "clipped": 0 if alone else CLIPPED,
        **paging(asked, tally["story_count"]),
    }


def items(edition: Edition, query: Mapping[str, str]) -> dict:
    """Everything that items.html needs. NoSuchBreakdown for a filter that there is not."""
    asked, con, words = parse("/items", query), edition.asking(), edition.words
    total = counts.item_count(con, asked.wanted, words)
    return {
        "build": counts.build_info(con),
        "asked": asked,
        "item_count": total,
        "chips": [_item_chip(edition, asked, name, value) for name, value in asked.wanted.items()],
        "items": counts.items(con, asked.wanted, words, PAGE, PAGE * (asked.page - 1)),
        **paging(asked, total),
    }


def paging(asked: Asked, total: int, size: int = PAGE) -> dict:
    """What `pages` of parts.html needs: total, first, last, and links to the pages before and after."""
    last = max(1, -(-total // size))
    first = size * (asked.page - 1) + 1
    return {
        "total": total,
        "first": first,
        "last": min(total, first + size - 1),
        "previous": asked.on_page(min(asked.page - 1, last)) if asked.page > 1 else "",
        "next": asked.on_page(asked.page + 1) if asked.page < last else "",
    }


def _item_chip(edition: Edition, asked: Asked, name: str, value: str) -> Chip:
    words = edition.words
    titles = {"channel": "account.channel", "stage": "account.stage"}
    key = f"{'stage' if name == 'passed' else name}.{value}"
    label = words(key) if words.has(key) else value
    return Chip(words("web.is", title=words(titles.get(name, f"web.{name}")), label=label), asked.without(name))


def codes_told(edition: Edition, story: Mapping, shown: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Title of a dimension, and (label, link) of each code of it that the story has."""
    for name in shown:
        rows = [edition.coded[name][code["code"]] for code in story["codes"] if code["dimension"] == name]
        if rows:
            yield edition.menus[name].title, [(row["label"], to("/stories", {name: row["value"]})) for row in rows]

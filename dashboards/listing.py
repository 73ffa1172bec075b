"""What stands behind a number: the list of stories, or of raw items, that a link asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboards.edition import Edition
from dashboards.links import number, sentence, to
from warehouse import counts
from warehouse.counts import NoSuchBreakdown

PAGE = 50
CLIPPED = 1200  # characters of a telling in a list; the whole stands on the story's own page
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, and the link that leaves it out."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A query string taken apart: wanted (name -> value), include_late, page (from 1)."""

    path: str
    wanted: dict[str, str]
    include_late: bool = False
    page: int = 1

    @property
    def query(self) -> dict[str, str]:
        return {**self.wanted, "include_late": "yes" if self.include_late else ""}

    def without(self, name: str) -> str:
        return to(self.path, {key: value for key, value in self.query.items() if key != name})

    def on_page(self, page: int) -> str:
        return to(self.path, {**self.query, "page": page if page > 1 else ""})


def parse(path: str, query: Mapping[str, str]) -> Asked:
    """Names are checked where they are used (warehouse/counts.py). NoSuchBreakdown for a page that is no number."""
    wanted = {name: value for name, value in query.items() if value and name not in ("page", "include_late")}
    page = query.get("page") or "1"
    if not _PAGE_NUMBER.fullmatch(page):
        raise NoSuchBreakdown(f"page={page}")
    return Asked(path, wanted, query.get("include_late") == "yes", int(page))


def number_of(text: str) -> int:
    """A small number in an address; 0 for anything else."""
    return int(text) if _PAGE_NUMBER.fullmatch(text) else 0


def stories(edition: Edition, query: Mapping[str, str]) -> dict:
    """Everything that stories.html needs. NoSuchBreakdown for a filter that there is not."""
    asked, con, words = parse("/stories", query), edition.asking(), edition.words
    tally = counts.tally(con, asked.wanted, asked.include_late, words)
    found = counts.stories(con, asked.wanted, asked.include_late, words, PAGE, PAGE * (asked.page - 1))
    alone = "story" in asked.wanted
    shown = list(edition.dimensions) if alone else edition.charted
    reviewed = number(tally["reviewed_count"], "story_count", "/stories", {**asked.query, "reviewed": "yes"})
    return {
        "build": counts.build_info(con),
        "asked": asked,
        "tally": tally,
        "reviewed": sentence(words, "web.reviewed", reviewed_count=reviewed),
        "chips": list(_chips(edition, asked)),
        "selects": [_select(edition, name, asked) for name in (*edition.charted, "channel", "month")],
        "kept": _kept(edition, asked),
        "stories": [{**story, "codes": list(_codes(edition, story, shown))} for story in found],
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


def _chips(edition: Edition, asked: Asked) -> Iterator[Chip]:
    for name, value in asked.wanted.items():
        title, label = _spoken(edition, name, value)
        yield Chip(edition.words("web.is", title=title, label=label), asked.without(name))
    if asked.include_late:
        yield Chip(edition.words("web.with_late"), asked.without("include_late"))


def _spoken(edition: Edition, name: str, value: str) -> tuple[str, str]:
    """A condition's two halves in words; a value that nothing has is shown as it was asked."""
    words = edition.words
    if name in edition.menus:
        row = edition.named[name].get(value)
        return edition.menus[name].title, row["label"] if row else value
    titles = {"kind": "web.kind", "reviewed": "web.reviewed_title", "story": "web.one_story"}
    key = f"web.{name}_{value}"
    return words(titles[name]), words(key) if words.has(key) else value


def _item_chip(edition: Edition, asked: Asked, name: str, value: str) -> Chip:
    words = edition.words
    titles = {"channel": "account.channel", "stage": "account.stage"}
    key = f"{'stage' if name == 'passed' else name}.{value}"
    label = words(key) if words.has(key) else value
    return Chip(words("web.is", title=words(titles.get(name, f"web.{name}")), label=label), asked.without(name))


def _select(edition: Edition, name: str, asked: Asked) -> dict:
    """A choice for the filter: groups with their codes under them, or plain codes."""
    menu = edition.menus[name]
    groups = {row["code"]: (row, []) for row in menu.rows if row["level"] == "group"}
    alone = []
    for row in menu.rows:
        if row["level"] == "code":
            groups[row["group_code"]][1].append(row) if row.get("group_code") in groups else alone.append(row)
    return {
        "name": name,
        "title": menu.title,
        "value": asked.wanted.get(name, ""),
        "groups": list(groups.values()),
        "alone": alone[::-1] if name == "month" else alone,
    }


def _kept(edition: Edition, asked: Asked) -> dict[str, str]:
    """Conditions that the form has no field for go with it unseen."""
    fields = {*edition.charted, "channel", "month", "story"}
    return {name: value for name, value in asked.wanted.items() if name not in fields}


def _codes(edition: Edition, story: Mapping, shown: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Title of a dimension, and (label, link) of each code of it that the story has."""
    for name in shown:
        rows = [edition.coded[name][code["code"]] for code in story["codes"] if code["dimension"] == name]
        if rows:
            yield edition.menus[name].title, [(row["label"], to("/stories", {name: row["value"]})) for row in rows]

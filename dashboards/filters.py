"""Which stories a page is about: its query string taken apart, told in words, and the form that changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboards.edition import Edition, month_name
from dashboards.links import to
from warehouse.counts import AGAIN, NoSuchBreakdown
from warehouse.scopes import SCOPES
from warehouse.words import Words

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_MONTH = re.compile(r"\d{4}-\d\d")
SPAN = ("from", "to")  # months, both included
YES_NO = ("reviewed", "used")


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, and the link that leaves it out."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A query string taken apart: wanted (name -> value), include_late, page (from 1), view: what else a page may be told."""

    path: str
    wanted: dict[str, str]
    include_late: bool = False
    page: int = 1
    view: Mapping[str, str] = ()

    @property
    def query(self) -> dict[str, str]:
        """The stories alone: what a link to them asks for."""
        return {**self.wanted, "include_late": "yes" if self.include_late else ""}

    @property
    def whole(self) -> dict[str, str]:
        """All that the page was asked, without the page's number."""
        return {**self.query, **dict(self.view)}

    def without(self, name: str) -> str:
        return to(self.path, {key: value for key, value in self.whole.items() if key != name})

    def on_page(self, page: int) -> str:
        return to(self.path, {**self.whole, "page": page if page > 1 else ""})

    def seen(self, **changed: str) -> str:
        """The same stories looked at in another way."""
        return to(self.path, {**self.whole, **changed})


def parse(path: str, query: Mapping[str, str], views: Sequence[str] = ()) -> Asked:
    """views: names of this page's that do not choose stories. Other names are checked where they are used
    (warehouse/counts.py). NoSuchBreakdown for a page that is no number."""
    apart = {"page", "include_late", *views}
    wanted = {name: value for name, value in query.items() if value and name not in apart}
    page = query.get("page") or "1"
    if not _PAGE_NUMBER.fullmatch(page):
        raise NoSuchBreakdown(f"page={page}")
    view = {name: query[name] for name in views if query.get(name)}
    return Asked(path, wanted, query.get("include_late") == "yes", int(page), view)


def number_of(text: str) -> int:
    """A small number in an address; 0 for anything else."""
    return int(text) if _PAGE_NUMBER.fullmatch(text) else 0


def chips(edition: Edition, asked: Asked) -> Iterator[Chip]:
    for name, value in asked.wanted.items():
        title, label = _spoken(edition, name, value)
        yield Chip(edition.words("web.is", title=title, label=label), asked.without(name))
    if asked.include_late:
        yield Chip(edition.words("web.with_late"), asked.without("include_late"))


def _spoken(edition: Edition, name: str, value: str) -> tuple[str, str]:
    """A condition's two halves in words; a value that nothing has is shown as it was asked."""
    words, menu = edition.words, _once(name)
    if menu in edition.menus:
        row = edition.named[menu].get(value)
        return edition.menus[menu].title, row["label"] if row else value
    if menu in SPAN and is_month(value):
        return words(f"web.{menu}"), month_name(value, words)
    key = f"consent.{value}" if menu == "allows" else f"web.{menu}_{value}"
    return words(_TITLES[menu]), words(key) if words.has(key) else value


def _once(name: str) -> str:
    """The name of a condition without what tells it from another of the same."""
    return next((name.removesuffix(again) for again in AGAIN if name.endswith(again)), name)


_TITLES = {
    "kind": "web.kind", "reviewed": "web.reviewed_title", "used": "web.used_title", "story": "web.one_story",
    "from": "web.from", "to": "web.to", "week": "web.week", "text": "web.text", "allows": "web.allows",
}  # fmt: skip


def form(edition: Edition, asked: Asked, views: Sequence[str] = ()) -> dict:
    """What the filter's form needs: a choice a dimension, channel and months; what it has no field for goes along unseen.

    views: as for `parse`; a condition that is a view of the page has its field elsewhere on it.
    """
    names = [*edition.choosable, "channel", "month"]
    fields = {*names, *SPAN, *YES_NO, "story", "allows", "text"}
    return {
        "selects": [_select(edition, name, asked) for name in names],
        "months": edition.menus["month"].rows,
        "scopes": SCOPES,
        "yes_no": [name for name in YES_NO if name not in views],
        "kept": {name: value for name, value in asked.wanted.items() if name not in fields} | dict(asked.view),
    }


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


def is_month(value: str) -> bool:
    """Whether it names a month as 2026-03 does."""
    return bool(_MONTH.fullmatch(value)) and "01" <= value[5:] <= "12"


def words_of_period(period: str, words: Words) -> str:
    """2026-03 as `3月`, 2026-03-02 (a week's Monday) as `3/2`."""
    year, month, *day = period.split("-")
    return f"{int(month)}/{int(day[0])}" if day else words("web.month", month=int(month))

"""Links between pages, and numbers that are links: a link says all that it asks for, so nothing is ever appended."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import Markup, escape

from warehouse.counts import AGAIN, NoSuchBreakdown
from warehouse.words import Words


def to(path: str, query: Mapping[str, object]) -> str:
    """A path with its query; what is empty is left out."""
    asked = urlencode({name: value for name, value in query.items() if value not in (None, "")})
    return f"{path}?{asked}" if asked else path


def narrowed(query: Mapping[str, object], **chosen: str) -> dict[str, object]:
    """A query with more conditions: one on a name that is asked for already stands beside the other, not in its place.

    NoSuchBreakdown where a name is asked for so often that no more may stand beside.
    """
    told = dict(query)
    for name, value in chosen.items():
        names = (name, *(name + again for again in AGAIN))
        if value not in [told.get(n) for n in names]:
            free = next((n for n in names if not told.get(n)), None)
            if free is None:
                raise NoSuchBreakdown(f"{name} × {len(names) + 1}")
            told[free] = value
    return told


class Number(Markup):
    """A count as a page shows it. value: the count itself."""

    value: int


def number(value: int, unit: str, path: str, query: Mapping[str, object]) -> Number:
    """A count as a link to what was counted; nothing to see behind nought. unit: story_count, person_count …"""
    linked = Markup('<a href="{}" data-unit="{}">{:,}</a>').format(to(path, query), unit, value)
    shown = Number(linked if value else '<span class="nought">0</span>')
    shown.value = value
    return shown


def sentence(words: Words, key: str, **numbers: object) -> Markup:
    """A sentence of words.toml with linked numbers in it."""
    return Markup(escape(words(key))).format(**numbers)

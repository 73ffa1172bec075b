"""Links between pages, and numbers that are links: a link says all that it asks for, so nothing is ever appended."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import Markup, escape

from warehouse.words import Words


def to(path: str, query: Mapping[str, object]) -> str:
    """A path with its query; what is empty is left out."""
    asked = urlencode({name: value for name, value in query.items() if value not in (None, "")})
    return f"{path}?{asked}" if asked else path


def number(value: int, unit: str, path: str, query: Mapping[str, object]) -> Markup:
    """A count as a link to what was counted; nothing to see behind nought. unit: story_count, person_count …"""
    if not value:
        return Markup('<span class="nought">0</span>')
    return Markup('<a href="{}" data-unit="{}">{:,}</a>').format(to(path, query), unit, value)


def sentence(words: Words, key: str, **numbers: object) -> Markup:
    """A sentence of words.toml with linked numbers in it."""
    return Markup(escape(words(key))).format(**numbers)

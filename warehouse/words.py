"""Every word that a page or a terminal shows, from one file: words.toml, Japanese and English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "words.toml"


@cache
def _entries() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def keys(section: str) -> frozenset[str]:
    """The names in one section of words.toml."""
    return frozenset(_entries()[section])


class Words:
    """Words("ja")("count.story", n=3) -> text; a key is `section.name`, braces are filled in by name."""

    def __init__(self, language: str = "ja"):
        self.language = language if language in ("ja", "en") else "ja"

    def __call__(self, key: str, **fill: object) -> str:
        section, _, name = key.partition(".")
        text = _entries()[section][name][self.language]
        return text.format(**fill) if fill else text

    def has(self, key: str) -> bool:
        section, _, name = key.partition(".")
        return name in _entries().get(section, {})

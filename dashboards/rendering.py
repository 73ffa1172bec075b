"""The pages' templates: everything that is put into one is escaped, and a name that is missing is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboards.links import to
from dashboards.plain import plain

_HERE = Path(__file__).parent


@cache
def templates() -> Environment:
    """The one environment of all pages."""
    loader = FileSystemLoader(_HERE / "templates")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.globals |= {"to": to, "plain": plain}
    env.filters["count"] = "{:,}".format
    return env

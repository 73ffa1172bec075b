"""The quote finder: short stories that may be quoted, have nothing left to clear and were not used, balanced over what they tell."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards import filters
from dashboards.edition import Edition
from dashboards.listing import codes_told
from warehouse import counts
from warehouse.counts import NoSuchBreakdown

VIEWS = ("scope", "longest", "used")
SCOPES = ("quote", "any")
USED = ("no", "any", "yes")
_JUST = ("done", "undone")  # of the address after a decision (used.py): the story
LONGEST, SHOWN = 200, 60  # characters of a story at first; stories on the page


def page(edition: Edition, query: Mapping[str, str]) -> dict:
    """Everything that quotes.html needs. NoSuchBreakdown for a filter or value that there is not."""
    asked = filters.parse("/quotes", {name: value for name, value in query.items() if name not in _JUST}, VIEWS)
    told, con = dict(asked.view), edition.asking()
    scope, longest, used = told.get("scope", SCOPES[0]), told.get("longest", str(LONGEST)), told.get("used", USED[0])
    if scope not in SCOPES or used not in USED or not (longest.isascii() and longest.isdigit() and len(longest) < 6):
        raise NoSuchBreakdown(f"scope={scope} longest={longest} used={used}")
    wanted = asked.wanted | ({} if used == "any" else {"used": used})
    found = counts.quotes(con, wanted, asked.include_late, edition.words, scope, int(longest), SHOWN)
    return {
        "build": counts.build_info(con),
        "asked": asked,
        "chips": list(filters.chips(edition, asked)),
        "form": filters.form(edition, asked, VIEWS),
        "just": next(((name, query[name]) for name in _JUST if query.get(name)), None),
        "scope": scope,
        "scopes": SCOPES,
        "longest": longest,
        "used": used,
        "uses": USED,
        "found_count": found[0]["found_count"] if found else 0,
        "stories": [{**row, "codes": list(codes_told(edition, row, edition.charted))} for row in found],
    }

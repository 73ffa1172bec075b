"""The quote finder: short stories that may be quoted and have nothing left to clear, balanced over what they tell."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards import filters
from dashboards.edition import Edition
from dashboards.listing import codes_told
from warehouse import counts
from warehouse.counts import NoSuchBreakdown

VIEWS = ("scope", "longest")
SCOPES = ("quote", "any")
LONGEST, SHOWN = 200, 60  # characters of a story at first; stories on the page


def page(edition: Edition, query: Mapping[str, str]) -> dict:
    """Everything that quotes.html needs. NoSuchBreakdown for a filter or value that there is not."""
    asked = filters.parse("/quotes", query, VIEWS)
    told, con = dict(asked.view), edition.asking()
    scope, longest = told.get("scope", SCOPES[0]), told.get("longest", str(LONGEST))
    if scope not in SCOPES or not (longest.isascii() and longest.isdigit() and len(longest) < 6):
        raise NoSuchBreakdown(f"scope={scope} longest={longest}")
    found = counts.quotes(con, asked.wanted, asked.include_late, edition.words, scope, int(longest), SHOWN)
    return {
        "build": counts.build_info(con),
        "asked": asked,
        "chips": list(filters.chips(edition, asked)),
        "form": filters.form(edition, asked),
        "scope": scope,
        "scopes": SCOPES,
        "longest": longest,
        "found_count": found[0]["found_count"] if found else 0,
        "stories": [{**row, "codes": list(codes_told(edition, row, edition.charted))} for row in found],
    }

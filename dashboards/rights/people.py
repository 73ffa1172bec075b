"""Page /people: accounts that are or may be one person's, and what somebody decides of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import Form, needs
from dashboards.edition import Edition
from dashboards.links import to
from dashboards.listing import number_of, paging, parse
from dashboards.rights.doing import Accounts
from dashboards.site import Site
from warehouse import counts
from warehouse.counts import NoSuchBreakdown
from warehouse.store import ask, question

SHOWS = ("open", "decided", "several")
PAGE = 20  # pairs on a page
_ABOUT_LAST = ("last", "barred")  # of the address after a decision: the pair, and how many pairs it keeps apart


def router(site: Site) -> APIRouter:
    pages, people = APIRouter(dependencies=[needs("editor")]), site.doing.people

    @pages.get("/people", response_class=HTMLResponse)
    def everybody(request: Request) -> HTMLResponse:
        edition = site.shelf.current()
        told = shown(edition, *people.standing(edition.asking()), dict(request.query_params))
        return site.page(request, "people.html", **told)

    @pages.post("/people")
    def decide(request: Request, form: Form) -> RedirectResponse:
        one, other, decision = (str(form.get(name, "")) for name in ("one", "other", "decision"))
        if decision not in ("same", "other"):
            raise NoSuchBreakdown(f"decision={decision}")
        why = str(form.get("why", "")).strip()[:500] or None
        barred = people.decide(request.state.viewer.name, decision == "same", one, other, why)
        show = form.get("show") if form.get("show") in SHOWS else "open"
        return RedirectResponse(to("/people", {"show": show, "last": f"{one}.{other}", "barred": barred or ""}), 303)

    return pages


def shown(
    edition: Edition, pairs: Sequence[Accounts], persons: Sequence[Sequence[str]], query: Mapping[str, str]
) -> dict:
    """Everything that people.html needs. NoSuchBreakdown for a view that there is not."""
    asked = parse("/people", {name: value for name, value in query.items() if name not in _ABOUT_LAST})
    show = asked.wanted.get("show", "open")
    if show not in SHOWS or set(asked.wanted) - {"show"}:
        raise NoSuchBreakdown(f"show={show}")
    decided = [pair for pair in pairs if pair.decision != "open"]
    lists = {"open": [pair for pair in pairs if pair.decision == "open"], "decided": decided, "several": persons}
    on_page = lists[show][PAGE * (asked.page - 1) : PAGE * asked.page]
    last, barred = (query.get(name, "") for name in _ABOUT_LAST)
    just = [pair for pair in decided if last == f"{pair.one}.{pair.other}"]
    numbers = {name: len(found) for name, found in lists.items()}
    told = {"show": show, "numbers": numbers, "on_page": on_page, "decided": decided, "just": just}
    told |= {"sent": _sent(edition, [*on_page, *just]), "barred": number_of(barred)}
    return {"build": counts.build_info(edition.asking()), **told, **paging(asked, numbers[show], PAGE)}


def _sent(edition: Edition, shown: Sequence[Accounts | Sequence[str]]) -> dict[str, dict]:
    """contributor ref → what that account sent, of every account on the page."""
    ends = {end for one in shown for end in (one.ends if isinstance(one, Accounts) else one)}
    rows = ask(edition.asking(), question("sent_by"), {"refs": sorted(ends)})
    return {row["contributor_ref"]: row for row in rows}

"""What all pages share: the home, the edition on show, the words, the bar on top, and how a page is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection
from fastapi import Request
from fastapi.responses import HTMLResponse

from dashboards.access import Access, Viewer
from dashboards.doing import Doing
from dashboards.edition import Shelf
from dashboards.rendering import templates
from warehouse import audit
from warehouse.lake import Lake
from warehouse.words import Words

# The bar on top, in groups. Each room: name (also its word in words.toml, section web), address, who may see it.
BAR = (
    (("today", "/today", "editor"),),
    (("take_in", "/take-in", "editor"), ("quarantine", "/quarantine", "editor")),
    (("review", "/review", "editor"),),
    (
        ("overview", "/", "analyst"),
        ("trends", "/trends", "analyst"),
        ("stories", "/stories", "analyst"),
        ("quotes", "/quotes", "analyst"),
        ("questions", "/questions", "analyst"),
    ),
    (("consents", "/consent", "editor"), ("people", "/people", "editor")),
    (("quality", "/quality", "analyst"),),
)
ROOMS = tuple(room for group in BAR for room in group)


@dataclass(frozen=True)
class Site:
    """The pages of one home. zone: the call's, for the times shown; language: ja or en; doing: what a page may ask for."""

    lake: Lake
    zone: str
    language: str
    is_sample: bool
    access: Access
    doing: Doing = field(default_factory=Doing)

    @cached_property
    def words(self) -> Words:
        return Words(self.language)

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.lake, self.zone, self.words)

    def audit(self, request: Request, what: str, subject: str) -> None:
        """One line on who looks at whose data, before it is shown. what: a name; subject: a ref, never a native id."""
        audit.append(self.lake.audit, request.state.viewer.name, what, subject)

    def con(self) -> DuckDBPyConnection | None:
        """On the edition on show, None before the first build. One process cannot open a published file twice."""
        return self.shelf.current().asking() if self.lake.published.exists() else None

    def local(self, at: datetime) -> str:
        """An aware time as the call's clock shows it."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"

    def html(self, request: Request, template: str, **context: object) -> str:
        """A template with what every page needs: words, filters, banner, the rooms that the viewer may enter."""
        viewer = request.state.viewer
        return (
            templates()
            .get_template(template)
            .render(
                w=self.words,
                language=self.language,
                is_sample=self.is_sample,
                clock="{:%Y-%m-%d %H:%M}".format,  # the warehouse tells times in the zone of the call
                local=self.local,
                moment=datetime.fromisoformat,
                viewer=viewer,
                marks_used=self.doing.used is not None and viewer.may("editor"),
                reads_originals=self.doing.originals is not None and viewer.may("editor"),
                rooms=list(filter(None, (self._open_to(viewer, group) for group in BAR))),
                **context,
            )
        )

    def _open_to(self, viewer: Viewer, group: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str]]:
        return [(name, path) for name, path, role in group if viewer.may(role) and self._has(name)]

    def _has(self, room: str) -> bool:
        """Rooms for what nobody does are left out."""
        return room != "review" or self.doing.review is not None

    def page(self, request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
        return HTMLResponse(self.html(request, template, **context), status)

"""What all pages share: the home, the edition on show, the words, the bar on top, and how a page is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from fastapi import Request
from fastapi.responses import HTMLResponse

from dashboards.access import Access
from dashboards.doing import Doing
from dashboards.edition import Shelf
from dashboards.links import to
from dashboards.plain import plain
from dashboards.rendering import templates
from warehouse.lake import Lake
from warehouse.words import Words

# name (also its word in words.toml, section web), address, who may see it
ROOMS = (
    ("overview", "/", "analyst"),
    ("trends", "/trends", "analyst"),
    ("stories", "/stories", "analyst"),
    ("quotes", "/quotes", "analyst"),
    ("report", "/report", "analyst"),
    ("coder", "/coder", "analyst"),
)


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
                to=to,
                plain=plain,
                clock="{:%Y-%m-%d %H:%M}".format,  # the warehouse tells times in the zone of the call
                viewer=viewer,
                rooms=[(name, path) for name, path, role in ROOMS if viewer.may(role)],
                **context,
            )
        )

    def page(self, request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
        return HTMLResponse(self.html(request, template, **context), status)

"""What every page of 確認 tells on top."""

from __future__ import annotations

from fastapi import Request

from dashboards.site import Site
from warehouse.words import Words

TOLD = ("changed", "meanwhile", "gone", "undone", "nothing_to_undo", "noted")  # what a page may be sent back with


def framed(site: Site, request: Request) -> dict:
    """progress, takes (how long the rest takes, in words) and told (a key of TOLD, or "")."""
    progress = site.doing.review.progress(site.shelf.current(), request.state.viewer.name)
    told = request.query_params.get("told", "")
    return {"progress": progress, "takes": _time(progress.seconds, site.words), "told": told if told in TOLD else ""}


def _time(seconds: float, words: Words) -> str:
    """約m分, or 約h時間 from an hour on."""
    minutes = max(1, round(seconds / 60))
    return (
        words("reviewing.hours", n=f"{seconds / 3600:.1f}") if minutes >= 60 else words("reviewing.minutes", n=minutes)
    )

"""Mended: a raw item for which a person gave a better source. It stays in raw and leaves the quarantine as superseded."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.ledger import Entry

KIND = "mended"


def mended(decisions: Iterable[Entry]) -> set[str]:
    """raw_ids that count as mended; the latest word on each stands."""
    latest = {entry.subject: entry.payload["is_mended"] for entry in decisions if entry.kind == KIND}
    return {raw_id for raw_id, is_mended in latest.items() if is_mended}

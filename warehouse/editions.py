"""Public editions as they were published, remembered in the home: what a next one is held against. Counts only.

An edition is a dict that goes into JSON as it is:
  name, date (YYYY-MM-DD), version, built_at (ISO 8601), title, is_sample, k, codebook_version, series (1, 2 … with --anew)
  counted_at (built_at of the edition whose numbers these are), until (month, exclusive; None for no bound)
  axes: [{name, label_ja, label_en, is_multi, values: [{level, code, label_ja, label_en, group}]}]
  total: {story_count, person_count}; tables: [{axes: [name, …], rows: [{at: [[level, code], …], story_count, person_count}]}]
A hidden count is None. Nothing else is known of a hidden cell, here as outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from warehouse.lake import Lake, write_bytes


def remember(lake: Lake, edition: Mapping) -> None:
    """Keep an edition before it is written anywhere else."""
    write_bytes(as_json(edition), lake.editions / f"{edition['name']}.json")


def every(lake: Lake) -> list[dict]:
    """All editions of a home, the first one first."""
    read = [json.loads(file.read_bytes()) for file in lake.editions.glob("*.json") if not file.name.startswith(".")]
    return sorted(read, key=lambda edition: (edition["built_at"], edition["name"]))


def as_json(edition: Mapping) -> bytes:
    return (json.dumps(edition, ensure_ascii=False, indent=1) + "\n").encode()

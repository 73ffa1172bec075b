"""A call so small that its tables fit a page: three dimensions, and rows made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest

from tasks.estimate import estimated
from tests.standins.ledgers import backend, postgresql  # noqa: F401
from warehouse import schema, store
from warehouse.scopes import SCOPES

ZONE = "Asia/Tokyo"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
DIMENSIONS = {  # name -> (several codes?, codes with their groups)
    "told": (False, {"yes": None, "no": None}),
    "mood": (False, {"good": None, "bad": None}),
    "topic": (True, {"apple": "fruit", "pear": "fruit", "oak": "tree"}),
}
COUNT_RULES = [("told", "yes", "only"), ("mood", "bad", "apart")]
REASONS = {"superseded": "duplicate", "exact_copy": "duplicate", "unreadable": "held", "own_message": "out_of_scope"}


@dataclass
class Call:
    """The rows that go in, and `warehouse()`, which builds them."""

    submissions: list[dict] = field(default_factory=list)
    items: list[dict] = field(default_factory=list)
    aside: list[dict] = field(default_factory=list)
    pairs: list[tuple] = field(default_factory=list)
    claims: list[dict] = field(default_factory=list)
    to_review: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    run: str = "run-1"
    fetched_at: datetime = NOW

    def tell(self, ref: str, posted_at: str = "2026-03-10T03:00:00+00:00", *, raw: Iterable[str] = (), **more) -> None:
        """A submission, by default a story of its own; raw: its raw items, by default one."""
        raw_ids = list(raw) or [f"{ref}-raw"]
        base = {
            "submission_ref": ref,
            "story_id": f"story-{ref}",
            "is_representative": True,
            "channel": "email",
            "contributor_ref": f"person-{ref}",
            "posted_at": datetime.fromisoformat(posted_at),
            "received_at": self.fetched_at,
            "zone": "explicit",
            "title_masked": None,
            "body_masked": f"body of {ref}",
            "text_hash": f"hash-{ref}",
            "truncated": False,
            "is_after_close": False,
            "flags": [],
            "raw_ids": raw_ids,
            **{f"can_{scope}": scope in ("count", "paraphrase") for scope in SCOPES},
        }
        row = base | more
        row = {"merged_story_id": row["story_id"]} | row
        row.setdefault("person_ref", row["contributor_ref"])
        row.setdefault("merged_person_ref", row["person_ref"])
        self.submissions.append(row)
        for place, raw_id in enumerate(raw_ids, 1):
            self.item(raw_id, channel=row["channel"], submission_ref=ref, sequence=place)

    def item(self, raw_id: str, **more) -> None:
        self.items.append({"raw_id": raw_id, "channel": "email", "fetched_at": self.fetched_at} | more)

    def set_aside(self, raw_id: str, stage: str, reason: str) -> None:
        self.aside.append({"raw_id": raw_id, "channel": "email", "stage": stage, "reason": reason})

    def claim(self, ref: str, coder: str = "rule", probability: float = 0.9, **codes: str | None) -> None:
        """What one coder says: dimension=code, several codes by blanks, None for `none applies`."""
        for dimension, told in codes.items():
            for code in told.split() if told else [None]:
                row = {"submission_ref": ref, "dimension": dimension, "code": code, "coder": coder}
                versions = {"codebook_version": "1", "coder_version": "1"}
                self.claims.append(row | versions | {"probability": probability})

    def story(self, ref: str, *args, told: str = "yes", mood: str = "good", **more) -> None:
        """A submission that the machine takes for a good story."""
        codes = {name: more.pop(name) for name in ("topic",) if name in more}
        self.tell(ref, *args, **more)
        self.claim(ref, told=told, mood=mood, **codes)

    def inputs(self) -> dict[str, pa.Table]:
        rows = {
            "in_submission": self.submissions,
            "in_item": self.items,
            "in_set_aside": self.aside,
            "in_same_person": [dict(zip(schema.INPUTS["in_same_person"].names, p, strict=True)) for p in self.pairs],
            "in_coding": self.claims,
            "in_to_review": [
                dict(zip(("submission_ref", "dimension", "cause"), r, strict=True)) for r in self.to_review
            ],
            "in_link": [
                {"submission_ref": a, "other_ref": b, "verdict": v, "kind": "edited", "score": 0.5}
                for a, b, v in self.links
            ],
            "in_estimate": [],  # worked out while it is built
            "in_sample": [
                {"submission_ref": ref, "draw_order": n, "inclusion_probability": 0.5}
                for n, ref in enumerate(self.drawn)
            ],
            "in_used": [{"submission_ref": ref, "used_where": where, "used_at": NOW} for ref, where in self.used],
            "in_dimension": [
                {
                    "dimension": d,
                    "label_ja": f"{d}の",
                    "label_en": d,
                    "is_multi": multi,
                    "is_charted": True,
                    "dimension_order": n,
                }
                for n, (d, (multi, _)) in enumerate(DIMENSIONS.items())
            ],
            "in_code": [row for d, (_, codes) in DIMENSIONS.items() for row in _codes(d, codes)],
            "in_count_rule": [dict(zip(("dimension", "code", "kind"), rule, strict=True)) for rule in COUNT_RULES],
            "in_channel": [{"channel": c, "label_ja": f"{c}で", "label_en": c} for c in ("email", "form")],
            "in_reason": [{"reason": r, "outcome": o, "label_ja": f"{r}の", "label_en": r} for r, o in REASONS.items()],
            "in_run": [{"run_id": self.run, "kind": "ingest", "started_at": NOW, "ended_at": NOW, "status": "done"}],
            "in_build": [
                {"version": self.run, "built_at": NOW, "call_title": "call", "is_sample": True, "time_zone": ZONE}
            ],
        }
        return {name: pa.Table.from_pylist(rows[name], schema=kind) for name, kind in schema.INPUTS.items()}

    def build(self, path: Path, zone: str = ZONE) -> Path:
        store.build(path, self.inputs(), list(DIMENSIONS), zone, estimated)
        return path


def _codes(dimension: str, codes: dict[str, str | None]) -> list[dict]:
    groups = list(dict.fromkeys(group for group in codes.values() if group))
    rows = []
    for order, (code, group) in enumerate(codes.items()):
        labels = {"label_ja": f"{code}の", "label_en": code, "definition": ""}
        of_group = {"group_code": group, "group_ja": group and f"{group}の", "group_en": group}
        place = {"group_order": groups.index(group) if group else None, "code_order": order}
        rows.append({"dimension": dimension, "code": code} | labels | of_group | place)
    return rows


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def asked(tmp_path):
    """asked(call, sql) -> rows as tuples, from a warehouse built of the call in the zone given; built once per call."""

    def asked(call: Call, sql: str, zone: str = ZONE, **parameters) -> list[tuple]:
        path = tmp_path / f"{sha256(repr((call, zone)).encode()).hexdigest()}.duckdb"
        con = store.open_locked(path if path.exists() else call.build(path, zone), zone)
        try:
            return con.execute(sql, parameters or None).fetchall()
        finally:
            con.close()

    return asked

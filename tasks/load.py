"""Load: settled frames become the Arrow tables (in_…) that the warehouse's SQL starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa

from tasks.aside import OUTCOME
from tasks.coding import Coded
from warehouse import schema
from warehouse.codebook import Codebook
from warehouse.words import Words

_JA, _EN = Words("ja"), Words("en")
_TO_WAREHOUSE = [
    "submission_ref", "story_id", "is_representative", "channel", "contributor_ref", "conversation_ref", "posted_at",
    "received_at", "zone", "title_masked", "body_masked", "text_hash", "attribution_wish", "truncated",
    "is_after_close", "flags", "raw_ids",
]  # fmt: skip


def submission_table(submissions: pd.DataFrame) -> pa.Table:
    """What of a submission may leave the lake: refs and masked text, no native id, name, address or link."""
    fields = pa.schema([schema.SUBMISSION.field(name) for name in _TO_WAREHOUSE])
    return pa.Table.from_pandas(submissions[_TO_WAREHOUSE], schema=fields, preserve_index=False)


def item_table(raw: pd.DataFrame, submissions: pd.DataFrame) -> pa.Table:
    """Every raw item with the submission that holds it, if one does, and its place in it."""
    held = submissions[["submission_ref", "raw_ids"]].explode("raw_ids").rename(columns={"raw_ids": "raw_id"})
    held["sequence"] = held.groupby("submission_ref").cumcount() + 1
    items = raw[["raw_id", "channel", "received_at"]].rename(columns={"received_at": "fetched_at"})
    merged = items.merge(held, on="raw_id", how="left")
    merged["sequence"] = merged["sequence"].astype("Int64")
    return pa.Table.from_pandas(merged, preserve_index=False)


def aside_table(aside: pd.DataFrame, refs: Mapping[str, str]) -> pa.Table:
    """Set-aside records with refs for ids. detail holds rule or problem names only, never content."""
    named = aside.assign(submission_ref=aside["submission_id"].map(refs)).drop(columns="submission_id")
    kinds = pa.schema([(column, pa.string()) for column in named.columns])
    return pa.Table.from_pandas(named, schema=kinds, preserve_index=False)


def to_review_table(refs: Sequence[str], answers: Sequence[Coded], changed: Sequence[tuple[str, str]]) -> pa.Table:
    """What a person should look at, and why."""
    unsure = [(ref, d, "unsure") for ref, a in zip(refs, answers, strict=True) for d in a.to_review]
    rows = unsure + [(ref, dimension, "changed") for ref, dimension in changed]
    return _rows(["submission_ref", "dimension", "cause"], rows)


def codebook_tables(book: Codebook) -> dict[str, pa.Table]:
    """in_dimension, in_code and in_count_rule."""
    dimensions = {
        "dimension": [d.name for d in book.dimensions],
        "label_ja": [d.ja for d in book.dimensions],
        "label_en": [d.en for d in book.dimensions],
        "is_multi": [d.multi for d in book.dimensions],
        "is_charted": [d.charted for d in book.dimensions],
        "dimension_order": list(range(len(book.dimensions))),
    }
    codes = pa.Table.from_pylist([row for d in book.dimensions for row in _codes(d)], schema=_CODE)
    rules = [
        (dimension, code, kind)
        for kind, part in (("only", book.count_only), ("apart", book.count_apart))
        for dimension, codes_ in part.items()
        for code in codes_
    ]
    return {
        "in_dimension": pa.table(dimensions),
        "in_code": codes,
        "in_count_rule": _rows(["dimension", "code", "kind"], rules),
    }


_CODE = pa.schema([
    *[(n, pa.string()) for n in ("dimension", "code", "label_ja", "label_en", "definition")],
    *[(n, pa.string()) for n in ("group_code", "group_ja", "group_en")],
    ("group_order", pa.int64()),
    ("code_order", pa.int64()),
])  # fmt: skip


def _codes(dimension) -> list[dict]:
    groups = {g.code: (order, g) for order, g in enumerate(dimension.groups)}
    rows = []
    for order, code in enumerate(dimension.codes):
        place, group = groups.get(code.group, (None, None))
        rows.append({
            "dimension": dimension.name,
            "code": code.code,
            "label_ja": code.ja,
            "label_en": code.en,
            "definition": code.definition,
            "group_code": code.group,
            "group_ja": group and group.ja,
            "group_en": group and group.en,
            "group_order": place,
            "code_order": order,
        })
    return rows


def label_tables(channels: Sequence[str]) -> dict[str, pa.Table]:
    """in_channel and in_reason, from the words file."""
    return {
        "in_channel": _rows(
            ["channel", "label_ja", "label_en"], [(c, _label(_JA, c), _label(_EN, c)) for c in sorted(set(channels))]
        ),
        "in_reason": _rows(
            ["reason", "outcome", "label_ja", "label_en"],
            [(r, o, _JA(f"reason.{r}"), _EN(f"reason.{r}")) for r, o in OUTCOME.items()],
        ),
    }


def _label(words: Words, channel: str) -> str:
    return words(f"channel.{channel}") if words.has(f"channel.{channel}") else channel


def run_table(runs: Sequence[Mapping]) -> pa.Table:
    """in_run, from the run log."""
    counts = ("item_count", "new_count", "known_count", "quarantined_count")
    fields = [("run_id", pa.string()), ("kind", pa.string()), ("channel", pa.string()), ("started_at", schema.TIME)]
    fields += [("ended_at", schema.TIME), ("status", pa.string()), *[(c, pa.int64()) for c in counts]]
    times = ("started_at", "ended_at")
    rows = [{**run, **{t: pd.Timestamp(run[t]) for t in times}} for run in runs]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def _rows(names: Sequence[str], rows: Sequence[tuple]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})

"""Load: settled frames become the Arrow tables (in_…) that the warehouse's SQL starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa

from tasks.aside import OUTCOME
from tasks.coding import Coded
from tasks.linking.stories import Link
from tasks.people import Pair
from tasks.used import Use
from warehouse import schema
from warehouse.codebook import Codebook
from warehouse.words import Words

_JA, _EN = Words("ja"), Words("en")


def submission_table(submissions: pd.DataFrame) -> pa.Table:
    """What of a submission may leave the lake: refs and masked text, no native id, name, address or link."""
    return _framed("in_submission", submissions)


def item_table(raw: pd.DataFrame, submissions: pd.DataFrame) -> pa.Table:
    """Every raw item with the submission that holds it, if one does, and its place in it."""
    held = submissions[["submission_ref", "raw_ids"]].explode("raw_ids").rename(columns={"raw_ids": "raw_id"})
    held["sequence"] = held.groupby("submission_ref").cumcount() + 1
    items = raw[["raw_id", "channel", "received_at", "flags"]].rename(columns={"received_at": "fetched_at"})
    merged = items.merge(held, on="raw_id", how="left")
    merged["sequence"] = merged["sequence"].astype("Int64")
    return _framed("in_item", merged)


def aside_table(aside: pd.DataFrame, refs: Mapping[str, str]) -> pa.Table:
    """Set-aside records with refs for ids. detail holds rule or problem names only, never content."""
    return _framed("in_set_aside", aside.assign(submission_ref=aside["submission_id"].map(refs)))


def link_table(links: Sequence[Link], refs: Mapping[str, str]) -> pa.Table:
    """Links between submissions with refs for ids, the smaller ref first."""
    return _rows("in_link", [(*sorted((refs[link.one], refs[link.other])), *link[2:]) for link in links])


def same_person_table(pairs: Sequence[Pair]) -> pa.Table:
    """Pairs of contributors who may be, or were decided to be or not to be, one person."""
    return _rows("in_same_person", pairs)


def used_table(uses: Sequence[Use]) -> pa.Table:
    """Where tellings stand in the book, with refs for ids."""
    return _rows("in_used", uses)


def to_review_table(refs: Sequence[str], answers: Sequence[Coded], asked: Sequence[tuple[str, str, str]]) -> pa.Table:
    """What a person should look at, and why. asked: by what people decided, see assign_codes.person_rows."""
    unsure = [(ref, d, "unsure") for ref, a in zip(refs, answers, strict=True) for d in a.to_review]
    return _rows("in_to_review", [*unsure, *asked])


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
    codes = pa.Table.from_pylist([row for d in book.dimensions for row in _codes(d)], schema=schema.INPUTS["in_code"])
    rules = [
        (dimension, code, kind)
        for kind, part in (("only", book.count_only), ("apart", book.count_apart))
        for dimension, codes_ in part.items()
        for code in codes_
    ]
    return {
        "in_dimension": pa.table(dimensions, schema=schema.INPUTS["in_dimension"]),
        "in_code": codes,
        "in_count_rule": _rows("in_count_rule", rules),
    }


def _codes(dimension) -> list[dict]:
    groups = {g.code: (order, g) for order, g in enumerate(dimension.groups)}
    rows = []
    for order, code in enumerate(dimension.codes):
        place, group = groups.get(code.group, (None, None))
        rows.append(
            {
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
            }
        )
    return rows


def label_tables(channels: Sequence[str]) -> dict[str, pa.Table]:
    """in_channel and in_reason, from the words file."""
    labels = [(c, _label(_JA, c), _label(_EN, c)) for c in sorted(set(channels))]
    reasons = [(r, outcome, _JA(f"reason.{r}"), _EN(f"reason.{r}")) for r, outcome in OUTCOME.items()]
    return {"in_channel": _rows("in_channel", labels), "in_reason": _rows("in_reason", reasons)}


def _label(words: Words, channel: str) -> str:
    return words(f"channel.{channel}") if words.has(f"channel.{channel}") else channel


def run_table(runs: Sequence[Mapping]) -> pa.Table:
    """in_run, from the run log."""
    times = ("started_at", "ended_at")
    rows = [{**run, **{t: pd.Timestamp(run[t]) for t in times}} for run in runs]
    return pa.Table.from_pylist(rows, schema=schema.INPUTS["in_run"])


def build_table(row: Mapping) -> pa.Table:
    """in_build: the one row that says what this warehouse is."""
    return pa.Table.from_pylist([dict(row)], schema=schema.INPUTS["in_build"])


def _framed(name: str, frame: pd.DataFrame) -> pa.Table:
    kind = schema.INPUTS[name]
    return pa.Table.from_pandas(frame[kind.names], schema=kind, preserve_index=False)


def _rows(name: str, rows: Sequence[tuple]) -> pa.Table:
    kind = schema.INPUTS[name]
    columns = list(zip(*rows, strict=True)) or [()] * len(kind)
    return pa.table([pa.array(column, f.type) for column, f in zip(columns, kind, strict=True)], schema=kind)

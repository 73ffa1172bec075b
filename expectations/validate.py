"""Run a suite over a frame. Great Expectations judges; what comes out are row numbers and ids, never a cell's value."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from expectations.rules import COLUMN_KEYS, Rule

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition

# Given no column names for the index, GX names failing rows by their labels alone, which are our row numbers.
_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


class SuiteError(Exception):
    """A suite that cannot be judged at all, so the whole batch fails: `problem` is a key of words.toml [validation]."""

    def __init__(self, problem: str, rule: str, detail: str):
        super().__init__(f"{problem}: rule {rule}: {detail}")
        self.problem = problem
        self.rule = rule
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one batch says of one rule. checked: rows judged; rows: index labels of those that fail."""

    checked: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule over a whole frame. checked: rows judged, without those where an optional value is missing.

    failed_rows: row numbers from 0, rising; failed_ids: the ids of these rows, in the same order.
    """

    rule: Rule
    checked: int
    failed_rows: tuple[int, ...] = ()
    failed_ids: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        return len(self.failed_rows)


@dataclass(frozen=True)
class Validation:
    """A suite over a frame. checked: rows in the frame; results: in suite order."""

    checked: int
    results: tuple[RuleResult, ...]

    @cached_property
    def set_aside_rows(self) -> dict[int, str]:
        """Row number -> the first critical rule, in suite order, that the row breaks."""
        return {row: rule for row, (_, rule) in self._critical.items()}

    @cached_property
    def set_aside(self) -> dict[str, str]:
        """Id -> the same. Where ids repeat, set_aside_rows tells which of the rows it is."""
        aside: dict[str, str] = {}
        for identity, rule in self._critical.values():
            aside.setdefault(identity, rule)
        return aside

    @cached_property
    def _critical(self) -> dict[int, tuple[str, str]]:
        first: dict[int, tuple[str, str]] = {}
        for result in self.results:
            if result.rule.severity == "critical":
                for row, identity in zip(result.failed_rows, result.failed_ids, strict=True):
                    first.setdefault(row, (identity, result.rule.name))
        return first


def validate(frame: pd.DataFrame, suite: Sequence[Rule], id_column: str, batch_rows: int = 100_000) -> Validation:
    """Judge every row of `frame` by every rule, in batches of `batch_rows`; an empty frame has 0 checked.

    Uniqueness is judged within a batch. SuiteError: a column is missing, or a rule cannot be applied to its column.
    """
    verdicts = list(_verdicts(frame, suite, batch_rows)) if len(frame) else []
    return Validation(
        checked=len(frame),
        results=tuple(_joined(rule, [v[rule.name] for v in verdicts], frame[id_column]) for rule in suite),
    )


def _verdicts(frame: pd.DataFrame, suite: Sequence[Rule], batch_rows: int) -> Iterator[dict[str, Verdict]]:
    """For each batch the verdict on every rule, by the rule's name."""
    definition, expectations = _batch_definition(), _expectations(suite)
    for start in range(0, len(frame), batch_rows):
        batch = _judged(frame.iloc[start : start + batch_rows], suite, start)
        with warnings.catch_warnings():  # GX 1.24 calls what pandas 4 will drop; nothing a reader could act on
            warnings.simplefilter("ignore")
            run = definition.get_batch({"dataframe": batch}).validate(expectations, result_format=_RESULT_FORMAT)
        yield {r.expectation_config.meta["rule"]: _verdict(r, batch) for r in run.results}


def _judged(rows: pd.DataFrame, suite: Sequence[Rule], start: int) -> pd.DataFrame:
    """The columns the suite reads and no others, helper columns filled in, labelled by row number."""
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    for rule in suite:
        try:
            if rule.derive:
                columns[rule.name] = rule.derive(rows)
            columns |= {name: rows[name] for name in rule.columns if name not in columns}
        except KeyError as error:
            raise SuiteError("column_missing", rule.name, str(error.args[0])) from error
    return pd.DataFrame(columns).set_axis(pd.RangeIndex(start, start + len(rows)))


def _joined(rule: Rule, verdicts: list[Verdict], ids: pd.Series) -> RuleResult:
    rows = tuple(sorted(row for verdict in verdicts for row in verdict.rows))
    return RuleResult(rule, sum(v.checked for v in verdicts), rows, tuple(ids.iloc[list(rows)]))


@cache
def _batch_definition() -> BatchDefinition:
    """A context in memory: nothing on disk, nothing sent, nothing printed, no page of its own."""
    import great_expectations as gx
    from great_expectations.data_context.types import base

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    config = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(),
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _expectations(suite: Sequence[Rule]) -> ExpectationSuite:
    import great_expectations.expectations as known
    from great_expectations import ExpectationSuite

    return ExpectationSuite(
        name="suite",
        expectations=[
            getattr(known, rule.expectation)(**rule.kwargs, severity=rule.severity, meta={"rule": rule.name})
            for rule in suite
        ],
    )


def _verdict(result: ExpectationValidationResult, batch: pd.DataFrame) -> Verdict:
    """One result as numbers. Without counts it is an exception, whose message may quote cells and is left out."""
    counts, config = result.result, result.expectation_config
    if "element_count" not in counts:
        read = {config.kwargs[key] for key in COLUMN_KEYS if key in config.kwargs}
        kinds = ", ".join(f"{name} ({batch[name].dtype})" for name in sorted(read))
        raise SuiteError("rule_not_applicable", config.meta["rule"], kinds)
    return Verdict(counts["element_count"] - counts.get("missing_count", 0), tuple(counts["unexpected_index_list"]))

"""What a rule is: one expectation with its severity. Its words are in words.toml [rule], under the rule's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["critical", "warning"]

GIVEN = "ExpectColumnValuesToNotBeNull"
ONE_OF = "ExpectColumnValuesToBeInSet"
BETWEEN = "ExpectColumnValuesToBeBetween"
MATCHES = "ExpectColumnValuesToMatchRegex"
LACKS = "ExpectColumnValuesToNotMatchRegex"
UNIQUE = "ExpectColumnValuesToBeUnique"
NOT_BELOW = "ExpectColumnPairValuesAToBeGreaterThanB"

COLUMN_KEYS = ("column", "column_A", "column_B")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must be true of every row.

    name: unique over all suites; set-aside rows carry it, and words.toml [rule] has `<name>` (what a failing row is),
        `<name>_why` (why we ask) and `<name>_do` (what a person does about it).
    expectation, kwargs: a class of great_expectations.expectations and its arguments.
    severity: critical = the row is set aside as invalid; warning = the row is counted and goes on.
    derive: a helper column, put beside the frame's own under the rule's name and named so in kwargs. Great
        Expectations lets a missing value pass: a helper column that fills the gap makes it fail.
    """

    name: str
    expectation: str
    kwargs: Mapping[str, object]
    severity: Severity
    derive: Callable[[pd.DataFrame], pd.Series] | None = None

    @property
    def columns(self) -> list[str]:
        """The columns the expectation reads, the helper column among them."""
        return [str(self.kwargs[key]) for key in COLUMN_KEYS if key in self.kwargs]

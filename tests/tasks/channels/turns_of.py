"""Items of a channel as the table that `settle` takes, without landing them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from types import ModuleType

import pandas as pd

from tasks.channels import Item
from tasks.conform import conform_table
from tasks.items import table_of
from tasks.land import landed


def messages_of(module: ModuleType, items: Iterable[Item]) -> pd.DataFrame:
    channel = module.__name__.rpartition(".")[2]
    rows = landed(table_of(channel, list(items)), datetime(2026, 5, 1, tzinfo=UTC), "run")
    return conform_table(rows).to_pandas().drop_duplicates("raw_id")

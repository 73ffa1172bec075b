"""Items of a channel as the table that `settle` takes, without landing them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from types import ModuleType

import pandas as pd

from tasks.channels import Item
from tasks.conform import conform_table
from tasks.land import _table, raw_id


def messages_of(module: ModuleType, items: Iterable[Item]) -> pd.DataFrame:
    channel = module.__name__.rpartition(".")[2]
    rows = {raw_id(channel, item): item for item in items}
    return conform_table(_table(rows, channel, datetime(2026, 5, 1, tzinfo=UTC), "run")).to_pandas()

"""A ledger of the release before the chain, carried over: one table `ledger`, without digests.

All in one transaction: whoever breaks it off leaves the old ledger as it was. Numbers, times and names stay; what the old
release had redacted is carried over redacted. The chain begins over what is found, and proves nothing of the time before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from warehouse.ledger import database
from warehouse.ledger.chain import text_of

if TYPE_CHECKING:
    from sqlalchemy import Connection


def carry_over(con: Connection) -> None:
    """Within the transaction that is open."""
    from warehouse.ledger.entries import put

    old = con.exec_driver_sql("SELECT id, at, who, kind, subject, payload, why FROM ledger ORDER BY id").fetchall()
    con.exec_driver_sql("DROP TABLE ledger")  # its triggers go with it
    database.make_tables(con)
    put(con, [(*row[:5], text_of(json.loads(row[5])), row[6]) for row in old])

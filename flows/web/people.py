"""People for the pages: pairs of accounts and what is decided of them, by the functions of `neta people`."""

from __future__ import annotations

from collections import defaultdict

import duckdb

from dashboards.rights.doing import Accounts
from flows.settings import Settings
from flows.web import refusing


class HomePeople:
    """Of one home."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def standing(self, con: duckdb.DuckDBPyConnection) -> tuple[list[Accounts], list[list[str]]]:
        from flows.people import standing

        found, accounts = standing(self._settings, con), defaultdict(list)
        for contributor, person in sorted(found.persons.items()):
            accounts[person].append(contributor)
        return [Accounts(*pair) for pair in found.pairs], [own for own in accounts.values() if len(own) > 1]

    def decide(self, who: str, is_same: bool, one: str, other: str, why: str | None) -> int:
        from flows.people import say
        from tasks.people import OTHER, SAME

        with refusing.told():
            return say(self._settings, SAME if is_same else OTHER, one, other, who, why)[2]

"""Rows of a small call as an export gets them from its warehouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.warehouse.conftest import ZONE, Call
from warehouse import counts, store


@dataclass(frozen=True)
class Exported:
    stories: list[dict]
    codes: list[dict]
    build: dict


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def exported(tmp_path) -> Callable[[Call], Exported]:
    def exported(call: Call) -> Exported:
        con = store.open_locked(call.build(tmp_path / "w.duckdb"), ZONE)
        try:
            stories = store.ask(con, store.question("export_stories"), {"with_flagged": False})
            return Exported(stories, store.ask(con, store.question("export_codes")), counts.build_info(con))
        finally:
            con.close()

    return exported

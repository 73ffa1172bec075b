from __future__ import annotations

from tasks.coding.split import is_sample


def test_an_id_alone_decides() -> None:
    assert [id for id in ("a001", "a004", "b007", "g229") if is_sample(id)] == ["a004"]


def test_about_three_tenths_are_samples() -> None:
    share = sum(is_sample(f"id-{n}") for n in range(10_000)) / 10_000
    assert 0.28 < share < 0.32

"""Figures worked out by hand on small tables."""

from __future__ import annotations

import pytest

from tasks.coding.evaluate import f1, kappa, scores


def test_kappa_of_a_two_by_two_table() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: agreed .70, by chance .5*.6 + .5*.4 = .50, so (.7-.5)/(1-.5) = .40
    gold = ["yes"] * 25 + ["no"] * 25
    coded = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(gold, coded) == pytest.approx(0.40)


def test_kappa_where_chance_explains_everything() -> None:
    assert kappa(["a", "a"], ["a", "a"]) == 1.0
    assert kappa(["a", "b"], ["b", "a"]) == pytest.approx(-1.0)


def test_f1_micro_pools_and_macro_averages() -> None:
    gold = [["a", "b"], ["a"], ["c"]]
    coded = [["a"], ["a", "b"], ["b"]]
    # a: 2 hits. b: 1 missed, 2 extra. c: 1 missed. micro = 2*2/(2*2+2+2) = .5; macro = (1 + 0 + 0) / 3
    result = f1(gold, coded)
    assert result["micro"] == pytest.approx(0.5)
    assert result["macro"] == pytest.approx(1 / 3)
    assert result["by_code"]["b"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 1}


def test_scores_choose_the_measure_by_shape_and_leave_out_what_was_not_answered() -> None:
    gold = [
        {"id": "1", "is_story": True, "benefits": ["other"], "industry": "A"},
        {"id": "2", "is_story": True, "benefits": ["learning"], "industry": "B"},
        {"id": "3", "is_story": False, "benefits": [], "industry": None},
    ]
    coded = [
        {"is_story": True, "benefits": ["reader_thanks"], "industry": "A"},
        {"is_story": False, "benefits": [], "industry": None},
        {"is_story": False, "benefits": [], "industry": None},
    ]
    result = scores(gold, coded, merged={"reader_thanks": "other"})
    assert result["benefits"]["n"] == 1 and result["benefits"]["micro"] == 1.0
    assert result["industry"] == {"n": 1, "kappa": 1.0}
    assert result["is_story"]["n"] == 3
    assert result["is_story"]["kappa"] == pytest.approx(0.4)  # agreed 2/3, by chance 4/9
    assert "id" not in result

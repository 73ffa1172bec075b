"""Agreement: published examples, and which words of whom are compared."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from tasks.adjudication import disagree
from tasks.coding.agreement import agreement, alpha
from tasks.coding.measures import figure, kappa, pairs, resampled
from warehouse import codebook
from warehouse.ledger import Entry

BOOK = codebook.load(codebook.BUILT_IN)

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), D: four observers, twelve units, answers missing.
FOUR = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def test_alpha_as_krippendorff_published_it():
    rows = [[int(a) - 1 for a in column if a != "."] for column in zip(*FOUR, strict=True)]
    it = alpha(rows, 5)
    assert it.value == pytest.approx(0.743, abs=5e-4) and it.low < it.value < it.high


def test_kappa_as_published():
    # the three tables by which the measure is usually explained: yes/yes, yes/no, no/yes, no/no
    for cells, published in (((20, 5, 10, 15), 0.4), ((45, 15, 25, 15), 0.1304), ((25, 35, 5, 35), 0.2593)):
        left = np.repeat([0, 0, 1, 1], cells)
        right = np.repeat([0, 1, 0, 1], cells)
        assert figure(kappa(resampled(pairs(left, right, 2)), 2)).value == pytest.approx(published, abs=5e-5)


def said(*rows: tuple[str, str, str], dimension: str = "platform", seen: str = "t") -> list[Entry]:
    """(subject, who, codes); who may end in !, an adjudicator."""
    return [
        Entry(
            n,
            "2026-01-01T00:00:00+00:00",
            who.rstrip("!"),
            "code",
            subject,
            {"dimension": dimension, "codes": codes.split(), "text_hash": seen}
            | ({"as": "adjudicator"} if "!" in who else {}),
            None,
        )
        for n, (subject, who, codes) in enumerate(rows)
    ]


def test_first_words_are_compared_as_a_whole_and_by_code():
    words = said(
        ("1", "a", "x note"),
        ("1", "b", "x"),
        ("1", "b", "x note"),  # after they talked
        ("1", "c!", "note"),  # judges, is no coder
        ("2", "a", "x"),
        ("2", "b", "x"),
        ("3", "a", "blog"),  # one alone says nothing
    )
    told = agreement(words, BOOK)
    assert set(told) == {"platform"}
    it = told["platform"]
    assert (it["units"], it["agreed"]) == (2, 0.5)
    x, note = ({c["code"]: c for c in it["codes"]}[code] for code in ("x", "note"))
    assert x["agreed"] == 1.0 and isnan(x["alpha"].value) and isnan(x["kappa"].value)  # nothing varies
    assert note["agreed"] == 0.5 and note["alpha"].value == pytest.approx(0.0)  # 4 answers, 1 note: 1 - .5 / .5
    assert {c["code"] for c in it["codes"]} == {"x", "note"}


def test_with_three_people_there_is_alpha_alone():
    words = said(("1", "a", "A"), ("1", "b", "A"), ("2", "b", "B"), ("2", "c", "B"), dimension="industry")
    it = agreement(words, BOOK)["industry"]
    assert it["kappa"] is None and it["alpha"].value == 1.0


def test_another_text_is_another_unit():
    words = [*said(("1", "a", "x")), *said(("1", "b", "note"), seen="changed")]
    assert agreement(words, BOOK) == {}


@pytest.mark.parametrize(
    ("rows", "is_open"),
    [
        ([("1", "a", "x")], False),
        ([("1", "a", "x"), ("1", "a", "note")], False),  # one person may think again
        ([("1", "a", "x note"), ("1", "b", "note x")], False),
        ([("1", "a", "x"), ("1", "b", "note")], True),
        ([("1", "a", "x"), ("1", "b", "note"), ("1", "c", "note")], True),  # a third opinion settles nothing
        ([("1", "a", "x"), ("1", "b", "note"), ("1", "a", "note")], False),
        ([("1", "a", "x"), ("1", "b", "note"), ("1", "a!", "blog")], False),
        ([("1", "a", "x"), ("1", "b", "note"), ("1", "a!", "blog"), ("1", "b", "note")], True),
        ([("1", "a", "x"), ("1", "b", "note"), ("1", "a!", "blog"), ("1", "b", "blog")], False),
        ([("1", "a", ""), ("1", "b", "note")], True),
    ],
)
def test_who_disagrees(rows, is_open):
    assert disagree(said(*rows)) is is_open

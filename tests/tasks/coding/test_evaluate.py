"""What is told of a coder, worked out by hand on small tables of answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.coding import Claim, Coded
from tasks.coding.evaluate import detail, judged, scores
from tasks.coding.training import Example
from warehouse import codebook

HEAD = 'version = "1"\ntitle = "t"\n'
SORT = 'ja = "種類"\norder = 1\n' + "".join(f'[[code]]\ncode = "{c}"\nja = "{c}"\n' for c in "abc")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> codebook.Codebook:
    folder = tmp_path_factory.mktemp("book")
    for name, text in {"codebook": HEAD, "sort": SORT, "many": "multi = true\n" + SORT.replace("1", "2")}.items():
        Path(folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return codebook.load(folder)


def told(dimension: str, codes: str, p: float = 0.9, asked: bool = False, **others: float) -> Coded:
    claims = [Claim(dimension, code, p) for code in codes]
    return Coded(claims, {dimension: dict.fromkeys(codes, p) | others}, [dimension] if asked else [])


def found(book, dimension: str, rows: list[tuple[str, Coded]]):
    examples = [Example(str(n), "", "", "", {dimension: list(w)} if w else {}) for n, (w, _) in enumerate(rows)]
    return judged(book.by_name[dimension], examples, [coded for _, coded in rows])


def test_one_code_a_text(book):
    # right 6 of 8; by chance (4·3 + 3·3 + 1·2) / 64 = 23/64, so kappa = (48 - 23) / (64 - 23) = 25/41
    wanted, claimed = "aaaabbbc", "aaabbbcc"
    rows = [
        (w, told("sort", c, p, asked=p < 0.5)) for w, c, p in zip(wanted, claimed, [0.9] * 6 + [0.4] * 2, strict=True)
    ]
    it = detail(found(book, "sort", rows))
    assert (it["n"], it["measure"], it["value"].value) == (8, "kappa", pytest.approx(25 / 41, abs=1e-4))
    assert it["value"].low <= it["value"].value <= it["value"].high
    assert it["table"] == {"codes": ["a", "b", "c"], "rows": [[3, 1, 0], [0, 2, 1], [0, 0, 1]]}
    assert it["mixed_up"] == [{"wanted": "a", "claimed": "b", "n": 1}, {"wanted": "b", "claimed": "c", "n": 1}]
    assert [(c["code"], c["n"], c["claimed"], c["recall"].value) for c in it["codes"]][0] == ("a", 4, 3, 0.75)
    assert it["review"] == {"share": 0.25, "wrong_inside": 0.5, "wrong_outside": pytest.approx(1 / 6, abs=1e-4)}
    assert [(b["n"], b["p"], b["right"]) for b in it["calibration"]["bins"]] == [(2, 0.4, 0.5), (6, 0.9, 0.8333)]
    assert it["calibration"]["error"] == pytest.approx((2 * 0.1 + 6 * (0.9 - 5 / 6)) / 8, abs=1e-4)


def test_several_codes_a_text(book):
    # hits 4, claimed 6, wanted 6: micro F1 = 8/12
    rows = [
        ("ab", told("many", "a", c=0.3)),  # b is missed
        ("a", told("many", "ab")),  # b is added
        ("c", told("many", "b")),  # b for c
        ("ab", told("many", "ab", c=0.01)),  # c is no guess
    ]
    it = detail(found(book, "many", rows))
    assert (it["measure"], it["value"].value, it["table"]) == ("micro", pytest.approx(8 / 12, abs=1e-4), None)
    assert {(m["wanted"], m["claimed"]): m["n"] for m in it["mixed_up"]} == {
        ("b", None): 1,
        (None, "b"): 1,
        ("c", "b"): 1,
    }
    assert sum(b["n"] for b in it["calibration"]["bins"]) == 7
    assert it["macro"].value == pytest.approx((1 + 2 * 1 / (3 + 2) + 0) / 3, abs=1e-4)


def test_only_what_both_answered_counts(book):
    rows = [("a", told("sort", "a")), ("", told("sort", "b")), ("c", Coded())]
    assert found(book, "sort", rows).wanted.tolist() == [[True, False, False]]
    assert found(book, "sort", rows[1:]) is None
    assert set(scores([Example("1", "", "", "", {"sort": ["a"]})], [told("sort", "a")], book)) == {"sort"}

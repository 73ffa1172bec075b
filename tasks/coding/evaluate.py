"""How well a coder agrees with people: Cohen's kappa for one code per story, F1 for several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence


def kappa(gold: Sequence[Hashable], coded: Sequence[Hashable]) -> float:
    """Cohen's kappa (1960): agreement beyond chance, 1 = perfect. 1.0 where both only ever say one and the same."""
    n = len(gold)
    agreed = sum(g == c for g, c in zip(gold, coded, strict=True)) / n
    left, right = Counter(gold), Counter(coded)
    by_chance = sum(left[code] * right[code] for code in left) / n**2
    return 1.0 if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


def f1(gold: Sequence[Sequence[str]], coded: Sequence[Sequence[str]]) -> dict:
    """{"micro", "macro", "by_code": {code: {"precision", "recall", "f1", "n"}}}; macro over the codes in gold."""
    hit, extra, missed = Counter(), Counter(), Counter()
    for wanted, given in zip(map(set, gold), map(set, coded), strict=True):
        hit.update(wanted & given)
        extra.update(given - wanted)
        missed.update(wanted - given)
    by_code = {code: _of_code(hit[code], extra[code], missed[code]) for code in sorted({*hit, *extra, *missed})}
    in_gold = [row["f1"] for row in by_code.values() if row["n"]]
    return {
        "micro": _of_code(hit.total(), extra.total(), missed.total())["f1"],
        "macro": sum(in_gold) / len(in_gold) if in_gold else 0.0,
        "by_code": by_code,
    }


def _of_code(hit: int, extra: int, missed: int) -> dict:
    return {
        "precision": hit / (hit + extra) if hit + extra else 0.0,
        "recall": hit / (hit + missed) if hit + missed else 0.0,
        "f1": 2 * hit / (2 * hit + extra + missed) if hit + extra + missed else 0.0,
        "n": hit + missed,
    }


def scores(gold: list[dict], coded: list[dict], merged: Mapping[str, str] | None = None) -> dict:
    """Agreement per key of gold; rows of both in the same order, in the shape of `neta code`.

    A key whose values are lists gets f1(), every other kappa(). Only rows that both have answered count (a code, or a
    list that is not empty), so what a gate left out is measured by the gate. merged: code -> older code, for a gold
    coded by an earlier codebook. n tells how many rows a figure rests on.
    """
    merged = merged or {}
    keys = [key for key in gold[0] if key in coded[0]]
    return {key: _agreement([(g[key], c[key]) for g, c in zip(gold, coded, strict=True)], merged) for key in keys}


def _agreement(pairs: list[tuple], merged: Mapping[str, str]) -> dict:
    answered = [(g, c) for g, c in pairs if g not in (None, []) and c not in (None, [])]
    if not answered:
        return {"n": 0}
    left, right = zip(*answered, strict=True)
    if isinstance(left[0], list):
        return {"n": len(answered), **f1(left, [[merged.get(code, code) for code in codes] for codes in right])}
    return {"n": len(answered), "kappa": kappa(left, [merged.get(code, code) for code in right])}

"""Choices of values in which any two come together once: few pages instead of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

Choice = dict[str, str]  # name -> value


def covering(values: Mapping[str, Sequence[str]], is_enough: Callable[[Choice], bool]) -> Iterator[Choice]:
    """Choices such that each two values of different names stand in one at least (greedy, always the same).

    is_enough: whether a choice of more than two leaves something to look at; one that does not is not made.
    """
    singles = [(name, value) for name in values for value in values[name]]
    missing = dict.fromkeys(pair for pair in combinations(singles, 2) if pair[0][0] != pair[1][0])
    while missing:
        chosen = _grown(dict(next(iter(missing))), singles, missing, is_enough)
        for pair in list(missing):
            if all(chosen.get(name) == value for name, value in pair):
                del missing[pair]
        yield chosen


def _grown(chosen: Choice, singles: Sequence[tuple[str, str]], missing: Mapping, is_enough: Callable) -> Choice:
    """A pair with all that can stand beside it, what brings the most missing pairs first."""
    left = [one for one in singles if one[0] not in chosen]
    while left:
        gains = {one: sum((one, o) in missing or (o, one) in missing for o in chosen.items()) for one in left}
        best = max(left, key=gains.get)
        if not gains[best]:
            break
        if is_enough(chosen | dict([best])):
            chosen.update([best])
        left = [one for one in left if one != best and one[0] not in chosen]
    return chosen

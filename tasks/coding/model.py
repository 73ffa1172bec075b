"""The model coder: what coded texts taught, as a frozen artefact of numbers beside the rules.

An artefact is a folder: weights.npz (no pickle) and model.json, which tells what it learnt from, for which dimensions
and codes, and how its opinion is mixed with that of the rules. Its name is the hash of its training set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tasks.coding.cues import Place
from tasks.coding.ngrams import Grams, Runs
from warehouse.codebook import Dimension

BLOCK = 256  # texts that are read at one go
ALONE = 2.0  # log-odds a unit of decision where nothing was learnt about it
# A piece of evidence ends with the sentence, or at a comma once it is long enough. Folded text: full-width marks are not.
_CLAUSE = re.compile(r"[^。!?\n\s][^。!?\n]{0,7}[^。!?\n、]*")


@dataclass(frozen=True, slots=True)
class Head:
    """How one dimension is answered: columns of the weights, and the mixing with the rules.

    log-odds of a code = of_model × decision + of_rules × log-odds by the rules + bias of the code.
    threshold: from which probability on a code of a multi dimension is claimed.
    """

    dimension: str
    codes: tuple[str, ...]
    first: int  # column of its first code
    of_model: float
    of_rules: float
    bias: tuple[float, ...]
    threshold: float

    def fits(self, dimension: Dimension) -> bool:
        """Whether the codebook still has every code that was learnt."""
        return set(self.codes) <= set(dimension.by_code)

    def mixed(self, decisions: np.ndarray, by_rules: Mapping[str, float]) -> dict[str, float]:
        """Log-odds of each code it knows. decisions: those of the model on this dimension."""
        told = zip(self.codes, decisions.tolist(), self.bias, strict=True)
        return {code: self.of_model * d + self.of_rules * by_rules[code] + bias for code, d, bias in told}


@dataclass(frozen=True)
class Opinion:
    """What a model thinks of one folded text: a decision a code of every head, and the n-grams that it comes from."""

    text: str
    runs: Runs
    decisions: np.ndarray

    @cached_property
    def clauses(self) -> np.ndarray:
        """Where each clause of the text begins and ends: up to a full stop, or to a comma once it is long enough."""
        return np.array([match.span() for match in _CLAUSE.finditer(self.text)]).reshape(-1, 2)


class Model:
    """A trained artefact. weights: n-grams × codes, in steps of `scale`; bias: one a code."""

    def __init__(self, grams: Grams, weights: np.ndarray, scale: np.ndarray, bias: np.ndarray, told: dict):
        self._grams, self._scale, self._bias = grams, scale, bias
        self._weights = weights.astype(np.float32, order="C")
        self.told = told
        self.heads = {row["dimension"]: _head(row) for row in told["heads"]}

    @property
    def name(self) -> str:
        return self.told["name"]

    @classmethod
    def load(cls, folder: Path) -> Model:
        """OSError if it is not there, ValueError if it is no artefact."""
        told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as kept:
            grams = Grams(kept["vocabulary"], kept["idf"])
            return cls(grams, kept["weights"], kept["scale"], kept["bias"], told)

    def save(self, folder: Path) -> None:
        """Write the artefact; the same model gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {"weights": self._weights.astype(np.int8), "scale": self._scale, "bias": self._bias}
        np.savez_compressed(folder / "weights.npz", vocabulary=self._grams.vocabulary, idf=self._grams.idf, **arrays)
        text = json.dumps(self.told, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "model.json").write_text(text + "\n", encoding="utf-8")

    def alone(self) -> Model:
        """The same machines without the rules' word and without what was learnt about mixing: their own decisions."""
        plain = {"of_model": ALONE, "of_rules": 0.0, "threshold": 0.5}
        heads = [{**row, **plain, "bias": [0.0] * len(row["codes"])} for row in self.told["heads"]]
        return Model(self._grams, self._weights, self._scale, self._bias, {**self.told, "heads": heads})

    def read(self, texts: Sequence[str]) -> Iterator[Opinion]:
        """What it thinks of folded texts, one each; what else is in the list changes nothing."""
        for block in (texts[n : n + BLOCK] for n in range(0, len(texts), BLOCK)):
            weighed, runs = self._grams.read(block)
            yield from map(Opinion, block, runs, weighed @ self._weights * self._scale + self._bias)

    def of(self, head: Head, opinion: Opinion) -> np.ndarray:
        """The decisions on one dimension."""
        return opinion.decisions[head.first : head.first + len(head.codes)]

    def evidence(self, head: Head, code: str, opinion: Opinion) -> Place | None:
        """The part of the text that speaks most for a code, None if nothing does."""
        numbers, starts = opinion.runs
        column = self._weights[numbers, head.first + head.codes.index(code)]
        speaks = np.where(numbers >= 0, column * self._grams.idf[numbers], 0)
        sums = np.concatenate([[0.0], np.cumsum(np.bincount(starts, speaks, len(opinion.text)))])
        begins, ends = opinion.clauses.T
        if not len(begins):
            return None
        gained = sums[ends] - sums[begins]
        best = int(gained.argmax())
        return (int(begins[best]), int(ends[best])) if gained[best] > 0 else None


def _head(row: Mapping) -> Head:
    return Head(**{**row, "codes": tuple(row["codes"]), "bias": tuple(row["bias"])})

"""Figures against scikit-learn's on any answers, and intervals that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score, f1_score, precision_recall_fscore_support

from tasks.coding.measures import RESAMPLES, Sums, figure, kappa, pairs, resampled

CODES = 4


@given(st.lists(st.tuples(st.integers(0, CODES - 1), st.integers(0, CODES - 1)), min_size=2, max_size=40))
def test_kappa_is_scikit_learns(answers):
    left, right = np.array(answers).T
    ours = kappa(resampled(pairs(left, right, CODES)), CODES)[0]
    if len(set(left.tolist() + right.tolist())) == 1:
        assert ours == 1.0  # nothing to tell apart: scikit-learn has no figure for it
    else:
        assert ours == pytest.approx(cohen_kappa_score(left, right))


@given(arrays(bool, (2, 30, CODES)))
def test_f1_and_its_parts_are_scikit_learns(both):
    wanted, claimed = both
    sums = Sums.of(wanted, claimed)
    told = precision_recall_fscore_support(wanted, claimed, average=None, zero_division=0)
    for ours, theirs in zip((sums.precision(), sums.recall(), sums.f1(), sums.wanted), told, strict=True):
        assert ours[0] == pytest.approx(theirs)
    assert sums.micro()[0] == pytest.approx(f1_score(wanted, claimed, average="micro", zero_division=0))
    if wanted.any(axis=0).all():  # a code that nobody wants is none that one could find
        assert sums.macro()[0] == pytest.approx(f1_score(wanted, claimed, average="macro", zero_division=0))


def test_an_interval_holds_the_figure_of_the_whole_19_times_in_20():
    """400 samples of 150 texts, of which a coder gets eight in ten right."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        _, low, high = figure(resampled(rng.random((150, 1)) < 0.8)[:, 0] / 150)
        held += low <= 0.8 <= high
    assert 0.92 <= held / 400 <= 0.98


def test_the_same_texts_give_the_same_interval_and_a_resample_without_the_code_is_left_out():
    wanted = np.zeros((30, 1), bool)
    wanted[:1] = True
    recall = Sums.of(wanted, wanted)
    values = np.where(recall.wanted[:, 0] > 0, recall.recall()[:, 0], np.nan)
    assert len(values) == 1 + RESAMPLES and np.isnan(values).any()
    assert figure(values) == figure(values) == (1.0, 1.0, 1.0)

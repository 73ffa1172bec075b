"""Marks in a text never change it, wherever spans lie; what two texts share is marked in both."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards.plain import plain
from dashboards.review.asked import Span, Telling
from dashboards.review.keys import COMMANDS, key
from dashboards.review.marks import SHARED, pieces, shared

LETTERS = st.text("あい𠮷う<", max_size=20)


@given(LETTERS, st.lists(st.tuples(st.integers(-2, 22), st.integers(-2, 22), st.sampled_from("ab"))))
def test_pieces_are_the_text_and_each_has_the_labels_of_what_lies_over_it(text, places):
    spans = [Span(*place) for place in places]
    found = pieces(text, spans)
    assert "".join(piece for piece, _ in found) == plain(text)
    each = [set(labels.split("、")) - {""} for piece, labels in found for _ in piece]
    sound = [s for s in spans if 0 <= s.start < s.end <= len(text)]
    assert each == [{s.label for s in sound if s.start <= place < s.end} for place in range(len(text))]


def _body(body: str) -> Telling:
    return Telling("s1", "note", "2026-03-01", None, body)


@given(st.text("あい", max_size=40), st.text("あい", max_size=40))
def test_a_place_is_marked_if_a_run_over_it_stands_in_the_other_text(one, other):
    marked, _ = shared(_body(one), _body(other), "x")
    runs = [start for start in range(len(one) - SHARED + 1) if one[start : start + SHARED] in other]
    expected = [any(start <= place < start + SHARED for start in runs) for place in range(len(one))]
    assert [bool(label) for piece, label in marked for _ in piece] == expected


def test_no_code_has_the_key_of_a_command():
    keys = [key(place) for place in range(40)]
    given_ = [letter for letter in keys if letter]
    assert len(given_) == len(set(given_)) > 21 and not set(given_) & set(COMMANDS.values())

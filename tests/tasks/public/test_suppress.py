"""No hidden cell comes out: by attackers who know the files and every relation between them."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tasks.public.edition import edition
from tasks.public.lattice import Told
from tasks.public.suppress import TooFew
from tests.attacker.exact import UNITS, World
from tests.tasks.public.conftest import SMALL, published

K = 3
_codes = st.tuples(
    st.sets(st.sampled_from(["apple", "pear", "oak"]), min_size=1).map(frozenset),
    st.sampled_from(["good", "fair"]).map(lambda code: frozenset({code})),
    st.sampled_from(["2026-03", "2026-04"]).map(lambda code: frozenset({code})),
)


@st.composite
def tellings(draw, least: int = 8, most: int = 40, first: int = 0) -> list[Told]:
    """Stories of people who mostly told one, some two."""
    told = []
    for n in range(draw(st.integers(least, most))):
        for codes in draw(st.lists(_codes, min_size=1, max_size=2 if n % 7 == 0 else 1)):
            told.append(Told(codes, frozenset({f"n{first + n}"}), is_new=first > 0))
    return told


@given(tellings())
@settings(max_examples=12)
def test_no_hidden_cell_of_a_small_call_comes_out(stories):
    try:
        outcome = edition(SMALL, stories, {}, K)
    except TooFew:
        assume(False)
    told = published(SMALL, outcome, K)
    world = World(told)
    for cell in told.hidden:
        for unit in UNITS:
            low, high = world.range({(0, unit, cell): 1})
            assert high - low >= K, f"{unit} in {sorted(cell)}: {low} to {high}"

"""The data dictionary is generated: a stale page fails here."""

from __future__ import annotations

from warehouse import dictionary


def test_data_dictionary_is_fresh():
    assert dictionary.PAGE.read_text(encoding="utf-8") == dictionary.page(), "run `make docs`"

"""Ways to look at a call: every filter and view of the pages, two by two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import pyarrow as pa

from tests.dashboards.covering import Choice, covering
from tests.dashboards.recount import Recount

VIEWS = {"period": ("", "week"), "unit": ("", "person"), "then_to": ("", "2026-10")}  # of the page of trends
FILTERS = {  # around the close of tests/bench/calls.py, so that there is something to count under any two
    "channel": ("x_hashtag",), "month": ("2026-11",), "week": ("2026-11-23",), "from": ("2026-04",), "to": ("2026-11",),
    "reviewed": ("yes", "no"), "used": ("yes", "no"), "allows": ("quote",), "include_late": ("yes",),
    "kind": ("apart", "late", "not_story", "unconsented", "any"), "text": ("ﾌﾞﾛｸﾞ",),
}  # fmt: skip


def looks(inputs: Mapping[str, pa.Table], recount: Recount, least: int) -> Iterator[Choice]:
    """Queries of the page of trends: any two views stand together in one without a filter, any two filters or views in one.

    least: stories; a filter is put beside two others only if so many are left.
    """
    dimensions, codes = (inputs[name].to_pylist() for name in ("in_dimension", "in_code"))
    filters = {d["dimension"]: _values(d, codes) for d in dimensions} | FILTERS
    charted = [d["dimension"] for d in dimensions if d["is_charted"]]
    opened = " ".join(f"{name}.{filters[name][0]}" for name in charted)
    views = {"by": [*charted, "channel"], "open": ("", opened), **VIEWS}

    def leaves_enough(choice: Choice) -> bool:
        return recount.stories(filters_of(choice)) >= least

    return chain(covering(views, lambda _: True), covering(views | filters, leaves_enough))


def filters_of(look: Choice) -> Choice:
    """What of a look chooses stories."""
    return {name: value for name, value in look.items() if name not in ("by", "open", *VIEWS)}


def _values(dimension: Mapping, codes: Sequence[Mapping]) -> list[str]:
    """Of a dimension that is drawn a group, a code and a code that bears the name of a group; of another a code."""
    own = [row for row in codes if row["dimension"] == dimension["dimension"]]
    if not dimension["is_charted"]:
        return [own[0]["code"]]
    groups = {row["group_code"] for row in own}
    alone = next(row for row in own if row["code"] not in groups)
    shared = next(row for row in own if row["code"] in groups)
    return [alone["group_code"], alone["code"], f"code:{shared['code']}"]

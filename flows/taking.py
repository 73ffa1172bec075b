"""`neta counts --by … --out FILE`: a table or a figure to take away. Counts only, so no file has to be called back."""

from __future__ import annotations

from pathlib import Path

from flows.failures import Refused
from flows.settings import Settings, load
from warehouse import counts, store
from warehouse.lake import write_bytes
from warehouse.words import Words


def take_counts(home: Path, by: str | None, include_late: bool, codes: bool, of_persons: bool, out: Path) -> str:
    """Write one breakdown to a file whose name says what it is; returns what to tell. Refused: several, another kind."""
    settings = load(home)
    words = Words(settings.language)
    from dashboards import take_away

    kinds = take_away.TABLES | take_away.FIGURES
    if out.suffix.lower() not in kinds:
        raise Refused(words("question.out_kind", file=out, known=" ".join(kinds)))
    write_bytes(_made(settings, by, include_late, codes, of_persons, out.suffix.lower(), words), out.absolute())
    return words("take.written", file=out)


def _made(
    settings: Settings, by: str | None, include_late: bool, codes: bool, of_persons: bool, kind: str, words: Words
) -> bytes:
    from dashboards import take_away

    unit = "person" if of_persons else "story"
    with store.reading(settings.lake, str(settings.zone)) as con:
        if by is None or "," in by:
            raise Refused(words("take.one_by", known=" ".join([*counts.dimensions(con), "channel", "month"])))
        counted, build = counts.breakdown(con, by.strip(), words, include_late), counts.build_info(con)
        total = counts.totals(con, include_late)
    foot = take_away.foot(total, build, words, unit=unit, is_multi=counted.is_multi, include_late=include_late)
    if kind in take_away.TABLES:
        return take_away.TABLES[kind](take_away.counted(counted, foot, build["built_at"], words, unit, codes))
    return take_away.FIGURES[kind](take_away.figure(take_away.chart(counted, words, unit, codes), foot))

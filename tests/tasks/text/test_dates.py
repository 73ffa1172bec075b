"""One table of written times and what they must become, and round trips through every form we print ourselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.dates import parse_epoch_ms, parse_time

TABLE = """
2026-11-20T03:04:05.000Z              | 2026-11-20 03:04:05 | explicit
2026-11-20T03:04:05Z                  | 2026-11-20 03:04:05 | explicit
2026-01-02T03:04:05+0000              | 2026-01-02 03:04:05 | explicit
2026-01-02T03:04:05+09:00             | 2026-01-01 18:04:05 | explicit
2006-01-03 21:32:56-08:00             | 2006-01-04 05:32:56 | explicit
2006-01-03 21:32:56                   | 2006-01-03 12:32:56 | assumed
2006-01-03T21:32                      | 2006-01-03 12:32:00 | assumed
20261120T030405Z                      | 2026-11-20 03:04:05 | explicit
Sat, 06 Dec 2025 18:20:30 +0900 (JST) | 2025-12-06 09:20:30 | explicit
Sat,06 Dec 2025 18:20:30 +0900        | 2025-12-06 09:20:30 | explicit
Sat, 06 Dec 2025 18:20:30 JST         | 2025-12-06 09:20:30 | explicit
6 Dec 25 18:20 GMT                    | 2025-12-06 18:20:00 | explicit
6 Dec 99 18:20 EST                    | 1999-12-06 23:20:00 | explicit
Saturday, 06-Dec-25 18:20:30 GMT      | 2025-12-06 18:20:30 | explicit
Sat, 06 Dec 2025 18:20:30             | 2025-12-06 09:20:30 | assumed
Sat Dec 06 18:20:30 +0000 2025        | 2025-12-06 18:20:30 | explicit
Sat Dec  6 18:20:30 2025              | 2025-12-06 09:20:30 | assumed
Oct 19, 2019 at 2:37 PM               | 2019-10-19 05:37:00 | assumed
Oct 19, 2019, 2:37 PM                 | 2019-10-19 05:37:00 | assumed
19 October 2019, 14:37                | 2019-10-19 05:37:00 | assumed
1700000000                            | 2023-11-14 22:13:20 | explicit
1700000000000                         | 2023-11-14 22:13:20 | explicit
2005-12-27                            | 2005-12-26 15:00:00 | date_only
2006/1/3                              | 2006-01-02 15:00:00 | date_only
2006.1.3                              | 2006-01-02 15:00:00 | date_only
2024年5月3日                          | 2024-05-02 15:00:00 | date_only
2021.1.1 金曜日                       | 2020-12-31 15:00:00 | date_only
2024年5月3日(金) 21:05                | 2024-05-03 12:05:00 | assumed
2024年5月5日日曜日21時5分             | 2024-05-05 12:05:00 | assumed
２０２４年５月３日（金・祝）　２１：０５ | 2024-05-03 12:05:00 | assumed
2019年10月19日 14:37                  | 2019-10-19 05:37:00 | assumed
2020/02/11 9:01:33 午後 GMT+9         | 2020-02-11 12:01:33 | explicit
2020/02/11 12:01:33 午前 GMT+9        | 2020-02-10 15:01:33 | explicit
2020/02/11 12:01:33 午後 GMT+9        | 2020-02-11 03:01:33 | explicit
2021/04/30 午後1:16                   | 2021-04-30 04:16:00 | assumed
2024/01/07 19:41:41                   | 2024-01-07 10:41:41 | assumed
2024/01/07 7:56:35 AM GMT+9           | 2024-01-06 22:56:35 | explicit
2024/01/07 7:56:35 AM GMT-3:30        | 2024-01-07 11:26:35 | explicit
令和8年5月3日                         | 2026-05-02 15:00:00 | date_only
令和元年5月1日 午後3時                | 2019-05-01 06:00:00 | assumed
平成31年4月30日 23:59                 | 2019-04-30 14:59:00 | assumed
"""

NOT_TIMES = (
    """

 
31 Feb 2099 10:00 +0000
Sat, 06 Dec 2025 18:20:30 +9900
Sat, 06 Dec 2025 18:20:30 +1500
Sat, 06 Dec 2025 18:20:30 +0960
Sat, 06 Dec 2025 18:20:30 XYZ
0000-00-00
2026-02-29
2026-11-20T25:61:00Z
2026-11-20T25:61:00+09:00
2026-11-20T03:04:60
2024/01/07 13:00 午後
1989-12-31T23:59:59Z
2101-01-01
٢٠٢٤-٠١-٠١
令和8年
昭和64年1月7日
2024年5月
2024-5/3
先週の金曜日
5月3日
12
00000000000000
"""
    + "2" * 100_000
)


def _rows() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("text", "utc", "known"), _rows())
def test_table(text: str, utc: str, known: str):
    assert parse_time(text) == (datetime.fromisoformat(utc).replace(tzinfo=UTC), known)


@pytest.mark.parametrize("text", NOT_TIMES.split("\n"))
def test_what_is_no_time_is_missing(text: str):
    assert parse_time(text) == (None, "missing")


def test_zone_of_the_settings_is_taken_where_the_text_tells_none():
    at, known = parse_time("2024-07-01 12:00:00", ZoneInfo("America/New_York"))
    assert (at, known) == (datetime(2024, 7, 1, 16, tzinfo=UTC), "assumed")


SECONDS = st.datetimes(datetime(1991, 1, 1), datetime(2099, 12, 30)).map(lambda at: at.replace(microsecond=0))
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

WITH_OFFSET = (
    lambda at: at.isoformat(),
    lambda at: f"{at:%Y-%m-%d %H:%M:%S%z}",
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.000{at:%z}",
    lambda at: f"{_DAYS[at.weekday()]}, {at:%d} {_MONTHS[at.month - 1]} {at:%Y %H:%M:%S %z}",
    lambda at: f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at:%d %H:%M:%S %z %Y}",
    lambda at: f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {'午前' if at.hour < 12 else '午後'} GMT{at:%z}",
    lambda at: f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'} GMT{at:%z}",
)
WITHOUT = (
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}",
    lambda at: f"{at:%Y/%m/%d} {at.hour}:{at:%M:%S}",
    lambda at: f"{at:%Y}年{at.month}月{at.day}日({'月火水木金土日'[at.weekday()]}) {at.hour}時{at.minute}分{at:%S}秒",
)


@given(SECONDS, OFFSETS, st.sampled_from(WITH_OFFSET))
def test_round_trip_with_offset(naive: datetime, offset: timezone, write):
    at = naive.replace(tzinfo=offset)
    assert parse_time(write(at)) == (at, "explicit")


@given(SECONDS, st.sampled_from(WITHOUT))
def test_round_trip_without_offset(naive: datetime, write):
    assert parse_time(write(naive)) == (naive.replace(tzinfo=timezone(timedelta(hours=9))), "assumed")


@given(st.text(max_size=80))
def test_any_text_is_a_time_in_utc_or_missing(text: str):
    at, known = parse_time(text)
    assert (at is None) == (known == "missing")
    assert at is None or at.tzinfo == UTC


@given(st.integers(-(2**70), 2**70))
def test_milliseconds_never_crash(milliseconds: int):
    at = parse_epoch_ms(milliseconds)
    assert at is None or round(at.timestamp() * 1000) == milliseconds


NAMES = st.sampled_from(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Foo"])
AROUND = st.sampled_from([("", ""), ("Fri, ", ""), ("Fri, ", " (JST)"), ("", " (UTC)")])


@given(
    *(st.integers(0, high) for high in (32, 25, 61, 61, 16, 61)),
    st.integers(1988, 2102), NAMES, st.sampled_from("+-"), AROUND,
)  # fmt: skip
def test_the_short_way_of_mail_dates_is_the_long_one(
    day, hour, minute, second, east, east_minutes, year, name, sign, around
):
    clock, zone = f"{hour:02}:{minute:02}:{second:02}", f"{sign}{east:02}{east_minutes:02}"
    text = f"{around[0]}{day} {name} {year} {clock} {zone}{around[1]}"
    assert parse_time(text) == parse_time(text.replace(" ", "  ", 2)), "two blanks are for the long way"

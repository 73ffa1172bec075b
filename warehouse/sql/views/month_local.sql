-- what: month_local(posted_at): the month of a time in the call's zone, as 2026-03; strftime alone takes the zone of whoever asks, and UTC puts early mornings of the 1st into the month before
-- ja: 時刻(UTC)を募集の時間帯の月にする。month_local(posted_at) → 2026-03
-- grain: one value
-- inputs: dim_build
CREATE MACRO month_local(at_time) AS strftime(at_time::TIMESTAMPTZ AT TIME ZONE (SELECT time_zone FROM dim_build), '%Y-%m');

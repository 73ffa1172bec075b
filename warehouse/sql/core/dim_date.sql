-- what: the calendar days between the first and the last submission, in the call's time zone
-- ja: 暦
-- grain: one day
-- inputs: stg_submission
CREATE TABLE dim_date AS
WITH bounds AS (SELECT min(local_date) AS first_day, max(local_date) AS last_day FROM stg_submission)
SELECT
  day::DATE AS local_date,
  strftime(day, '%Y-%m') AS local_month,
  strftime(day, '%G-W%V') AS local_week,
  isodow(day) AS weekday
FROM bounds, unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS days(day)
ORDER BY 1;

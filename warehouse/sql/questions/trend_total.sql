-- what: stories that meet the filters, in all and in each period (NULL: in all)
-- parameters: those of explain_story.sql, period (month, week)
WITH story AS (
  SELECT story_id, is_reviewed, CASE $period WHEN 'week' THEN strftime(date_trunc('week', local_date), '%Y-%m-%d') ELSE local_month END AS period
  FROM fct_story /* chosen */
),
teller AS (SELECT story_id, person_ref FROM fct_submission WHERE is_heard)
SELECT
  period,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count,
  count(DISTINCT story_id) FILTER (is_reviewed) AS reviewed_count
FROM story LEFT JOIN teller USING (story_id)
GROUP BY GROUPING SETS ((period), ())
ORDER BY period;

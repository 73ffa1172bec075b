-- what: stories that meet the filters by the channel that brought them, in all and in each period (NULL: in all)
-- parameters: those of explain_story.sql, period (month, week)
WITH story AS (
  SELECT story_id, CASE $period WHEN 'week' THEN strftime(date_trunc('week', local_date), '%Y-%m-%d') ELSE local_month END AS period
  FROM fct_story /* chosen */
),
teller AS (SELECT story_id, person_ref FROM fct_submission WHERE is_heard),
brought AS (SELECT DISTINCT story_id, channel FROM fct_submission WHERE is_heard)
SELECT
  'code' AS level, channel AS code, period,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count
FROM story JOIN brought USING (story_id) LEFT JOIN teller USING (story_id)
GROUP BY GROUPING SETS ((channel, period), (channel))
ORDER BY ALL;

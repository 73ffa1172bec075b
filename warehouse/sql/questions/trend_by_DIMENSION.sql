-- what: stories that meet the filters by groups and codes of DIMENSION, in all and in each period (NULL: in all)
-- parameters: those of explain_story.sql, period (month, week)
WITH story AS (
  SELECT story_id, CASE $period WHEN 'week' THEN strftime(date_trunc('week', local_date), '%Y-%m-%d') ELSE local_month END AS period
  FROM fct_story /* chosen */
),
teller AS (SELECT story_id, person_ref FROM fct_submission WHERE is_heard),
coded AS (
  SELECT story_id, 'code' AS level, DIMENSION_code AS code FROM bridge_story_DIMENSION
  UNION
  SELECT story_id, 'group', group_code FROM bridge_story_DIMENSION JOIN dim_DIMENSION USING (DIMENSION_code) WHERE group_code IS NOT NULL
)
SELECT
  level, code, period,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count
FROM story JOIN coded USING (story_id) LEFT JOIN teller USING (story_id)
GROUP BY GROUPING SETS ((level, code, period), (level, code))
ORDER BY ALL;

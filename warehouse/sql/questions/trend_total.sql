-- what: stories that meet the filters, or the people who told them, in each period and in all (NULL)
-- parameters: those of explain_story.sql, unit (story, person), period (month, week)
WITH story AS (
  SELECT story_number, CASE $period WHEN 'week' THEN local_monday ELSE local_month END AS period
  FROM fct_story /* chosen */
),
teller AS (SELECT * FROM bridge_story_person WHERE $unit = 'person')
SELECT period, CASE $unit WHEN 'person' THEN count(DISTINCT person_number) ELSE count(*) END AS n
FROM story LEFT JOIN teller USING (story_number)
GROUP BY GROUPING SETS ((period), ())
ORDER BY period;

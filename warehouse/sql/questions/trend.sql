-- what: stories that meet the filters, or the people who told them, by facet, in each period and in all (NULL)
-- parameters: those of explain_story.sql, unit (story, person), period (month, week, NULL: in all only), facets
WITH story AS (
  SELECT story_number, CASE $period WHEN 'week' THEN local_monday WHEN 'month' THEN local_month END AS period
  FROM fct_story /* chosen */
),
teller AS (SELECT * FROM bridge_story_person WHERE $unit = 'person')
SELECT facet_number, period, CASE $unit WHEN 'person' THEN count(DISTINCT person_number) ELSE count(*) END AS n
FROM story JOIN bridge_story_facet USING (story_number) LEFT JOIN teller USING (story_number)
WHERE facet_number IN (SELECT unnest($facets))
GROUP BY GROUPING SETS ((facet_number, period), (facet_number))
ORDER BY ALL;

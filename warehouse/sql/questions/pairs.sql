-- what: stories that meet the filters and have two facets at once, or the people who told them
-- parameters: those of explain_story.sql, unit (story, person), down, across (facets)
WITH story AS (SELECT story_number FROM fct_story /* chosen */),
teller AS (SELECT * FROM bridge_story_person WHERE $unit = 'person'),
down AS (SELECT story_number, facet_number AS down_number FROM bridge_story_facet WHERE facet_number IN (SELECT unnest($down))),
across AS (SELECT story_number, facet_number AS across_number FROM bridge_story_facet WHERE facet_number IN (SELECT unnest($across)))
SELECT down_number, across_number, CASE $unit WHEN 'person' THEN count(DISTINCT person_number) ELSE count(*) END AS n
FROM story JOIN down USING (story_number) JOIN across USING (story_number) LEFT JOIN teller USING (story_number)
GROUP BY down_number, across_number
ORDER BY ALL;

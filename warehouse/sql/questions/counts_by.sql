-- what: stories by one breakdown: every group and code, also those with none; of months those in which something was counted
-- story_count_low: if every open question of linking were answered by yes; such a story has the codes of all its parts
-- parameters: breakdown (a dimension, channel, month), include_late
WITH counted AS (
  SELECT story_number, merged_story_number, is_reviewed
  FROM fct_story
  WHERE can_count AND is_story AND NOT is_apart AND ($include_late OR NOT is_after_close)
),
facet AS (SELECT * FROM dim_facet WHERE breakdown = $breakdown),
held AS (
  SELECT facet_number, counted.*
  FROM bridge_story_facet SEMI JOIN facet USING (facet_number) JOIN counted USING (story_number)
),
story AS (
  SELECT
    facet_number, count(*) AS story_count, count(DISTINCT merged_story_number) AS story_count_low,
    count(*) FILTER (is_reviewed) AS reviewed_count
  FROM held
  GROUP BY facet_number
),
person AS (
  SELECT facet_number, count(DISTINCT person_number) AS person_count, count(DISTINCT merged_person_number) AS person_count_low
  FROM held JOIN bridge_story_person USING (story_number)
  GROUP BY facet_number
)
SELECT
  facet_number, level, code, value, group_code, label_ja, label_en,
  coalesce(story_count, 0) AS story_count, coalesce(story_count_low, 0) AS story_count_low,
  coalesce(person_count, 0) AS person_count, coalesce(person_count_low, 0) AS person_count_low,
  coalesce(reviewed_count, 0) AS reviewed_count
FROM facet LEFT JOIN story USING (facet_number) LEFT JOIN person USING (facet_number)
WHERE breakdown <> 'month' OR story_count > 0
ORDER BY facet_number;

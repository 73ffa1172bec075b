-- what: stories by one dimension of the codebook, every group and code shown, also those with none
-- story_count_low: if every open question of linking were answered by yes; such a story has the codes of all its parts
-- parameters: include_late
WITH counted AS (
  SELECT story_id, merged_story_id, is_reviewed
  FROM fct_story
  WHERE can_count AND is_story AND NOT is_apart AND ($include_late OR NOT is_after_close)
),
coded AS (
  SELECT counted.story_id, counted.merged_story_id, counted.is_reviewed, DIMENSION_code AS code
  FROM counted JOIN bridge_story_DIMENSION USING (story_id)
),
teller AS (
  SELECT story_id, person_ref, merged_person_ref FROM fct_submission WHERE is_heard
),
levels AS (
  SELECT 'group' AS level, group_code AS code, group_code, any_value(group_ja) AS label_ja, any_value(group_en) AS label_en,
    min(group_order) AS group_order, 0 AS code_order, list(DIMENSION_code) AS members
  FROM dim_DIMENSION WHERE group_code IS NOT NULL GROUP BY group_code
  UNION ALL
  SELECT 'code', DIMENSION_code, group_code, label_ja, label_en, group_order, code_order, [DIMENSION_code] FROM dim_DIMENSION
)
SELECT
  level, levels.code, group_code, label_ja, label_en,
  count(DISTINCT coded.story_id) AS story_count,
  count(DISTINCT coded.merged_story_id) AS story_count_low,
  count(DISTINCT teller.person_ref) AS person_count,
  count(DISTINCT teller.merged_person_ref) AS person_count_low,
  count(DISTINCT coded.story_id) FILTER (coded.is_reviewed) AS reviewed_count
FROM levels
LEFT JOIN coded ON list_contains(levels.members, coded.code)
LEFT JOIN teller USING (story_id)
GROUP BY ALL
ORDER BY level DESC, max(group_order), max(code_order), levels.code;

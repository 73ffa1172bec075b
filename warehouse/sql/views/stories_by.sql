-- what: stories_by('benefit', 'group') or ('benefit', 'code'): counted stories by one dimension, each once a group or code, so that count(*) by label is stories
-- ja: 観点ごとの話。stories_by('benefit', 'group') は話×まとめ、('benefit', 'code') は話×項目で、count(*) が話の数になる
-- grain: one counted story × group or code
-- inputs: mentions
CREATE MACRO stories_by(by_dimension, by_level) AS TABLE
WITH told AS (
  SELECT *, by_level = 'group' AND group_code IS NOT NULL AS is_grouped FROM mentions WHERE dimension = by_dimension
)
SELECT DISTINCT
  story_id,
  local_month,
  CASE WHEN is_grouped THEN group_code ELSE code END AS code,
  CASE WHEN is_grouped THEN group_ja ELSE label_ja END AS label_ja,
  CASE WHEN is_grouped THEN group_en ELSE label_en END AS label_en,
  CASE WHEN is_grouped THEN group_order ELSE code_order END AS code_order
FROM told;

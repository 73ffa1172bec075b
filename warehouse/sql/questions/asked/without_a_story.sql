-- ja: 1話もない業種
-- en: Industries without a story
-- tells_ja: 分類表にあるのに、集計に入る話が1つもない項目。どこに呼びかけが届いていないかが見えます。
-- tells_en: Codes of the codebook that no counted story has: whom the call did not reach.
-- grain: one code
-- parameter: by dimension = industry | 観点 | dimension
-- chart: none
SELECT
  code.label_ja AS missing_ja, code.label_en AS missing_en,
  code.group_ja, code.group_en,
  count(story_id) AS uncounted_count  -- late, counted apart, or without leave
FROM dim_code AS code
LEFT JOIN mart_story_code AS told ON told.dimension = code.dimension AND told.code = code.code
ANTI JOIN mentions ON mentions.dimension = code.dimension AND mentions.code = code.code
WHERE code.dimension = $by
GROUP BY code.code, code.code_order, code.label_ja, code.label_en, code.group_ja, code.group_en
ORDER BY code.code_order, code.code;

-- ja: 長い話と短い話
-- en: Long and short stories
-- tells_ja: 本文の長さ(伏せ字のあとの文字数)で分けた話の数と、1話あたりに付いた良かったことの数。短い話から読み取れることは少なくなります。
-- tells_en: Stories by length (characters of the masked text) and how many benefits were found in each on average.
-- grain: one band of length
-- parameter: short number:1-10000 = 100 | 短い話は何字未満か | short: fewer characters than
-- parameter: long number:1-10000 = 300 | 長い話は何字以上か | long: at least so many
-- parameter: by dimension = benefit | 数える観点 | what is counted
-- chart: columns band story_count
WITH story AS (  -- as long as its longest telling
  SELECT story_id, max(len(body_masked)) AS length
  FROM stories_counted JOIN fct_submission USING (story_id)
  WHERE is_heard
  GROUP BY story_id
),
coded AS (SELECT story_id, count(*) AS code_count FROM stories_by($by, 'code') GROUP BY story_id),
people AS (SELECT story_id, list(person_ref) AS person_refs FROM tellers GROUP BY story_id),
banded AS (
  SELECT *, CASE WHEN length < $short THEN 0 WHEN length < $long THEN 1 ELSE 2 END AS band
  FROM story JOIN people USING (story_id) LEFT JOIN coded USING (story_id)
)
SELECT
  ['短い', '中くらい', '長い'][band + 1] AS band_ja,
  ['short', 'medium', 'long'][band + 1] AS band_en,
  count(*) AS story_count,
  len(list_distinct(flatten(list(person_refs)))) AS person_count,
  round(avg(length)) AS mean_length,
  round(avg(coalesce(code_count, 0)), 2) AS mean_codes
FROM banded
GROUP BY band
ORDER BY band;

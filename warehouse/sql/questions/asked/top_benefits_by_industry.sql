-- ja: 業種ごとに多い良かったこと
-- en: The commonest benefits of each industry
-- tells_ja: 業種ごとに、上位の良かったことを並べます。話の少ない業種は数字が大きく揺れるので、既定では5話から出します。
-- tells_en: The first few benefits of each industry. Industries with few stories swing widely, so they are left out below a least number.
-- grain: one industry × benefit among its first
-- parameter: by dimension = industry | 分ける観点 | by
-- parameter: told dimension = benefit | 並べる観点 | what is ranked
-- parameter: level choice:group,code = code | まとめか細かい項目か | groups or codes
-- parameter: top number:1-20 = 3 | 上位いくつまで | how many
-- parameter: at_least number:1-1000 = 5 | 何話以上の業種を出すか | least stories
-- chart: none
WITH part AS (FROM stories_by($by, 'code')),
whole AS (SELECT code, count(*) AS whole_count FROM part GROUP BY code HAVING count(*) >= $at_least),
cell AS (
  SELECT
    part.code, part.code_order, part.label_ja AS by_ja, part.label_en AS by_en, whole_count,
    told.label_ja AS told_ja, told.label_en AS told_en, count(DISTINCT story_id) AS story_count
  FROM part
  JOIN whole USING (code)
  JOIN stories_by($told, $level) AS told USING (story_id)
  GROUP BY part.code, part.code_order, part.label_ja, part.label_en, whole_count, told.code, told.label_ja, told.label_en
)
SELECT
  by_ja, by_en, whole_count, rank() OVER rest AS place, told_ja, told_en, story_count,
  round(100 * story_count / whole_count, 1) AS percent
FROM cell
WINDOW rest AS (PARTITION BY code ORDER BY story_count DESC)
QUALIFY rank() OVER rest <= $top
ORDER BY code_order, place, told_ja;

-- what: which cells of which tables a story is in, as it stands and as the machine alone would have it
-- ja: 話が入っている集計のます目
-- grain: one view × story × breakdown × level × code
-- inputs: stg_place, stg_judged, stg_settled, in_code
CREATE TEMP TABLE stg_member AS
WITH counted AS (
  SELECT view, story_id, is_after_close, breakdown, part
  FROM stg_place JOIN stg_judged USING (story_id)
  WHERE is_story AND NOT is_apart
),
coded AS (
  SELECT view, story_id, is_after_close, breakdown, code.code, group_code
  FROM counted
  JOIN stg_settled AS settled USING (view, story_id)
  JOIN in_code AS code ON code.dimension = settled.dimension AND code.code = settled.code
  WHERE settled.dimension = breakdown
)
SELECT view, story_id, is_after_close, breakdown, 'code' AS level, part AS code
FROM counted
WHERE breakdown IN ('total', 'month', 'channel')
UNION ALL
SELECT view, story_id, is_after_close, breakdown, 'code', code FROM coded
UNION
SELECT view, story_id, is_after_close, breakdown, 'group', group_code FROM coded WHERE group_code IS NOT NULL;

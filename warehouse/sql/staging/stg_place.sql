-- what: in which tables of counts a story may stand, whatever its codes; part: its channel, its month, else 'all'
-- ja: 話が入り得る集計
-- grain: one story that may be counted × breakdown × part
-- inputs: stg_told, stg_submission, in_dimension, in_count_rule
CREATE TEMP TABLE stg_place AS
WITH may AS (SELECT story_id, local_month, is_after_close FROM stg_told WHERE can_count)
SELECT story_id, is_after_close, 'total' AS breakdown, 'all' AS part FROM may
UNION ALL
SELECT story_id, is_after_close, 'month', local_month FROM may
UNION
SELECT may.story_id, may.is_after_close, 'channel', channel FROM may JOIN stg_submission USING (story_id) WHERE is_heard
UNION ALL
SELECT story_id, is_after_close, dimension, 'all'
FROM may CROSS JOIN in_dimension
WHERE dimension NOT IN (SELECT dimension FROM in_count_rule WHERE kind = 'only');  -- what every counted story has tells nothing

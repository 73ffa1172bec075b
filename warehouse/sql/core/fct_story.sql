-- what: tellings, however many submissions carry them, and whether they are counted
-- ja: 話
-- grain: one story
-- inputs: stg_told, stg_story_code, stg_judged
CREATE TABLE fct_story AS
WITH reviewed AS (SELECT DISTINCT story_number FROM stg_story_code WHERE decided_by = 'person'),
flagged AS (SELECT DISTINCT story_number FROM stg_story_code WHERE dimension = 'flag' AND code IS NOT NULL)
SELECT
  story_id, story_number, merged_story_id,
  CAST(dense_rank() OVER (ORDER BY merged_story_id) AS INTEGER) AS merged_story_number,
  submission_ref, member_count, first_told_at,
  local_date, strftime(date_trunc('week', local_date), '%Y-%m-%d') AS local_monday, local_month,
  is_story, is_apart, is_after_close, reviewed.story_number IS NOT NULL AS is_reviewed,
  flagged.story_number IS NOT NULL AS is_flagged, can_count,
  can_count AND is_story AND NOT is_apart AND NOT is_after_close AS is_counted
FROM stg_told
JOIN stg_judged USING (story_number)
LEFT JOIN reviewed USING (story_number)
LEFT JOIN flagged USING (story_number)
WHERE stg_judged.view = 'stands'
ORDER BY story_id;

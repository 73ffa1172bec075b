-- what: counted stories that an export leaves out: mute (no text of theirs may be passed on), flagged (of the rest)
WITH story AS (
  SELECT story_id, bool_or(can_paraphrase OR can_quote) AS is_told
  FROM stories_counted JOIN fct_submission USING (story_id)
  WHERE is_heard
  GROUP BY story_id
),
flagged AS (SELECT DISTINCT story_id FROM mentions WHERE dimension = 'flag')
SELECT
  count(*) FILTER (NOT is_told) AS mute,
  count(*) FILTER (is_told AND story_id IN (FROM flagged)) AS flagged
FROM story;

-- what: the totals that every other count must agree with
-- ja: 総数
-- grain: one row
-- inputs: fct_story, fct_submission, fct_item
CREATE TABLE mart_total AS
SELECT
  (SELECT count(*) FROM fct_item) AS item_count,
  (SELECT count(*) FROM fct_submission) AS submission_count,
  count(*) AS telling_count,
  count(*) FILTER (is_counted) AS story_count,
  count(*) FILTER (is_counted AND is_reviewed) AS reviewed_count,
  count(*) FILTER (can_count AND is_story AND is_apart AND NOT is_after_close) AS apart_count,
  count(*) FILTER (can_count AND is_story AND is_after_close) AS late_count,
  count(*) FILTER (can_count AND NOT is_story) AS not_story_count,
  count(*) FILTER (NOT can_count) AS unconsented_count,
  (
    SELECT count(DISTINCT submission.person_ref)
    FROM fct_submission AS submission JOIN fct_story AS story USING (story_id)
    WHERE story.is_counted AND submission.is_heard
  ) AS person_count
FROM fct_story;

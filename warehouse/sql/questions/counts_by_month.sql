-- what: stories by the month in which they were first told, in the call's time zone
-- story_count_low: if every open question of linking were answered by yes
-- parameters: include_late
SELECT
  'code' AS level, story.local_month AS code, story.local_month AS label_ja, story.local_month AS label_en,
  count(DISTINCT story.story_id) AS story_count,
  count(DISTINCT story.merged_story_id) AS story_count_low,
  count(DISTINCT submission.person_ref) AS person_count,
  count(DISTINCT submission.merged_person_ref) AS person_count_low,
  count(DISTINCT story.story_id) FILTER (story.is_reviewed) AS reviewed_count
FROM fct_story AS story
JOIN fct_submission AS submission USING (story_id)
WHERE submission.is_heard AND story.can_count AND story.is_story AND NOT story.is_apart AND ($include_late OR NOT story.is_after_close)
GROUP BY story.local_month
ORDER BY code;

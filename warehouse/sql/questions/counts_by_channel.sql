-- what: stories by the channel that brought them; a story told on two channels counts in both
-- story_count_low: if every open question of linking were answered by yes
-- parameters: include_late
SELECT
  'code' AS level, channel AS code, label_ja, label_en,
  count(DISTINCT story.story_id) AS story_count,
  count(DISTINCT story.merged_story_id) AS story_count_low,
  count(DISTINCT submission.person_ref) FILTER (story.story_id IS NOT NULL) AS person_count,
  count(DISTINCT submission.merged_person_ref) FILTER (story.story_id IS NOT NULL) AS person_count_low,
  count(DISTINCT story.story_id) FILTER (story.is_reviewed) AS reviewed_count
FROM dim_channel
JOIN fct_submission AS submission USING (channel)
LEFT JOIN fct_story AS story
  ON story.story_id = submission.story_id
  AND submission.is_heard AND story.can_count AND story.is_story AND NOT story.is_apart AND ($include_late OR NOT story.is_after_close)
GROUP BY ALL
ORDER BY story_count DESC, code;

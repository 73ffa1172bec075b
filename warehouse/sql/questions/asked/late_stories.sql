-- ja: 締切後に届いた話
-- en: Stories that came after closing
-- tells_ja: 数には入れていませんが、体験談として届いた話。次の版で数えるかどうかを決める材料です。
-- tells_en: Experiences that are not counted because they came late; to decide whether a later edition counts them.
-- grain: one story
-- parameter: most number:1-1000 = 50 | 何話まで | how many
-- chart: none
SELECT
  story.local_date,
  string_agg(DISTINCT label_ja, '・' ORDER BY label_ja) AS channel_ja,
  string_agg(DISTINCT label_en, ', ' ORDER BY label_en) AS channel_en,
  is_reviewed,
  story_id
FROM fct_story AS story
JOIN fct_submission AS submission USING (story_id)
JOIN dim_channel USING (channel)
WHERE story.can_count AND is_story AND NOT is_apart AND story.is_after_close AND is_heard
GROUP BY story_id, story.local_date, is_reviewed
ORDER BY story.local_date, channel_ja, story_id
LIMIT $most;

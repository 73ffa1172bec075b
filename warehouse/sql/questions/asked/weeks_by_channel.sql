-- ja: 週ごと・届いた経路ごとの新しい話
-- en: New stories by week and channel
-- tells_ja: どの週に、どの経路から話が届いたか。呼びかけや紹介のあとに増えたかが見えます。2つの経路で届いた話は両方に数えます。
-- tells_en: When stories came and by which way; shows what an announcement brought. A story that came by two channels counts in both.
-- grain: one week × channel
-- parameter: since date = | この日から | from this day
-- parameter: until date = | この日まで | until this day
-- chart: columns week story_count
SELECT
  strftime(story.local_date, '%G-W%V') AS week,
  label_ja AS channel_ja,
  label_en AS channel_en,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count
FROM stories_counted AS story
JOIN fct_submission AS submission USING (story_id)
JOIN dim_channel USING (channel)
WHERE submission.is_heard
  AND ($since::DATE IS NULL OR story.local_date >= $since::DATE)
  AND ($until::DATE IS NULL OR story.local_date <= $until::DATE)
GROUP BY ALL
ORDER BY week, story_count DESC, channel_ja;

-- ja: 届いた経路と活動の場
-- en: Channels and platforms
-- tells_ja: 経路は話が届いた道、活動の場は出来事が起きた場所で、別のものです。noteで起きた話がメールで届くこともあります。2つの経路で届いた話は両方に数えます。
-- tells_en: By which channel a story came and on which platform it happened are two things: what happened on note may come by mail.
-- grain: one channel × platform that some story has
-- parameter: by dimension = platform | 観点 | dimension
-- parameter: level choice:group,code = group | まとめか細かい項目か | groups or codes
-- chart: heat channel told story_count
SELECT
  channel.label_ja AS channel_ja, channel.label_en AS channel_en,
  told.label_ja AS told_ja, told.label_en AS told_en,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count
FROM stories_by($by, $level) AS told
JOIN fct_submission AS submission USING (story_id)
JOIN dim_channel AS channel USING (channel)
WHERE submission.is_heard
GROUP BY channel.channel, channel.label_ja, channel.label_en, told.code, told.label_ja, told.label_en
ORDER BY channel_ja, story_count DESC, told_ja;

-- what: counted stories by the channel that brought them; one told on two channels counts in both
-- ja: 届いた経路ごとの話の数
-- grain: one channel × month
-- inputs: fct_story, fct_submission
CREATE TABLE mart_story_channel AS
SELECT submission.channel, story.local_month, count(DISTINCT story.story_id) AS story_count
FROM fct_story AS story
JOIN fct_submission AS submission USING (story_id)
WHERE story.is_counted AND submission.is_heard
GROUP BY ALL
ORDER BY ALL;

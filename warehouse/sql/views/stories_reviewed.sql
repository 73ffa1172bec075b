-- what: counted stories of which a person decided at least one code; for a single dimension look at mentions.decided_by
-- ja: 集計に入る話のうち、人が確認したものだけ
-- grain: one counted and reviewed story
-- inputs: stories_counted
CREATE VIEW stories_reviewed AS
SELECT story_id, submission_ref, member_count, first_told_at, local_date, local_month
FROM stories_counted
WHERE is_reviewed;

-- what: the stories that are in the counts: experiences, not counted apart, not after closing, with leave to be counted; count these rows, not fct_submission
-- ja: 集計に入る話だけ(応募の数ではなく、この行を数える)
-- grain: one counted story
-- inputs: fct_story
CREATE VIEW stories_counted AS
SELECT story_id, submission_ref, member_count, first_told_at, local_date, local_month, is_reviewed
FROM fct_story
WHERE is_counted;

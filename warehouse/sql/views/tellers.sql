-- what: who told each counted story; one person may tell several and one story may have several tellers, so people are count(DISTINCT person_ref)
-- ja: 集計に入る話を寄せた人(人の数は count(DISTINCT person_ref))
-- grain: one counted story × person
-- inputs: stories_counted, fct_submission
CREATE VIEW tellers AS
SELECT DISTINCT story_id, stories_counted.local_month, person_ref
FROM stories_counted JOIN fct_submission USING (story_id)
WHERE is_heard;

-- what: how many stories meet the filters, by how many people, how many of them reviewed
-- parameters: those of explain_story.sql
WITH story AS (SELECT * FROM fct_story /* chosen */)
SELECT
  count(*) AS story_count,
  (
    SELECT count(DISTINCT submission.person_ref)
    FROM fct_submission AS submission JOIN story USING (story_id)
    WHERE submission.is_heard
  ) AS person_count,
  count(*) FILTER (is_reviewed) AS reviewed_count
FROM story;

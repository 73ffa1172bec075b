-- what: how many stories meet the filters, by how many people, how many of them reviewed
-- parameters: those of explain_story.sql
WITH story AS (SELECT story_number, is_reviewed FROM fct_story /* chosen */)
SELECT
  count(*) AS story_count,
  (SELECT count(DISTINCT person_number) FROM bridge_story_person SEMI JOIN story USING (story_number)) AS person_count,
  count(*) FILTER (is_reviewed) AS reviewed_count
FROM story;

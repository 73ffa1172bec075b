-- what: who told a story, as numbers; somebody may have told several, and a story may have several tellers
-- ja: 話と、寄せた人の対応
-- grain: one story × person
-- inputs: fct_submission
CREATE TABLE bridge_story_person AS
WITH numbered AS (
  SELECT
    story_number, is_heard, dense_rank() OVER (ORDER BY person_ref) AS person_number,
    dense_rank() OVER (ORDER BY merged_person_ref) AS merged_person_number
  FROM fct_submission
)
SELECT DISTINCT story_number, CAST(person_number AS INTEGER) AS person_number, CAST(merged_person_number AS INTEGER) AS merged_person_number
FROM numbered
WHERE is_heard
ORDER BY ALL;

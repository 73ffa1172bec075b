-- what: what waits for a person
SELECT
  (SELECT count(DISTINCT submission_ref) FROM fct_to_review) AS submission_count,
  (SELECT count(*) FROM fct_to_review) AS question_count,
  (SELECT count(*) FROM fct_item WHERE outcome = 'held') AS held_count,
  (  -- between two stories one question, however many pairs of their submissions are alike
    SELECT count(DISTINCT [least(one.story_id, other.story_id), greatest(one.story_id, other.story_id)])
    FROM fct_link AS link
    JOIN fct_submission AS one USING (submission_ref)
    JOIN fct_submission AS other ON other.submission_ref = link.other_ref
    WHERE link.verdict = 'perhaps'
  ) AS link_count;

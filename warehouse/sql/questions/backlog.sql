-- what: what waits for a person
SELECT
  (SELECT count(DISTINCT submission_ref) FROM fct_to_review) AS submission_count,
  (SELECT count(*) FROM fct_to_review) AS question_count,
  (SELECT count(*) FROM fct_item WHERE outcome = 'held') AS held_count;

-- what: submissions with open questions, and the story that each tells
SELECT DISTINCT submission_ref, story_id FROM fct_to_review JOIN fct_submission USING (submission_ref);

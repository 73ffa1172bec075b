-- what: one submission's story and text
-- parameters: ref
SELECT story_id, text_hash FROM fct_submission WHERE submission_ref = $ref;

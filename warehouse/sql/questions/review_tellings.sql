-- what: the texts of a story: the submission asked for, then the others that are heard
-- parameters: story, ref
SELECT submission_ref, channel, local_date, text_hash, title_masked, body_masked, is_heard
FROM fct_submission
WHERE story_id = $story AND (is_heard OR submission_ref = $ref)
ORDER BY submission_ref <> $ref, posted_at, submission_ref;

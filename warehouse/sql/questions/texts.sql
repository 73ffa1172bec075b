-- what: the masked texts of some submissions
-- parameters: refs
SELECT submission_ref, channel, local_date, title_masked, body_masked
FROM fct_submission
WHERE list_contains($refs, submission_ref);

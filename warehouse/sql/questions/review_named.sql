-- what: submissions by name, with the text on show: those that were drawn for two coders or for a second look
-- parameters: refs
SELECT submission_ref, text_hash
FROM fct_submission
WHERE list_contains($refs::VARCHAR[], submission_ref)
ORDER BY submission_ref;

-- what: the texts of all submissions, masked, with who sent them: where a withdrawal looks for copies in others' words
SELECT submission_ref, channel, strftime(local_date, '%Y-%m-%d') AS local_date, concat_ws(chr(10), title_masked, body_masked) AS text
FROM fct_submission
ORDER BY submission_ref;

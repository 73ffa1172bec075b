-- what: what tellers ticked on a form, by the codes of the codebook in force
SELECT submission_ref, dimension, code
FROM fct_coding
WHERE coder = 'contributor' AND decided_at IS NULL
ORDER BY ALL;

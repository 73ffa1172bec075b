-- what: who said which code of some submissions, with the evidence
-- parameters: refs
SELECT submission_ref, dimension, code, coder, probability, evidence_start, evidence_end
FROM fct_coding
WHERE submission_ref IN (SELECT unnest($refs::VARCHAR[]))
ORDER BY submission_ref, dimension, probability DESC, code;

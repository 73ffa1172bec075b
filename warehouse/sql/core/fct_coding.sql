-- what: who said which code of which submission, with the evidence in the masked body
-- ja: 分類の記録(誰が、どの根拠で)
-- grain: one claim: submission × dimension × code × coder
-- inputs: in_coding
CREATE TABLE fct_coding AS
SELECT
  submission_ref, dimension, code, coder, probability, evidence_start, evidence_end,
  codebook_version, coder_version, decided_at
FROM in_coding
ORDER BY ALL;

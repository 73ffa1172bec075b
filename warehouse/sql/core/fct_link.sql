-- what: pairs of submissions that carry, or may carry, one story, with the evidence; no native id in it
-- ja: 同じ話か(応募の組と、その根拠)
-- grain: one pair of submissions × kind of evidence
-- inputs: in_link
CREATE TABLE fct_link AS
SELECT submission_ref, other_ref, kind, score, verdict, containment, resemblance
FROM in_link
ORDER BY ALL;

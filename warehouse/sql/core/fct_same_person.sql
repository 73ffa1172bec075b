-- what: pairs of contributors who may be one person, or were decided to be or not to be; no native id in it
-- ja: 同じ人か(応募者の組と、その根拠)
-- grain: one proposed or decided pair of contributors
-- inputs: in_same_person
CREATE TABLE fct_same_person AS
SELECT contributor_ref, other_contributor_ref, evidence, decision
FROM in_same_person
ORDER BY ALL;

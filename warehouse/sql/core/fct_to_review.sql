-- what: what a person should look at: the coder was unsure, or the text changed after a decision
-- ja: 確認してほしい分類
-- grain: one submission × dimension × cause
-- inputs: in_to_review
CREATE TABLE fct_to_review AS SELECT submission_ref, dimension, cause FROM in_to_review ORDER BY ALL;

-- what: what left the path, where and why
-- ja: 採用しなかったものと理由
-- grain: one raw item set aside
-- inputs: in_set_aside
CREATE TABLE fct_set_aside AS
SELECT raw_id, channel, stage, reason, detail, submission_ref FROM in_set_aside ORDER BY raw_id;

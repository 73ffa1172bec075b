-- what: why an item is set aside, and the column of the day's account that tells it
-- ja: 採用しなかった理由
-- grain: one reason
-- inputs: in_reason
CREATE TABLE dim_reason AS SELECT reason, outcome, label_ja, label_en FROM in_reason ORDER BY reason;

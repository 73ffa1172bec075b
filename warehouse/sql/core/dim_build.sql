-- what: this warehouse: version, codebook, coder, and what it was built from
-- ja: この版について
-- grain: one row
-- inputs: in_build
CREATE TABLE dim_build AS
SELECT
  version, built_at, call_title, is_sample, time_zone, codebook_version, coder_version, input_hash, last_decision_id
FROM in_build;

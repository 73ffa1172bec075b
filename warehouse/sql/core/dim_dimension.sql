-- what: the questions that the codebook puts to every story
-- ja: 分類の観点
-- grain: one dimension
-- inputs: in_dimension, in_count_rule
CREATE TABLE dim_dimension AS
SELECT
  dimension, label_ja, label_en, is_multi, is_charted,
  dimension IN (SELECT dimension FROM in_count_rule WHERE kind = 'only') AS is_gate,
  dimension_order
FROM in_dimension
ORDER BY dimension_order;

-- what: the whole codebook, dimension by dimension, in its order
SELECT
  dimension, dim_dimension.label_ja AS dimension_ja, dim_dimension.label_en AS dimension_en, is_multi,
  code, dim_code.label_ja, dim_code.label_en, definition, group_code, group_ja, group_en
FROM dim_code JOIN dim_dimension USING (dimension)
ORDER BY dimension_order, group_order, code_order, code;

-- what: every code of every dimension of the codebook in one long table; with its group, whether a story has it or not
-- ja: 分類表の全項目(全観点を1つの表に)
-- grain: one dimension × code
-- inputs: in_code, in_dimension
CREATE TABLE dim_code AS
SELECT dimension, code, label_ja, label_en, definition, group_code, group_ja, group_en, group_order, code_order
FROM in_code SEMI JOIN in_dimension USING (dimension)
ORDER BY dimension, code_order;

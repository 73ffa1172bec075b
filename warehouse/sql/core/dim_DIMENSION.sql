-- what: codes of the codebook's dimension DIMENSION
-- ja: 分類表「DIMENSION」の項目
-- grain: one code
-- inputs: in_code
CREATE TABLE dim_DIMENSION AS
SELECT code AS DIMENSION_code, label_ja, label_en, definition, group_code, group_ja, group_en, group_order, code_order
FROM in_code
WHERE dimension = 'DIMENSION'
ORDER BY code_order;

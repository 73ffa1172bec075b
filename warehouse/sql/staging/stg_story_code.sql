-- what: the codes that stand for each story; no code = none applies
-- ja: 話ごとに有効な分類
-- grain: one story × dimension × code
-- inputs: stg_settled
CREATE TEMP TABLE stg_story_code AS
SELECT story_number, dimension, code, decided_by, probability FROM stg_settled WHERE view = 'stands';

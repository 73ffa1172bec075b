-- what: the codes that stand for each story, all dimensions in one long table
-- ja: 話ごとに有効な分類(全観点)
-- grain: one story × dimension × code
-- inputs: stg_story_code, fct_story
CREATE TABLE mart_story_code AS
SELECT story_id, story_number, dimension, code, decided_by, probability
FROM stg_story_code JOIN fct_story USING (story_number)
WHERE code IS NOT NULL
ORDER BY story_number, dimension, code;

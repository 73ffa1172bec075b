-- what: which codes of DIMENSION a story has; a story may have several, so count distinct stories
-- ja: 話と「DIMENSION」の対応(1つの話に複数あり得る)
-- grain: one story × code
-- inputs: stg_story_code, fct_story
CREATE TABLE bridge_story_DIMENSION AS
SELECT story_id, code AS DIMENSION_code, decided_by, probability
FROM stg_story_code JOIN fct_story USING (story_number)
WHERE dimension = 'DIMENSION' AND code IS NOT NULL
ORDER BY story_id, DIMENSION_code;

-- what: the codes that stand for a story
-- parameters: story
SELECT DISTINCT dimension, code, decided_by, probability
FROM mart_story_code
WHERE story_id = $story
ORDER BY dimension, probability DESC, code;

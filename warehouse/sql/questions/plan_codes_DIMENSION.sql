-- what: the codes of DIMENSION that each counted story has
SELECT story_id, list(DIMENSION_code ORDER BY DIMENSION_code) AS codes
FROM fct_story JOIN bridge_story_DIMENSION USING (story_id)
WHERE is_counted
GROUP BY story_id
ORDER BY story_id;

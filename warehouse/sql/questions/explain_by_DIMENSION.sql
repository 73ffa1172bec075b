story_id IN (SELECT story_id FROM bridge_story_DIMENSION JOIN dim_DIMENSION USING (DIMENSION_code) WHERE $value IN (DIMENSION_code, group_code))

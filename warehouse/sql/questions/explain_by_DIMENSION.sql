story_id IN (  -- a name that a group and a code share means the group; code:name is the code alone
  SELECT story_id
  FROM bridge_story_DIMENSION JOIN dim_DIMENSION USING (DIMENSION_code)
  WHERE group_code = $value
    OR 'code:' || DIMENSION_code = $value
    OR DIMENSION_code = $value AND NOT EXISTS (SELECT 1 FROM dim_DIMENSION AS other WHERE other.group_code = $value)
)
